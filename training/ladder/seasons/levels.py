"""How far one simple expectation was off at many past cutoffs, and what that says of the level at each test.

The expectation is a line over recency, frequency and money, the same for all cutoffs of a series: what is left over is
what the season and growth did. The cutoffs lie a month apart, or less, so that a year ago is met and there are enough
of them to choose by; outcomes of cutoffs that close overlap, which is no harm where only levels are read off them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.plan.plan import Plan, plan_of
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit, Split
from training.ladder.seasons.choice import (
    MOST_DAYS_BESIDE,
    NEWEST,
    YEAR_DAYS,
    LevelChoice,
    PastLevel,
    choose_level,
    log_odds_off,
    log_off,
)
from training.learners.logistic import LogisticModel
from training.measures.levels import SEASON_SEEN, with_seasons
from training.questions.asking import ask
from training.questions.question import Question
from training.questions.stated import Stated

MOST_CUSTOMERS = 10_000
"""A level is read off so many customers at most, evenly spaced among all."""
MOST_CUTOFFS = 60
APART_DAYS = 30
YOUNG_DAYS = 180
"""In a company's first half-year everybody is new, and levels are those of no other time."""
WHOLE_YEAR_DAYS = 330
"""A horizon of so many days holds every season."""

_CHANCES = (
    "days_since_order",
    "orders_count_90d",
    "orders_count_180d",
    "spend_sum_180d",
    "gap_mean_days",
    "silence_ratio",
)
_MONEY = (
    "spend_sum_30d",
    "spend_sum_90d",
    "spend_sum_180d",
    "orders_count_90d",
    "orders_count_180d",
)
"""No longer than the first half-year, or else young companies would look like another season."""
_TAIL = 0.995

Reader = Callable[[Vectors], Iterator[PastLevel]]
"""The level at each cutoff of some vectors, by an expectation learned from them all."""


