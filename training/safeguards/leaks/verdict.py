"""Which columns tell more of the outcome than anybody can know beforehand, and why that is thought of them.

The bars stand where honest columns do not reach. What is taken to be known at all times is asked more than
what happened at a time of its own, and that more than what a table says it knew in time.
"""

from __future__ import annotations

from collections.abc import Sequence

from training.safeguards.leaks.columns import Known
from training.safeguards.leaks.tried import Tried

TOO_GOOD = {Known.ALWAYS: 0.95, Known.DATED: 0.95, Known.STATED: 0.98}
"""Alone so much is told by nothing that is known beforehand."""
AHEAD_OF_ALL = 0.9
ECHOED = {Known.ALWAYS: 0.75, Known.DATED: 0.8}
"""Where a column echoes the outcome, so much alone is enough."""
LEAST_AHEAD = 0.05
LEAST_FALL = {Known.ALWAYS: 0.02, Known.DATED: 0.04}
_TELLS = 0.6
_FEWEST_OTHERS = 2


def why_suspected(found: Tried, others: Sequence[Tried], *, own_table: str) -> str:
    """Why a column seems to have been written after the outcome; empty where it does not.

    ``others`` are the next strongest columns, tried without this one. In ``own_table``
    lie the events the outcome is made of: what they have of one side alone is no wonder.
    """
    column = found.column
    if found.one_sided and column.table != own_table:
        return found.one_sided
    is_ahead = found.ahead >= LEAST_AHEAD
    of_always = column.known is Known.ALWAYS
    if found.alone >= TOO_GOOD[column.known] and (is_ahead or of_always):
        return "tells nearly all by itself"
    if of_always and is_ahead and found.alone >= AHEAD_OF_ALL and not found.echo.is_own:
        return "tells more than everything else together"
    matters = is_ahead or found.fall >= LEAST_FALL.get(column.known, 1.0)
    if matters and may_be_suspected(found) and not all_echo(others):
        return "goes together with everything else as the outcome does, and no further"
    return ""


def may_be_suspected(found: Tried) -> bool:
    """Whether a column tells enough to be looked at once more beside the others."""
    return found.alone >= ECHOED.get(found.column.known, 1.0) and found.echo.is_heard


def all_echo(others: Sequence[Tried]) -> bool:
    """Whether half of the other columns that tell anything echo the outcome too: then it means nothing here."""
    telling = [one for one in others if one.alone >= _TELLS and not one.column.is_whole_table]
    heard = sum(one.echo.is_heard for one in telling)
    return len(telling) >= _FEWEST_OTHERS and 2 * heard >= len(telling)
