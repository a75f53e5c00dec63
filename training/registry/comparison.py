"""Two models by figures of fits that had not seen the outcomes: of their own tests, or of one ladder's rungs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff

NEAR_SHARE = 0.25
"""Tests less than a quarter of the horizon apart are about mostly the same customers and outcomes."""


@dataclass(frozen=True)
class Rivalry:
    """How much higher the challenger's figure is on average, and how far apart the tests lie at most.

    ``days_apart`` is 0 where both were tested at the very same cutoffs, or in the same folds.
    """

    difference: float
    days_apart: float


def rivalry(
    challenger: Mapping[str, float | None],
    champion: Mapping[str, float | None],
    *,
    horizon_days: int,
) -> Rivalry | None:
    """Compare one figure of two models by the names of their tests; None where no tests are near.

    Shared tests alone are compared where there are any. A model trained the next day shares none, and
    could not be tested on the other's days, for it has learned from them: then each test stands against
    the nearest of the other model.
    """
    mine, theirs = _known(challenger), _known(champion)
    shared = sorted(set(mine) & set(theirs))
    if shared:
        return Rivalry(_mean([mine[one] - theirs[one] for one in shared]), 0.0)
    pairs = [
        (apart, mine[one] - theirs[other])
        for one in mine
        for apart, other in [_nearest(one, theirs)]
        if apart < NEAR_SHARE * horizon_days
    ]
    if not pairs:
        return None
    return Rivalry(_mean([gain for _, gain in pairs]), max(apart for apart, _ in pairs))


@dataclass(frozen=True)
class Lead:
    """How much higher the challenger's figure is than that of the champion's procedure, learned anew from the same past.

    Neither fit had seen the outcomes they are compared by; the 95 % interval is of the same resampled customers.
    """

    difference: float
    low: float
    high: float

    def holds(self, epsilon: float) -> bool:
        """Whether the challenger is lower by no more than ``epsilon``, or by no more than chance explains."""
        return self.difference >= -epsilon or self.high >= 0.0


def lead_over(
    leads: Mapping[str, Mapping[str, float | None]], title: str, figure: str
) -> Lead | None:
    """The challenger's lead over the rung that the champion is; None where its ladder has no such rung."""
    told = leads.get(title, {})
    ends = [told.get(f"{figure}{end}") for end in ("", "_low", "_high")]
    known = [one for one in ends if one is not None]
    return Lead(*known) if len(known) == len(ends) else None


def _known(figures: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value is not None}


def _nearest(test: str, others: Mapping[str, float]) -> tuple[float, str]:
    """How many days away the nearest other test stands, and its name; folds stand nowhere in time."""
    return min(((_days_apart(test, one), one) for one in others), default=(float("inf"), ""))


def _days_apart(one: str, other: str) -> float:
    try:
        return abs(Cutoff.parse(one).seconds - Cutoff.parse(other).seconds) / DAY_SECONDS
    except UsageRefused:
        return float("inf")


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
