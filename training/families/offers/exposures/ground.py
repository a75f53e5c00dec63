"""What was known before each exposure: behaviour and crosses, built once a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.fresh import CodedEvents
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.datasets.dataset import Dataset
from training.families.offers.exposures.crosses import CrossFeatures, crossed_names
from training.families.offers.exposures.exposed import Exposed
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offers

_TASTES_LAST_DAYS = 30


@dataclass(frozen=True)
class Asked:
    """Exposures with what was known before each: rows of ``dataset`` and ``exposed`` are the same."""

    dataset: Dataset
    exposed: Exposed
    catalogue: int

    def select(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Asked:
        """Some of them."""
        return Asked(self.dataset.select(rows), self.exposed.select(rows), self.catalogue)


class Ground:
    """Behaviour and crosses before each exposure; what one day needs is built once."""

    def __init__(
        self, pack: Pack, plan: Plan, offers: Offers, threads: int = 1, progress: Progress = silent
    ) -> None:
        self.pack, self.plan, self.offers = pack, plan, offers
        self.crosses = CrossFeatures(pack, offers)
        self._threads, self._progress = threads, progress
        self._tastes: dict[int, Tastes] = {}

    def tastes(self, cutoff: Cutoff) -> Tastes:
        """What categories say for one another, learned at most a month before."""
        month = cutoff.seconds // (_TASTES_LAST_DAYS * DAY_SECONDS)
        if month not in self._tastes:
            start = Cutoff(month * _TASTES_LAST_DAYS * DAY_SECONDS)
            self._tastes[month] = Tastes.learn(self.crosses.lines, start)
        return self._tastes[month]

    def asked(self, exposed: Exposed) -> Asked:
        """What was known before each exposure, with whether it was taken."""
        days = exposed.days
        values: NDArray[np.float32] | None = None
        for done, day in enumerate(days):
            self._progress("what was known before each exposure", done, len(days))
            rows = np.flatnonzero(exposed.as_of_seconds == day.seconds)
            keys, offers = exposed.customer_keys[rows], exposed.offers[rows]
            found = self.values(keys, offers, day)
            if values is None:
                values = np.empty((exposed.rows, found.shape[1]), np.float32)
            values[rows] = found
        self._progress("what was known before each exposure", len(days), len(days))
        assert values is not None
        vectors = Vectors(
            self.plan.hash,
            crossed_names(self.plan.feature_names),
            exposed.customer_keys,
            exposed.as_of_seconds,
            values,
        )
        return Asked(Dataset(vectors, exposed.taken, exposed.treated), exposed, len(self.offers))

    def values(
        self,
        keys: NDArray[np.int32],
        offers: NDArray[np.integer],
        cutoff: Cutoff,
        tastes: Tastes | None = None,
    ) -> NDArray[np.float32]:
        """One row a pair of customer and offer; who has done nothing yet has a vector of nothing.

        Without ``tastes`` they are learned from what was bought before.
        """
        customers, place = np.unique(keys, return_inverse=True)
        built = build_vectors(
            self.pack, self.plan, [cutoff], threads=self._threads, customers=customers
        )
        behaviour = np.full((len(customers), len(self.plan.features)), np.nan, np.float32)
        behaviour[np.searchsorted(customers, built.customer_keys)] = built.values
        crosses = self.crosses.of_pairs(
            customers, place, offers, cutoff, tastes or self.tastes(cutoff)
        )
        return np.concatenate([behaviour[place], crosses], axis=1)

    def values_since(
        self,
        key: int,
        behaviour: NDArray[np.float32],
        cutoff: Cutoff,
        tastes: Tastes,
        *,
        told: CodedEvents,
        store_end: Cutoff,
    ) -> NDArray[np.float32]:
        """One row an offer for one customer, whose behaviour is known with the lines told since the store was made."""
        offers = np.arange(len(self.offers))
        crosses = self.crosses.of_customer(
            key, offers, cutoff, tastes, told=told, store_end=store_end
        )
        return np.concatenate([np.tile(behaviour, (len(offers), 1)), crosses], axis=1)
