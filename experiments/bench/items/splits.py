"""Public splits of bare pairs, with a part of the training data held out for every choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought
from training.families.items.measures import Targets, best, ndcg, recall

Scores = Callable[[Bought], NDArray[np.float32]]
_AT_ONCE = 512
HELD_OUT = 0.1
SEED = 42


@dataclass(frozen=True)
class PublicSplit:
    """Pairs to learn from and pairs to find again; what was learned from is never listed."""

    learned: Bought
    targets: Bought

    @classmethod
    def of(
        cls, learned: NDArray[np.int64], targets: NDArray[np.int64], shape: tuple[int, int]
    ) -> PublicSplit:
        """A split of pairs, one column a pair."""
        return cls(
            Bought.of_pairs(learned[0], learned[1], shape),
            Bought.of_pairs(targets[0], targets[1], shape),
        )

    def held_out(self, share: float = HELD_OUT, seed: int = 1) -> PublicSplit:
        """The part to learn from, split once more by lot, for tuning."""
        pairs = np.stack([self.learned.owners, self.learned.items.astype(np.int64)])
        chosen = np.random.default_rng(seed).random(pairs.shape[1]) < share
        shape = self.learned.customers, self.learned.catalogue
        return PublicSplit.of(pairs[:, ~chosen], pairs[:, chosen], shape)

    def some(self, customers: int, seed: int = 2) -> NDArray[np.int64]:
        """Customers by lot who have something to be found."""
        known = self.targets.buyers
        if len(known) <= customers:
            return known
        return np.sort(np.random.default_rng(seed).choice(known, customers, replace=False))

    def judge(
        self, scores: Scores, count: int, customers: NDArray[np.int64] | None = None
    ) -> tuple[float, float]:
        """Mean Recall and NDCG over customers who have something to be found, all items ranked."""
        asked = self.targets.buyers if customers is None else customers
        found: list[NDArray[np.float64]] = []
        for begin in range(0, len(asked), _AT_ONCE):
            some = asked[begin : begin + _AT_ONCE]
            bought = self.learned.select(some)
            values = scores(bought)
            values[bought.owners, bought.items] = -np.inf
            targets = Targets.of(bought, self.targets.select(some))
            hits = targets.hits(best(values, count))
            found.append(np.stack([recall(hits, targets.counts), ndcg(hits, targets.counts)]))
        mean = np.concatenate(found, axis=1).mean(axis=1)
        return float(mean[0]), float(mean[1])


def published(folder: Path) -> PublicSplit:
    """A split as it was published: ``train.parquet`` and ``test.parquet`` of users and items."""
    learned, targets = (_pairs(folder / f"{part}.parquet") for part in ("train", "test"))
    customers, items = np.concatenate([learned, targets], axis=1).max(axis=1) + 1
    return PublicSplit.of(learned, targets, (int(customers), int(items)))


def by_lot(file: Path, share: float, seed: int = SEED) -> PublicSplit:
    """All ratings of a file as pairs, a share of them by lot to be found."""
    table = pq.read_table(file, columns=["user_id", "item_id"])
    pairs = np.stack([table["user_id"].to_numpy(), table["item_id"].to_numpy()]).astype(np.int64)
    pairs -= pairs.min(axis=1, keepdims=True)
    chosen = np.random.default_rng(seed).random(pairs.shape[1]) < share
    customers, items = pairs.max(axis=1) + 1
    return PublicSplit.of(pairs[:, ~chosen], pairs[:, chosen], (int(customers), int(items)))


def _pairs(file: Path) -> NDArray[np.int64]:
    table = pq.read_table(file)
    return np.stack([table["user_id"].to_numpy(), table["item_id"].to_numpy()]).astype(np.int64)
