"""The two-stage model: candidates from all sides, and trees that weigh what is known of customer and item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vectors import Vectors
from training.boosting import BoostedModel
from training.dataset import Dataset, together
from training.items.bought import Bought
from training.items.pair_features import GROUP_OF, NAMES, PAIR_GROUPS
from training.items.pairs import Pairs, Shelf
from training.items.ranking import Targets
from training.leaf_sums import LeafSums
from training.model import Floats
from training.trees import BoostingSettings

SETTINGS = BoostingSettings(
    learning_rate=0.06,
    leaves=31,
    depth=6,
    leaf_share=0.0003,
    feature_fraction=0.5,
    lambda_l2=10.0,
    rounds=300,
    patience=25,
    rounds_untested=150,
)
MOST_ROWS = 2_000_000
"""More candidates teach the trees nothing new; beyond them some customers are left out, never items."""
_SEED = 20_101_209
_PLAN = "pairs of customers and items"


@dataclass(frozen=True)
class Origin:
    """A moment of the past: everybody's candidates, as known then, and which were bought in the days after."""

    cutoff_seconds: int
    pairs: Pairs
    is_bought: NDArray[np.bool_]

    @classmethod
    def of(cls, shelf: Shelf, before: Bought, after: Bought, *, threads: int = 1) -> Self:
        """Look at customers who had bought anything, as many as there is room for."""
        buyers = before.buyers
        pairs = shelf.pairs(before.select(buyers[:_PROBED]), threads=threads)
        each = max(1.0, len(pairs.items) / max(len(buyers[:_PROBED]), 1))
        room = int(MOST_ROWS / each)
        if len(buyers) > room:
            random = np.random.Generator(np.random.PCG64(_SEED))
            buyers = np.sort(random.choice(buyers, room, replace=False))
        pairs = shelf.pairs(before.select(buyers), threads=threads)
        targets = Targets.of(before.select(buyers), after.select(buyers))
        return cls(before.as_of, pairs, targets.holds(pairs.owners, pairs.items))

    def dataset(self) -> Dataset:
        """The candidates as rows to learn from."""
        rows = len(self.pairs.items)
        vectors = Vectors(
            _PLAN,
            NAMES,
            self.pairs.owners.astype(np.int32),
            np.full(rows, self.cutoff_seconds),
            self.pairs.values,
        )
        return Dataset(vectors, self.is_bought.astype(np.float64))


_PROBED = 256


@dataclass(frozen=True)
class Ranker:
    """Log-odds that a customer buys an item in the days after, for every candidate of theirs."""

    model: BoostedModel

    @classmethod
    def fit(
        cls,
        origins: Sequence[Origin],
        *,
        settings: BoostingSettings = SETTINGS,
        rounds: int | None = None,
        threads: int = 1,
    ) -> Self:
        """Learn from some origins; without ``rounds`` the latest of them says how many trees serve."""
        dataset = together([one.dataset() for one in origins])
        return cls(BoostedModel.fit(dataset, settings=settings, rounds=rounds, threads=threads))

    @property
    def base(self) -> float:
        """The log-odds every candidate starts from."""
        return self.model.base_log_odds

    def log_odds(self, values: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """One number a candidate."""
        return self._leaves.of(self._prepared(values), threads=threads)

    def pushes(self, values: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each reason group adds, one column a group; with the base they sum to the log-odds."""
        group_of = np.array(GROUP_OF)[self._positions]
        prepared = self._prepared(values)
        return self.model.grouped_contributions(
            prepared, group_of, len(PAIR_GROUPS), threads=threads
        )

    def proven_pushes(self, values: NDArray[np.float32]) -> Floats:
        """The same by LightGBM itself, a hundred times slower."""
        by_feature = self.model.proven_contributions(self._prepared(values))
        totals = np.zeros((len(values), len(PAIR_GROUPS)))
        for column, position in enumerate(self._positions):
            totals[:, GROUP_OF[position]] += by_feature[:, column]
        return totals

    def _prepared(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        prepared: NDArray[np.float32] = self.model.columns.prepare(values, self._positions)
        return prepared

    @cached_property
    def _positions(self) -> NDArray[np.intp]:
        return self.model.columns.positions(NAMES)

    @cached_property
    def _leaves(self) -> LeafSums:
        return LeafSums(self.model.forest)

    def to_files(self) -> dict[str, bytes]:
        """The trees and their columns."""
        return self.model.to_files()

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The model read back; the bytes must have been verified."""
        return cls(BoostedModel.from_files(files))
