"""The seasons of a simulated company: a December, a summer hole and an Easter that moves.

They speed a customer's own clock up or slow it down: between two orders the same time passes on that clock
whatever the season, so more of it runs out on a day in December than on one in July. On one day the clock runs
evenly, hence chances are exact: an integral of the rate over days is a sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from experiments.world.spec import NEVER, WorldSpec
from features.vocabulary.arrays import Floats, Ints

DECEMBER, AFTER_CHRISTMAS = 2.4, 0.7
SUMMER, EASTER = 0.45, 1.7
"""How fast the clock runs in a season of full strength; 1 on every other day."""

EASTER_DAYS = 14
"""So many days before Easter Sunday belong to it."""


@dataclass(frozen=True)
class Clock:
    """How much of the customers' own time has passed at the start of each day; None where it is that of days."""

    passed: Floats | None = None

    @classmethod
    def of(cls, spec: WorldSpec, days: int) -> Clock:
        """The clock of a company on so many days from its first; they may reach beyond its calendar."""
        if spec.season_strength == 0.0:
            return cls()
        first = date.fromisoformat(spec.start)
        speed = [season(first + timedelta(days=day)) ** spec.season_strength for day in range(days)]
        return cls(np.concatenate([[0.0], np.cumsum(speed)]))

    def between(self, start: Ints | int, stop: Ints | int) -> Ints | Floats:
        """The time from the start of one day to the start of another."""
        if self.passed is None:
            return np.asarray(stop) - start
        return np.asarray(self.passed[stop] - self.passed[start])

    def day_after(self, day: int, gap: Floats) -> Ints:
        """The day on which a gap runs out that begins when a day has ended; ``NEVER`` beyond the calendar."""
        if self.passed is None:
            return day + np.maximum(np.ceil(gap), 1.0).astype(np.int64)
        ends = np.searchsorted(self.passed, self.passed[day + 1] + gap)
        return np.where(ends < len(self.passed), np.maximum(ends - 1, day + 1), NEVER)


ORDINARY = Clock()
"""A company without seasons."""


def season(day: date) -> float:
    """How fast the clock runs on a day, at full strength.

    >>> season(date(2024, 12, 10)), season(date(2024, 3, 30)), season(date(2024, 4, 1))
    (2.4, 1.7, 1.0)
    """
    if 0 < (easter_sunday(day.year) - day).days <= EASTER_DAYS:
        return EASTER
    of_year = (day.month, day.day)
    if (11, 24) <= of_year <= (12, 23):
        return DECEMBER
    if (1, 2) <= of_year <= (1, 31):
        return AFTER_CHRISTMAS
    return SUMMER if (7, 1) <= of_year <= (8, 25) else 1.0


def easter_sunday(year: int) -> date:
    """The day of Easter in the Gregorian calendar (Meeus, Jones and Butcher).

    >>> easter_sunday(2024), easter_sunday(2025)
    (datetime.date(2024, 3, 31), datetime.date(2025, 4, 20))
    """
    century, of_century = divmod(year, 100)
    skipped, left = divmod(century, 4)
    moon = (19 * (year % 19) + century - skipped - (8 * century + 13) // 25 + 15) % 30
    leap, rest = divmod(of_century, 4)
    weekday = (32 + 2 * left + 2 * leap - moon - rest) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
