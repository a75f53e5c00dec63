"""How a level held: what was expected of customers beside what came of them, test by test.

A mean over tests lets opposite errors cancel: a level a third too high in spring and a third too low before
Christmas is right on average and right at no time. So tests are kept apart, and the latest and the worst speak.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.measures.metrics import calibration_error, calibration_error_by_chance

NEXT_SHARE, NEARLY_ALWAYS = 0.9, 0.95
"""So often the next level lies within the range that the tests tell, and within the wider one."""
_TWO_SIDED = 1.96
SEASON_SEEN = "season_seen"
UNSEEN_SEASON, LIKE_TESTS = 0.2, 3
"""How far one season's level lies from another's (in logarithms, root mean square) where no season was seen twice,
and how many tests of that size this counts like: one year shows too few seasons to tell how much they differ."""


@dataclass(frozen=True)
class HeldLevel:
    """At one test: how many customers, and how far what was expected of them all was off.

    ``bias`` is expected over observed less one, with the ends of its 95 % interval by customers. ``ece`` is of
    probabilities alone, with what right ones would show by chance and the share it came true of. NaN where
    nothing came. ``season_seen`` tells whether the same season a year before was known; None where there are no
    seasons to speak of.
    """

    test: str
    customers: int
    bias: float
    bias_low: float
    bias_high: float
    ece: float | None = None
    ece_by_chance: float | None = None
    rate: float | None = None
    season_seen: bool | None = None

    @classmethod
    def of(
        cls,
        test: str,
        observed: Floats,
        expected: Floats,
        customer_keys: NDArray[np.integer] | None = None,
    ) -> HeldLevel:
        """The level of customers of whom so much came and so much was expected.

        ``customer_keys`` tell which rows are of one customer; without them each is another's.

        >>> round(HeldLevel.of("a day", np.array([1.0, 3.0]), np.array([2.0, 3.0])).bias, 6)
        0.25
        """
        came, told = float(observed.sum()), float(expected.sum())
        if came <= 0 or told <= 0:
            bias = told / came - 1.0 if came > 0 else math.nan
            return cls(test, len(observed), bias, math.nan, math.nan)
        # The logarithm of a ratio of sums, customer by customer (the delta method).
        parts = expected / told - observed / came
        if customer_keys is not None:
            parts = np.bincount(customer_keys, weights=parts).astype(np.float64)
        spread = _TWO_SIDED * float(np.sqrt(np.sum(parts**2)))
        ratio = told / came
        low, high = ratio * math.exp(-spread) - 1.0, ratio * math.exp(spread) - 1.0
        return cls(test, len(observed), ratio - 1.0, low, high)

    @classmethod
    def of_chances(
        cls,
        test: str,
        outcomes: Floats,
        probability: Floats,
        customer_keys: NDArray[np.integer] | None = None,
    ) -> HeldLevel:
        """The level of probabilities, with their calibration error."""
        told = cls.of(test, outcomes, probability, customer_keys)
        error = calibration_error(outcomes, probability)
        by_chance = calibration_error_by_chance(probability)
        rate = float(np.mean(outcomes))
        return replace(told, ece=error, ece_by_chance=by_chance, rate=rate)

    @property
    def observed_over_expected(self) -> float:
        """How much came for each one expected; 1 is right."""
        return 1.0 / (1.0 + self.bias) if self.bias > -1.0 else math.nan

    @property
    def distance(self) -> float:
        """How far the level is off, too much counting like too little: of double and of half alike."""
        return abs(math.log1p(self.bias)) if self.bias > -1.0 else math.inf

    def as_dict(self) -> dict[str, Any]:
        """The level as plain fields, without the name of the test, and with no error where it has none."""
        told = {
            "customers": self.customers,
            "bias": self.bias,
            "bias_low": self.bias_low,
            "bias_high": self.bias_high,
            "observed_over_expected": self.observed_over_expected,
        }
        where_known = {"ece": self.ece, "ece_by_chance": self.ece_by_chance, "rate": self.rate}
        where_known |= {SEASON_SEEN: self.season_seen}
        known = {key: one for key, one in where_known.items() if one is not None}
        return {key: _known(one) for key, one in (told | known).items()}

    @classmethod
    def from_dict(cls, test: str, content: Mapping[str, Any]) -> HeldLevel:
        """A level read back from what a manifest says of a test."""
        keys = ("bias", "bias_low", "bias_high")
        bias, low, high = (
            math.nan if content.get(key) is None else float(content[key]) for key in keys
        )
        where_known = (content.get(key) for key in ("ece", "ece_by_chance", "rate", SEASON_SEEN))
        return cls(test, int(content.get("customers", 0)), bias, low, high, *where_known)


@dataclass(frozen=True)
class HeldLevels:
    """The levels of one model at all of its tests, the latest first."""

    levels: tuple[HeldLevel, ...]

    @classmethod
    def of(cls, levels: Sequence[HeldLevel]) -> HeldLevels:
        """Put in order by the names of the tests, which are dates."""
        return cls(tuple(sorted(levels, key=lambda one: one.test, reverse=True)))

    @classmethod
    def from_dict(cls, by_cutoff: Mapping[str, Mapping[str, Any]]) -> HeldLevels:
        """The levels a manifest tells under the names of the tests; none where an older one tells none."""
        known = {test: one for test, one in by_cutoff.items() if "bias_low" in one}
        return cls.of([HeldLevel.from_dict(test, one) for test, one in known.items()])

    @property
    def latest(self) -> HeldLevel:
        """The level nearest to today."""
        return self.levels[0]

    @property
    def worst(self) -> HeldLevel:
        """The level farthest off, one that nobody knows before all; of equals the latest."""
        return max(self.levels, key=lambda one: math.inf if math.isnan(one.bias) else one.distance)

    @property
    def worst_error(self) -> HeldLevel:
        """The test with the largest calibration error beyond what chance gives there; of equals the latest."""
        return max(self.levels, key=lambda one: _or_most(one.ece) - (one.ece_by_chance or 0.0))

    @property
    def next(self) -> tuple[float, float]:
        """Between which shares of what is expected the next level lies, nine times in ten."""
        return self.next_within(NEXT_SHARE)

    def next_within(self, share: float) -> tuple[float, float]:
        """Between which shares of what is expected the next level lies, so often.

        By how far the tests were off, about right: tests tell of seasons and growth, which no number of customers
        at one test does. Never narrower than what customers leave open. Few tests tell little, which Student's t says;
        where no season was seen twice, what seasons do elsewhere is told beside them.
        """
        from scipy.special import stdtrit

        off = [math.log1p(one.bias) for one in self.levels if one.bias > -1.0]
        open_by_customers = [
            (math.log1p(one.bias_high) - math.log1p(one.bias_low)) / (2 * _TWO_SIDED)
            for one in self.levels
            if one.bias_low > -1.0
        ]
        if not off or not open_by_customers:
            return math.nan, math.nan
        spread, told_by = _root_mean_square(off), len(off)
        if self.latest.season_seen is False:
            spread = _root_mean_square([*off, *[UNSEEN_SEASON] * LIKE_TESTS])
            told_by += LIKE_TESTS
        spread = max(spread, _root_mean_square(open_by_customers))
        half = float(stdtrit(told_by, (1.0 + share) / 2.0)) * spread
        return math.exp(-half), math.exp(half)

    @property
    def next_figures(self) -> dict[str, float | None]:
        """The ends of that range as a manifest keeps them, and of the one that holds nearly always.

        A service reads them there: the library that knows Student's t takes longer to load than a page to make.
        """
        low, high = self.next
        lowest, highest = self.next_within(NEARLY_ALWAYS)
        ends = {"low": low, "high": high, "lowest": lowest, "highest": highest}
        return {f"level_{name}": _known(end) for name, end in ends.items()}

    @property
    def figures(self) -> dict[str, float]:
        """The figures that are compared from run to run: of the latest test, of the worst, and what is next."""
        found: dict[str, float] = {}
        if not self.levels:
            return found
        for place, one in (("latest", self.latest), ("worst", self.worst)):
            figures = {"bias": one.bias, "observed_over_expected": one.observed_over_expected}
            found |= {f"{place}/{key}": figure for key, figure in figures.items()}
        if self.latest.ece is not None and self.worst_error.ece is not None:
            found |= {"latest/ece": self.latest.ece, "worst/ece": self.worst_error.ece}
        low, high = self.next
        found |= {"level/low": low, "level/high": high}
        return {key: one for key, one in found.items() if math.isfinite(one)}

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Each level under the name of its test."""
        return {one.test: one.as_dict() for one in self.levels}


def _root_mean_square(values: Sequence[float]) -> float:
    return math.sqrt(math.fsum(one * one for one in values) / len(values))


def _or_most(error: float | None) -> float:
    """An error nobody knows counts like the largest."""
    return math.inf if error is None or math.isnan(error) else error


def _known(value: Any) -> Any:
    """Eight digits, and None where there is no answer."""
    if isinstance(value, float):
        return float(f"{value:.8g}") if math.isfinite(value) else None
    return value


def with_seasons(
    by_cutoff: Mapping[str, Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The levels of tests, with whether the season of each was seen a year before where ``known`` tells.

    >>> with_seasons({"2026-01-01": {"rate": 0.2}}, {"2026-01-01": {"season_seen": True}})
    {'2026-01-01': {'rate': 0.2, 'season_seen': True}}
    """
    seen = {test: one[SEASON_SEEN] for test, one in known.items() if SEASON_SEEN in one}
    return {
        test: {**level, SEASON_SEEN: seen[test]} if test in seen else dict(level)
        for test, level in by_cutoff.items()
    }
