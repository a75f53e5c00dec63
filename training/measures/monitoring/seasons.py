"""What the same time of last year explains: December is no news to whoever has seen one.

A week that differs from those before it is held to what the weeks of a year ago did at the same time: had they moved so too, it is
the season. Feasts move, Easter by up to four weeks, so the weeks around are asked as well, and any of them may explain it.
"""

from __future__ import annotations

from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.time import DAY_SECONDS

A_YEAR = 52
"""Weeks of a year: what a Monday is held to is a Monday."""
LAGS = (A_YEAR, 51, 53, 50, 54, 49, 55)
"""A year ago, and three weeks around it."""
_HALF_A_CUSTOMER = 0.5


def is_known(first_seconds: int, end_seconds: int, *, weeks_before: int) -> bool:
    """Whether a history reaches back to the weeks before this week of last year."""
    weeks = A_YEAR + weeks_before + 1
    return end_seconds - first_seconds >= weeks * 7 * DAY_SECONDS


def moved_as_then(before: Ints, now_then: Ints, before_then: Ints) -> Floats:
    """How many of the customers before would lie in each bin now, had they moved as they did then.

    All counts are over the same bins; the answer sums to the customers before.
    """
    shares_now, shares_before = (
        (one + _HALF_A_CUSTOMER) / (one + _HALF_A_CUSTOMER).sum() for one in (now_then, before_then)
    )
    moved: Floats = (before + _HALF_A_CUSTOMER) * shares_now / shares_before
    moved *= before.sum() / moved.sum()
    return moved
