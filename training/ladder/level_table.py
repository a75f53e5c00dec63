"""How a level held, as it is read: a row a test with a small bar, and what it means in two sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from training.datasets.pooled import pooled_said
from training.ladder.tables import markdown
from training.measures.levels import NEXT_SHARE, HeldLevel, HeldLevels
from training.measures.pooled import PooledLevel

_CELLS = 10
_FULL = math.log(2.0)
"""A bar is full where twice as much came as was expected, or half as much."""

ByCutoff = Mapping[str, Mapping[str, Any]]
"""What a manifest tells of each test, by the name of the test."""


def level_bar(level: HeldLevel) -> str:
    """A bar in text: to the right more came than was expected, to the left less.

    >>> level_bar(HeldLevel("a day", 50, -0.2, -0.3, -0.1))
    '··········│███·······'
    """
    if not math.isfinite(level.distance):
        return ""
    filled = min(_CELLS, round(_CELLS * level.distance / _FULL))
    empty = "·" * (_CELLS - filled)
    if level.bias < 0:
        return f"{'·' * _CELLS}│{'█' * filled}{empty}"
    return f"{empty}{'█' * filled}│{'·' * _CELLS}"


def level_table(
    by_cutoff: ByCutoff, pooled: PooledLevel | None = None
) -> tuple[list[str], list[list[str]]]:
    """Head and rows: each test, the latest first, with its bias, O/E and, of probabilities, ECE.

    Of a small company all cutoffs together stand below them.
    """
    held = HeldLevels.from_dict(by_cutoff)
    rows = [*held.levels, *([] if pooled is None else [pooled.level])]
    of_chances = any(one.ece is not None for one in held.levels)
    head = [
        "test",
        "customers",
        "O/E",
        "half as much · as expected · twice",
        "bias",
        "95 % interval",
    ]
    return [*head, *(["ECE", "by chance"] if of_chances else [])], [
        [
            one.test,
            f"{one.customers:,}",
            _figure(one.observed_over_expected, ".2f"),
            level_bar(one),
            _figure(one.bias, "+.1%"),
            f"{_figure(one.bias_low, '+.1%')} to {_figure(one.bias_high, '+.1%')}",
            *([_figure(one.ece, ".4f"), _figure(one.ece_by_chance, ".4f")] if of_chances else []),
        ]
        for one in rows
    ]


def level_markdown(by_cutoff: ByCutoff, pooled: PooledLevel | None = None) -> list[str]:
    """The table and its sentences for a card; nothing where no test is told apart."""
    if not HeldLevels.from_dict(by_cutoff).levels:
        return []
    return [
        "## How the level held",
        markdown(*level_table(by_cutoff, pooled)),
        " ".join(
            level_sentences(by_cutoff) if pooled is None else small_company(by_cutoff, pooled)
        ),
    ]


def small_company(by_cutoff: ByCutoff, pooled: PooledLevel) -> list[str]:
    """What to know of a model that was tested on pooled cutoffs: how, how it held, and how open its level is."""
    held = HeldLevels.from_dict(by_cutoff)
    known = [one for one in held.levels if math.isfinite(one.bias) and pooled.cutoffs > 1]
    said = [f"{pooled_said(pooled.cutoffs)} All together {_came(pooled.level)}."]
    if len(known) > 1:
        ratios = sorted(one.observed_over_expected for one in known)
        said.append(f"Cutoff by cutoff it was between {ratios[0]:.2f} and {ratios[-1]:.2f}.")
    low, high = pooled.next_within(held, NEXT_SHARE)
    if math.isfinite(low):
        said.append(
            f"So of what is expected in all between {low:.2f} and {high:.2f} comes next, {NEXT_SHARE:.0%} of "
            "the time: reckon with the range."
        )
    return said


def level_sentences(by_cutoff: ByCutoff) -> Sequence[str]:
    """What the latest test says, what the worst, and where the next level is to be looked for."""
    held = HeldLevels.from_dict(by_cutoff)
    if not held.levels:
        return []
    latest, worst = held.latest, held.worst
    said = [f"At the latest test ({latest.test}) {_came(latest)}."]
    if len(held.levels) == 1:
        said.append("It is the only one: how far the level moves with time is not seen.")
    elif worst is latest:
        said.append("No other test was farther off.")
    else:
        said.append(f"The worst was {worst.test}: there {_came(worst)}.")
    if latest.season_seen is False:
        said.append(
            "One year: no season seen twice, so the next level may be off by as much as seasons differ."
        )
    low, high = held.next
    if math.isfinite(low):
        said.append(
            f"By how far the tests were off, the next level lies between {low:.2f} and {high:.2f} of what is "
            f"expected, {NEXT_SHARE:.0%} of the time. The gate goes by the latest test and the worst."
        )
    return said


def _came(level: HeldLevel) -> str:
    return f"{_figure(level.observed_over_expected, '.2f')} came for each one expected"


def _figure(value: float | None, shape: str) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:{shape}}"
