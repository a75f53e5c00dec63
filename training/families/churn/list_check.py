"""Whether a challenger's list earns its place: what it makes beside the list of the champion's way, at the company's costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.bundles.manifest import Manifest
from training.families.churn.bundle import ChurnTask
from training.measures.estimates import Estimate, money_range
from training.registry.gate import Check

NAME = "list against the champion"
_LIMIT = "nothing less beyond chance"


def list_against_champion(
    challenger: Manifest[ChurnTask], champion: Manifest[ChurnTask] | None
) -> Check:
    """The money of the challenger's list less that of the champion's, paired by customers; refused where chance explains no loss.

    Both are lists of one size at the same past cutoffs: the champion's is that of its rung in the challenger's own ladder,
    fitted on what was known then, for the champion itself has learned from what it would be asked. Where nobody knows
    what a kept customer brings, leavers found are compared, which money follows.
    """
    if champion is None:
        return Check(NAME, True, "no champion yet", _LIMIT)
    if challenger.task != champion.task:
        return _not_compared("the champion answers another question")
    reckoned: Mapping[str, Any] = challenger.evaluation.get("campaign", {})
    rows = {row["rung"]: row for row in reckoned.get("rows", ())}
    if champion.title not in rows:
        return _not_compared(f"{champion.title} has no list among those of this training")
    row = rows[champion.title]
    if "found_less" not in row:
        return _not_compared("it was trained before lists were")
    is_priced = bool(reckoned["kept_value_is_known"])
    less = Estimate(**row["profit_less_cents" if is_priced else "found_less"])
    said = money_range(less, str(challenger.evaluation["currency"])) if is_priced else _found(less)
    return Check(NAME, less.high >= 0, f"{said} beside {champion.title}", _LIMIT)


def _found(less: Estimate) -> str:
    """How many more of those who left the list finds.

    >>> _found(Estimate(-2.0, -5.5, 1.0))
    '-2.0 (-5.5 … +1.0) found'
    """
    return f"{less.mean:+.1f} ({less.low:+.1f} … {less.high:+.1f}) found"


def _not_compared(why: str) -> Check:
    return Check(NAME, True, f"not compared: {why}", _LIMIT)