@dataclass(frozen=True)
class SeasonLevels:
    """What the seasons say of the level at each split, by its name; nothing where they say nothing."""

    choices: Mapping[str, LevelChoice] = field(default_factory=dict)

    def over_newest(self, split: Split) -> float:
        """How far from the newest level that of a split is to be expected."""
        found = self.choices.get(split.name)
        return 0.0 if found is None else found.over_newest

    def with_season_seen(
        self, by_cutoff: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        """The levels of tests, with whether the season of each was seen a year before."""
        seen = {test: {SEASON_SEEN: one.seen_twice} for test, one in self.choices.items()}
        return with_seasons(by_cutoff, seen)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the level of the model that ships."""
        found = self.choices.get("")
        return () if found is None else (found.said,)


NO_SEASONS = SeasonLevels()


def chance_levels(
    pack: Pack,
    plan: Plan,
    question: Question,
    splits: Sequence[Split],
    horizon: Horizon,
    *,
    threads: int = 1,
) -> SeasonLevels:
    """The level of a question at its splits; ``horizon`` reaches to where an outcome is known.

    Where a table states the outcomes, or folds of customers test, no season is looked for.
    """
    if isinstance(question, Stated):
        return NO_SEASONS
    names = tuple(one for one in _CHANCES if one in plan.feature_names)

    def judged(vectors: Vectors) -> tuple[Vectors, Floats]:
        found = ask(question, pack, vectors)
        return vectors.select(found.rows), found.outcomes

    def levels(vectors: Vectors, outcomes: Floats) -> Floats:
        return LogisticModel.fit(Dataset(vectors, outcomes), names).score(vectors)

    first = int(np.min(question.stream(pack).seconds))
    series = _Series(pack, plan, (*names, *question.needs), judged, levels, log_odds_off)
    return series.at(splits, horizon, first, threads)


def money_levels(
    pack: Pack,
    plan: Plan,
    amounts: Callable[[Vectors], Floats],
    splits: Sequence[Split],
    horizon: Horizon,
    first_seconds: int,
    *,
    threads: int = 1,
) -> SeasonLevels:
    """The level of what customers bring at splits; ``amounts`` tells what those of vectors brought."""
    names = tuple(one for one in _MONEY if one in plan.feature_names)

    def judged(vectors: Vectors) -> tuple[Vectors, Floats]:
        known = vectors.select(vectors.column("orders_count_lifetime") >= 1)
        brought = amounts(known)
        # A single order of a single customer is no season.
        return known, np.minimum(brought, np.quantile(brought, _TAIL)) if len(brought) else brought

    def levels(vectors: Vectors, brought: Floats) -> Floats:
        columns = [np.nan_to_num(vectors.column(name)).astype(np.float64) for name in names]
        held = [np.minimum(one, np.quantile(one, _TAIL)) for one in columns]
        design = np.column_stack([np.ones(vectors.rows), *held])
        scale = np.maximum(np.abs(design).max(axis=0), 1e-9)
        weights = np.linalg.lstsq(design / scale, brought, rcond=1e-9)[0]
        return np.asarray(design / scale @ weights)

    needed = (*names, "orders_count_lifetime")
    series = _Series(pack, plan, needed, judged, levels, log_off)
    return series.at(splits, horizon, first_seconds, threads)


@dataclass(frozen=True)
class _Series:
    """How levels are read: who is judged and what came of them, what is expected, how far that is off."""

    pack: Pack
    plan: Plan
    needed: tuple[str, ...]
    judged: Callable[[Vectors], tuple[Vectors, Floats]]
    expected: Callable[[Vectors, Floats], Floats]
    off: Callable[[Floats, Floats], tuple[float, float]]

    def at(
        self, splits: Sequence[Split], horizon: Horizon, first_seconds: int, threads: int
    ) -> SeasonLevels:
        known_after = horizon.days + horizon.gap_days
        origins = [one for one in splits if isinstance(one, OriginSplit)]
        if len(origins) < len(splits) or known_after >= WHOLE_YEAR_DAYS:
            return NO_SEASONS
        newest = max(one.calibration for one in origins)
        days = {one.name: _day_of(one, newest.plus_days(known_after)) for one in origins}
        cutoffs = series_cutoffs(newest, known_after, first_seconds)
        if not cutoffs or cutoffs[0].seconds / DAY_SECONDS > _last_useful_day(days, known_after):
            return SeasonLevels({name: _unseen() for name in days})
        vectors, outcomes = self.judged(self._vectors(cutoffs, threads))
        return SeasonLevels(
            {name: self._choice(vectors, outcomes, day, known_after) for name, day in days.items()}
        )

    def _vectors(self, cutoffs: Sequence[Cutoff], threads: int) -> Vectors:
        asked = [one for one in self.plan.declarations if one.feature.name in self.needed]
        plan = plan_of(asked, self.pack, self.plan.buying)
        return build_vectors(
            self.pack, plan, cutoffs, threads=threads, customers=_evenly_spaced(self.pack.customers)
        )

    def _choice(
        self, vectors: Vectors, outcomes: Floats, day: float, known_after: int
    ) -> LevelChoice:
        """By what was known on a day alone: the line too is learned from nothing else."""
        rows = vectors.cutoff_seconds + known_after * DAY_SECONDS <= day * DAY_SECONDS
        known, came = vectors.select(rows), outcomes[rows]
        try:
            expected = self.expected(known, came) if len(came) else came
        except ModelRefused:
            return _unseen()
        past = []
        for cutoff in np.unique(known.cutoff_seconds):
            here = known.cutoff_seconds == cutoff
            past.append(PastLevel(cutoff / DAY_SECONDS, *self.off(expected[here], came[here])))
        return choose_level(past, day, known_after)


def series_cutoffs(newest: Cutoff, known_after: int, first_seconds: int) -> list[Cutoff]:
    """The cutoffs of a series, the earliest first: about a month apart, those of the splits among them.

    >>> found = series_cutoffs(Cutoff(700 * DAY_SECONDS), 90, 0)
    >>> [one.seconds // DAY_SECONDS for one in found[:3]], len(found)
    ([190, 220, 250], 18)
    """
    parts = max(1, round(known_after / APART_DAYS))
    earliest = first_seconds + max(YOUNG_DAYS, known_after) * DAY_SECONDS
    found: list[Cutoff] = []
    for number in range(MOST_CUTOFFS):
        whole, part = divmod(number, parts)
        cutoff = newest.plus_days(-whole * known_after - part * known_after // parts)
        if cutoff.seconds < earliest:
            break
        found.append(cutoff)
    return found[::-1]


def _day_of(split: OriginSplit, end: Cutoff) -> float:
    """The day a split stands at; what ships stands where the newest outcomes are known."""
    return (split.test or end).seconds / DAY_SECONDS


def _last_useful_day(days: Mapping[str, float], known_after: int) -> float:
    """Where a series must have begun, that any split has a season a year before it."""
    return max(days.values()) - YEAR_DAYS + min(MOST_DAYS_BESIDE, known_after / 2.0)


def _unseen() -> LevelChoice:
    return LevelChoice(NEWEST, 0.0, {}, 0, seen_twice=False)


def _evenly_spaced(customers: int) -> NDArray[np.int32] | None:
    if customers <= MOST_CUSTOMERS:
        return None
    return (np.arange(MOST_CUSTOMERS) * customers // MOST_CUSTOMERS).astype(np.int32)
