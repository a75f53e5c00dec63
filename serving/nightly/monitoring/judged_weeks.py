"""Some customers as the model in use has judged them week by week, made anew from the store, and what came of them since."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream
from features.store.store import Store
from features.vectors.vectors import build_vectors
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from features.vocabulary.words import CONTROL
from serving.nightly.monitoring.alarms import LookedAt
from serving.snapshot.consent import refused_profiling
from training.families.churn.bundle import Bundle
from training.measures.monitoring.seasons import LAGS, is_known
from training.questions.stated import Stated

WEEKS_BEFORE = 8
SETTLED_DAYS = 3
"""So many of the latest days whose outcomes are known are looked at, four weeks apart."""
MOST_CUSTOMERS = 20_000
"""So many customers, drawn by lot, tell what all of them would, and take seconds."""
NOT_LOOKED_AT = ("offers", "season")
"""Groups of features that change by what the company does itself and by the calendar: that is no news to anybody."""
_LOT = 20_260_101


@dataclass(frozen=True)
class JudgedWeek:
    """Those customers a model judges at a cutoff: what it reads of them, and their risks."""

    cutoff: Cutoff
    customer_keys: NDArray[np.int32]
    inputs: NDArray[np.float32]
    risks: Floats


@dataclass(frozen=True)
class SettledDay:
    """A day of before whose outcomes are known, of customers whom nobody treated meanwhile; ``treated`` were left out."""

    cutoff: Cutoff
    outcomes: Floats
    risks: Floats
    treated: int


class JudgedWeeks:
    """A sample of a company's customers through the eyes of the model in use.

    ``inputs`` are the features that are looked at, in the order of their columns.
    """

    def __init__(
        self, bundle: Bundle, store: Store, *, threads: int = 2, progress: Progress = silent
    ) -> None:
        self.bundle = bundle
        said = {str(one["name"]): one for one in bundle.manifest.features}
        names = bundle.manifest.feature_names
        self._places = np.array(
            [at for at, name in enumerate(names) if said[name]["group"] not in NOT_LOOKED_AT],
            np.intp,
        )
        titles = {one["name"]: one["title"] for one in bundle.manifest.groups}
        self.inputs = {
            names[at]: LookedAt(one["meaning"], one["group"], titles.get(one["group"], ""))
            for at in self._places
            for one in (said[names[at]],)
        }
        self._pack, self._threads, self._progress = store.pack(), threads, progress
        self._plan = bundle.plan.compiled(self._pack)
        self._refused = refused_profiling(store, self._pack)
        self._customers = _drawn(self._pack.customers)

    def ending(self, end: Cutoff, *, before: int = WEEKS_BEFORE) -> list[JudgedWeek]:
        """A week that ends at ``end`` and so many before it, the latest last, as far as the data reach back."""
        cutoffs = [end.plus_days(-7 * week) for week in range(before, -1, -1)]
        return self._judged([one for one in cutoffs if one.seconds > self._first_seconds])

    def years_before(self, end: Cutoff, *, around: bool = True) -> list[list[JudgedWeek]]:
        """The same weeks of a year ago, and those ``around`` that the data reach back for; none where no season is known."""
        if not self.knows_season(end):
            return []
        lags = [
            lag
            for lag in (LAGS if around else LAGS[:1])
            if end.plus_days(-7 * (lag + WEEKS_BEFORE)).seconds > self._first_seconds
        ]
        weeks = sorted(
            {lag + week for lag in lags for week in range(WEEKS_BEFORE + 1)}, reverse=True
        )
        judged = self._judged([end.plus_days(-7 * week) for week in weeks])
        by_week = dict(zip(weeks, judged, strict=True))
        return [[by_week[lag + week] for week in range(WEEKS_BEFORE, -1, -1)] for lag in lags]

    def knows_season(self, end: Cutoff) -> bool:
        """Whether the data reach back to the same weeks of last year."""
        return is_known(self._first_seconds, end.seconds, weeks_before=WEEKS_BEFORE)

    @cached_property
    def _first_seconds(self) -> int:
        return min(
            int(one.seconds[0 : one.rows].min()) for one in self._pack.streams.values() if one.rows
        )

    def settled(self, end: Cutoff) -> list[SettledDay]:
        """The latest days whose outcomes are known by an end, the latest first; none from before the model was trained.

        What a table of outcomes states is asked at days of its own and not looked for.
        """
        question = self.bundle.question
        if isinstance(question, Stated):
            return []
        days = question.gap_days + question.horizon_days + question.settling_days
        trained = Cutoff.parse(self.bundle.manifest.data_cut)
        latest = end.plus_days(-days)
        cutoffs = [latest.plus_days(-28 * one) for one in range(SETTLED_DAYS)]
        found = self._judged([one for one in cutoffs if one >= trained])
        return [self._outcomes(one) for one in found]

    def _judged(self, cutoffs: list[Cutoff]) -> list[JudgedWeek]:
        if not cutoffs:
            return []
        vectors = build_vectors(
            self._pack,
            self._plan,
            cutoffs,
            threads=self._threads,
            customers=self._customers,
            progress=self._progress,
        )
        weeks = []
        for cutoff in cutoffs:
            here = vectors.at(cutoff.seconds)
            values = self.bundle.bind(here)
            judged = self.bundle.eligible(values) & ~np.isin(here.customer_keys, self._refused)
            values = values[judged]
            risks = self.bundle.probability(self.bundle.log_odds(values, threads=self._threads))
            keys = here.customer_keys[judged]
            weeks.append(JudgedWeek(cutoff, keys, values[:, self._places], risks))
        return weeks

    def _outcomes(self, week: JudgedWeek) -> SettledDay:
        question = self.bundle.question
        vectors = build_vectors(self._pack, self._plan, [week.cutoff], customers=week.customer_keys)
        outcomes = question.answers(self._pack, vectors).outcomes
        end = question.horizon.end(week.cutoff).seconds
        exposures = self._pack.streams.get("exposures")
        treated = treated_between(exposures, week.cutoff.seconds, end, self._pack.customers)
        is_treated = treated[week.customer_keys]
        known = ~np.isnan(outcomes) & ~is_treated
        return SettledDay(week.cutoff, outcomes[known], week.risks[known], int(is_treated.sum()))


def treated_between(
    exposures: EventStream | None, first_seconds: int, end_seconds: int, customers: int
) -> Truths:
    """Of each customer whether they were shown an offer or contacted in ``[first, end)``; who was held out was not."""
    treated = np.zeros(customers, np.bool_)
    if exposures is None:
        return treated
    when = np.asarray(exposures.seconds)
    shown = (when >= first_seconds) & (when < end_seconds)
    arms = list(exposures.dictionaries.get("arm", ()))
    if CONTROL in arms:
        shown &= np.asarray(exposures.columns["arm"]) != arms.index(CONTROL)
    owners = np.repeat(np.arange(customers), np.diff(exposures.offsets))
    treated[owners[shown]] = True
    return treated


def _drawn(customers: int) -> NDArray[np.int32]:
    """Everybody, or as many as are enough, the same ones every time."""
    if customers <= MOST_CUSTOMERS:
        return np.arange(customers, dtype=np.int32)
    drawn = np.random.default_rng(_LOT).choice(customers, MOST_CUSTOMERS, replace=False)
    return np.sort(drawn).astype(np.int32)
