"""How good lists of items are: plain functions of what was listed and what was then bought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.datasets.purchases.bought import Bought

NOTHING = -1
"""Stands in a list where there was nothing left to name."""
Lists = NDArray[np.int32]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Targets:
    """What the customers of some lists bought afterwards, and whether they had bought it before.

    The items of list ``l`` are ``offsets[l]`` to ``offsets[l + 1]``, in ascending order.
    """

    offsets: NDArray[np.int64]
    items: NDArray[np.int32]
    is_repeat: NDArray[np.bool_]
    catalogue: int

    @classmethod
    def of(cls, before: Bought, after: Bought) -> Targets:
        """The distinct items each customer bought after, whatever they had bought before."""
        catalogue = after.catalogue
        pairs = np.unique(after.owners * catalogue + after.items)
        had = np.unique(before.owners * catalogue + before.items)
        offsets = np.searchsorted(pairs, np.arange(after.customers + 1) * catalogue)
        items = (pairs % catalogue).astype(np.int32)
        return cls(offsets.astype(np.int64), items, np.isin(pairs, had), catalogue)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many items each customer bought."""
        return np.diff(self.offsets)

    def only(self, repeats: bool) -> Targets:
        """The repeated items alone, or the new ones alone."""
        kept = self.is_repeat == repeats
        counted = np.zeros(len(kept) + 1, np.int64)
        np.cumsum(kept, out=counted[1:])
        return Targets(
            counted[self.offsets], self.items[kept], self.is_repeat[kept], self.catalogue
        )

    def hits(self, lists: Lists) -> NDArray[np.bool_]:
        """Whether each entry of each list was bought; one row a customer."""
        held = self.holds(np.arange(len(lists))[:, None], lists)
        return np.asarray(held & (lists != NOTHING))

    def holds(
        self, customers: NDArray[np.integer], items: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Whether each of these customers bought each of these items."""
        rows = np.repeat(np.arange(len(self.counts)), self.counts)
        # A last entry that is nobody's, so that every search ends on an entry.
        bought = np.append(rows * self.catalogue + self.items, np.iinfo(np.int64).max)
        asked = customers * self.catalogue + items
        return np.asarray(bought[np.searchsorted(bought, asked)] == asked)


def best(scores: Scores, count: int) -> Lists:
    """The ``count`` items of the highest scores in each row, the best first; ties by place.

    Where a score is minus infinity nothing is listed.

    >>> best(np.array([[1.0, 3.0, -np.inf], [2.0, 2.0, 1.0]], np.float32), 2)
    array([[1, 0],
           [0, 1]], dtype=int32)
    """
    rows, items = scores.shape
    count = min(count, items)
    if count < items:
        picked = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        # Among equals at the border those of the lowest place are taken, as everywhere else.
        border = np.take_along_axis(scores, picked, axis=1).min(axis=1)
        tied = np.flatnonzero((scores >= border[:, None]).sum(axis=1) > count)
        for row in tied:
            picked[row] = np.argsort(-scores[row], kind="stable")[:count]
        picked.sort(axis=1)
    else:
        picked = np.broadcast_to(np.arange(items), (rows, items))
    values = np.take_along_axis(scores, picked, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    lists = np.take_along_axis(picked, order, axis=1).astype(np.int32)
    lists[np.take_along_axis(values, order, axis=1) == -np.inf] = NOTHING
    return lists


def best_of(
    offsets: NDArray[np.int64], items: NDArray[np.int32], scores: NDArray[np.floating], count: int
) -> Lists:
    """The same where each customer has candidates of their own: those of ``c`` lie at ``offsets[c]`` on.

    >>> best_of(np.array([0, 2, 3]), np.array([4, 7, 5], np.int32), np.array([0.1, 0.2, 0.3]), 2)
    array([[ 7,  4],
           [ 5, -1]], dtype=int32)
    """
    owners = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    order = np.lexsort((items, -scores, owners))
    place = np.arange(len(items)) - offsets[owners]
    lists = np.full((len(offsets) - 1, count), NOTHING, np.int32)
    listed = place < count
    lists[owners[listed], place[listed]] = items[order[listed]]
    return lists


def recall(hits: NDArray[np.bool_], counts: NDArray[np.int64]) -> Floats:
    """The share of what each customer bought that was listed; NaN of who bought nothing.

    >>> recall(np.array([[True, False], [False, False]]), np.array([2, 0]))
    array([0.5, nan])
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(hits.sum(axis=1) / np.where(counts > 0, counts, np.nan))


def ndcg(hits: NDArray[np.bool_], counts: NDArray[np.int64]) -> Floats:
    """Hits discounted by their place, against the best list of that length; NaN of who bought nothing.

    Järvelin and Kekäläinen (2002), with gain 1 an item.

    >>> ndcg(np.array([[True, False], [False, True]]), np.array([1, 1])).round(3)
    array([1.   , 0.631])
    """
    length = hits.shape[1]
    discounts = 1.0 / np.log2(np.arange(2, length + 2))
    ideal = np.concatenate([[np.nan], np.cumsum(discounts)])
    return np.asarray((hits @ discounts) / ideal[np.minimum(counts, length)])


def hit_rate(hits: NDArray[np.bool_], counts: NDArray[np.int64]) -> Floats:
    """Whether anything listed was bought, 1 or 0; NaN of who bought nothing."""
    return np.where(counts > 0, hits.any(axis=1).astype(np.float64), np.nan)


MEASURES: dict[str, Callable[[NDArray[np.bool_], NDArray[np.int64]], Floats]] = {
    "recall": recall,
    "ndcg": ndcg,
    "hit": hit_rate,
}


def coverage(lists: Lists, catalogue: int) -> float:
    """The share of the catalogue that is on anybody's list."""
    return len(np.unique(lists[lists != NOTHING])) / catalogue


def gini(lists: Lists, catalogue: int) -> float:
    """How unevenly the items share the places on the lists: 0 is evenly, near 1 a few items everywhere.

    >>> gini(np.array([[0, 1], [2, 3]], np.int32), 4)
    0.0
    """
    counts = np.sort(np.bincount(lists[lists != NOTHING], minlength=catalogue))
    total = counts.sum()
    if total == 0:
        return float("nan")
    ranks = np.arange(1, catalogue + 1)
    return float((2 * ranks - catalogue - 1) @ counts / (catalogue * total))


def novelty(lists: Lists, buyers: NDArray[np.integer], customers: int) -> float:
    """The mean of -log2 of the share of customers who had bought a listed item: the more, the less obvious.

    ``buyers`` counts each item's customers before the lists were made. Vargas and Castells (2011).
    """
    listed = lists[lists != NOTHING]
    if not len(listed):
        return float("nan")
    return float(-np.log2((buyers[listed] + 1) / (customers + 1)).mean())


def diversity(lists: Lists, kinds: NDArray[np.integer]) -> float:
    """The mean share of pairs on a list that are of different kinds; ``kinds`` has one entry an item."""
    shares = []
    for one in lists:
        listed = kinds[one[one != NOTHING]]
        if len(listed) > 1:
            alike = (listed[:, None] == listed[None, :]).sum() - len(listed)
            shares.append(1.0 - alike / (len(listed) * (len(listed) - 1)))
    return float(np.mean(shares)) if shares else float("nan")
