"""The two-stage model: candidates from all sides, and trees that weigh what is known of customer and item."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from training.datasets.dataset import Dataset, together
from training.datasets.purchases.bought import Bought
from training.families.items.measures import Targets
from training.families.items.pairs.pair_features import (
    BUYER,
    DEMAND,
    GROUP_OF,
    NAMES,
    PAIR_FEATURES,
    PAIR_GROUPS,
    POSITIONS,
)
from training.families.items.pairs.pairs import PairFinder, Pairs
from training.learners.boosting import BoostedModel
from training.learners.leaf_sums import LeafSums
from training.learners.trees import BoostingSettings

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
MOST_ROWS = 400_000
"""Beyond so many candidates a day some customers are left out, never items."""
_SEED = 20_101_209
_ORDER_ROUNDS = 80
_PLAN = "pairs of customers and items"
_SHARE = "order_share.json"
HABITS = tuple(one.name for one in PAIR_FEATURES if one.group == BUYER.name)
"""What tells how likely a customer orders at all."""


@dataclass(frozen=True)
class Origin:
    """A moment of the past, as known then: who ordered in the days after, and which candidates these bought.

    ``pairs`` are the candidates of customers who ordered, ``is_bought`` has one entry a candidate;
    ``habits`` has a row for each customer, whether they ordered or not, with ``has_ordered``.
    """

    cutoff_seconds: int
    pairs: Pairs
    is_bought: NDArray[np.bool_]
    habits: NDArray[np.float32]
    has_ordered: NDArray[np.bool_]

    @classmethod
    def of(cls, shelf: PairFinder, before: Bought, after: Bought, *, threads: int = 1) -> Self:
        """Look at customers who had bought anything, as many as there is room for."""
        buyers = before.buyers
        has_ordered = np.diff(after.offsets)[buyers] > 0
        any_item = np.zeros(min(1, shelf.catalogue), np.int32)
        one_each = shelf.pairs(
            before.select(buyers), asked=any_item, only_asked=True, threads=threads
        )
        ordered = buyers[has_ordered]
        probe = shelf.pairs(before.select(ordered[:_PROBED]), threads=threads)
        each = max(1.0, len(probe.items) / max(len(probe.offsets) - 1, 1))
        room = int(MOST_ROWS / each)
        if len(ordered) > room:
            random = np.random.Generator(np.random.PCG64(_SEED))
            ordered = np.sort(random.choice(ordered, room, replace=False))
        pairs = shelf.pairs(before.select(ordered), threads=threads)
        targets = Targets.of(before.select(ordered), after.select(ordered))
        is_bought = targets.holds(pairs.owners, pairs.items)
        return cls(before.as_of, pairs, is_bought, one_each.values, has_ordered)

    def candidates(self) -> Dataset:
        """The candidates as rows to learn from."""
        return self._dataset(self.pairs.owners, self.pairs.values, self.is_bought)

    def customers(self) -> Dataset:
        """The customers as rows to learn from."""
        return self._dataset(np.arange(len(self.habits)), self.habits, self.has_ordered)

    def _dataset(
        self, keys: NDArray[np.int64], values: NDArray[np.float32], outcomes: NDArray[np.bool_]
    ) -> Dataset:
        cutoffs = np.full(len(keys), self.cutoff_seconds)
        vectors = Vectors(_PLAN, NAMES, keys.astype(np.int32), cutoffs, values)
        return Dataset(vectors, outcomes.astype(np.float64))


_PROBED = 256


@dataclass(frozen=True)
class Ranker:
    """Log-odds that an item is among what a customer buys, should they order in the days after.

    ``orders`` tells how likely they order at all, from their habits alone; None where everybody did or
    nobody, and then ``order_share`` tells it for all.
    """

    model: BoostedModel
    orders: BoostedModel | None
    order_share: float

    @classmethod
    def fit(
        cls,
        origins: Sequence[Origin],
        *,
        settings: BoostingSettings = SETTINGS,
        rounds: int | None = None,
        threads: int = 1,
    ) -> Self:
        """Learn from some origins; without ``rounds`` the latest of them says how many trees serve.

        Raises ``ModelRefused`` where no candidate was bought, or every one.
        """
        candidates = together([one.candidates() for one in origins])
        customers = together([one.customers() for one in origins])
        if candidates.positives in (0, candidates.rows):
            raise ModelRefused(
                expected="customers who bought some of the items they might have bought",
                found=f"{candidates.positives:,} of {candidates.rows:,} candidates bought",
                remedy="Set a longer recommendations.horizon_days, or bring a longer history.",
            )
        model = BoostedModel.fit(candidates, settings=settings, rounds=rounds, threads=threads)
        orders = None
        if 0 < customers.positives < customers.rows:
            orders = BoostedModel.fit(customers, HABITS, rounds=_ORDER_ROUNDS, threads=threads)
        return cls(model, orders, customers.positives / max(customers.rows, 1))

    def order_chance(self, values: NDArray[np.float32]) -> Floats:
        """How likely the customer of each row orders at all within the horizon; NaN of who never did."""
        has_ordered = values[:, POSITIONS["customer_orders"]] > 0
        if self.orders is None:
            return np.asarray(np.where(has_ordered, self.order_share, np.nan))
        columns = self.orders.columns
        prepared = columns.prepare(values, columns.positions(NAMES))
        chances = 1.0 / (1.0 + np.exp(-self.orders.log_odds(prepared)))
        return np.asarray(np.where(has_ordered, chances, np.nan))

    @property
    def base(self) -> float:
        """The log-odds every candidate starts from."""
        return self.model.base_log_odds

    def log_odds(self, values: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """One number a candidate; of a customer without an order, how many active customers took the item."""
        found = self._leaves.of(self._prepared(values), threads=threads)
        is_new = _is_new(values)
        found[is_new] = _popular_log_odds(values[is_new])
        return found

    def pushes(self, values: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each reason group adds, one column a group; with the base they sum to the log-odds."""
        group_of = np.array(GROUP_OF)[self._positions]
        prepared = self._prepared(values)
        added = self.model.grouped_contributions(
            prepared, group_of, len(PAIR_GROUPS), threads=threads
        )
        return self._demand_alone(added, values)

    def proven_pushes(self, values: NDArray[np.float32]) -> Floats:
        """The same by LightGBM itself, a hundred times slower."""
        by_feature = self.model.proven_contributions(self._prepared(values))
        totals = np.zeros((len(values), len(PAIR_GROUPS)))
        for column, position in enumerate(self._positions):
            totals[:, GROUP_OF[position]] += by_feature[:, column]
        return self._demand_alone(totals, values)

    def _demand_alone(self, added: Floats, values: NDArray[np.float32]) -> Floats:
        """Of somebody without an order nothing speaks but what others buy."""
        is_new = _is_new(values)
        added[is_new] = 0.0
        added[is_new, _DEMAND] = _popular_log_odds(values[is_new]) - self.base
        return added

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
        files = {f"items_{name}": content for name, content in self.model.to_files().items()}
        if self.orders is not None:
            files |= {f"orders_{name}": one for name, one in self.orders.to_files().items()}
        return files | {_SHARE: json.dumps(self.order_share).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The model read back; the bytes must have been verified."""

        def read(kind: str) -> BoostedModel:
            return BoostedModel.from_files(
                {name: files[f"{kind}_{name}"] for name in BoostedModel.files}
            )

        orders = read("orders") if "orders_model.txt" in files else None
        return cls(read("items"), orders, float(json.loads(files[_SHARE])))


_DEMAND = PAIR_GROUPS.index(DEMAND)
_LARGEST_SHARE = 0.999


def _is_new(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each row is of a customer without an order."""
    return np.asarray(values[:, POSITIONS["customer_orders"]] == 0)


def _popular_log_odds(values: NDArray[np.float32]) -> Floats:
    """The share of the active customers who took each item lately, as log-odds."""
    share = np.exp(values[:, POSITIONS["recent_share"]].astype(np.float64))
    held = np.minimum(share, _LARGEST_SHARE)
    return np.asarray(np.log(held) - np.log1p(-held))
