"""TIFU-KNN: what a customer's own baskets say, decayed, beside those of the customers most like them.

Hu, He, Gao and Zhang (2020). Its neighbours are other customers, whom no bundle may hold: it stands in the
ladder as what must be beaten, and never ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.datasets.purchases.bought import Bought

_AT_ONCE = 512


@dataclass(frozen=True)
class TifuSettings:
    """The paper's settings but for ``own_share``, which it chooses for each company's data as it is done here (``rivals``)."""

    neighbours: int = 300
    decay_in_group: float = 0.9
    decay_of_groups: float = 0.7
    group_size: int = 7
    own_share: float = 0.7


@dataclass(frozen=True)
class NextBasket:
    """Every customer's decayed baskets, to find those who are alike."""

    vectors: sparse.csr_matrix
    settings: TifuSettings

    @classmethod
    def fit(cls, bought: Bought, settings: TifuSettings | None = None) -> Self:
        """Gather everybody's baskets."""
        chosen = settings or TifuSettings()
        return cls(decayed_baskets(bought, chosen), chosen)

    def scores(self, bought: Bought) -> NDArray[np.float32]:
        """Own baskets and the mean of the neighbours'."""
        own, theirs = self.baskets(bought)
        return mixed(own, theirs, self.settings.own_share)

    def baskets(self, bought: Bought) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Everybody's own baskets, and the mean of those most like theirs: [customers, items] each."""
        own = decayed_baskets(bought, self.settings)
        theirs = np.empty((bought.customers, bought.catalogue), np.float32)
        squares = np.asarray(self.vectors.multiply(self.vectors).sum(axis=1)).ravel()
        count = min(self.settings.neighbours, self.vectors.shape[0])
        for begin in range(0, bought.customers, _AT_ONCE):
            some = own[begin : begin + _AT_ONCE]
            # The nearest by Euclidean distance; a customer's own square is the same for all.
            nearness = 2.0 * np.asarray((some @ self.vectors.T).todense()) - squares[None, :]
            chosen = np.argpartition(-nearness, count - 1, axis=1)[:, :count]
            rows = np.repeat(np.arange(some.shape[0]), count)
            mean = np.full(len(rows), 1.0 / count, np.float32)
            picking = sparse.csr_matrix(
                (mean, (rows, chosen.ravel())), (some.shape[0], self.vectors.shape[0])
            )
            theirs[begin : begin + _AT_ONCE] = (picking @ self.vectors).toarray()
        return own.toarray(), theirs


def mixed(
    own: NDArray[np.float32], theirs: NDArray[np.float32], own_share: float
) -> NDArray[np.float32]:
    """The score of each item by both, of which one's own have a share."""
    share = np.float32(own_share)
    return share * own + (1 - share) * theirs


def decayed_baskets(bought: Bought, settings: TifuSettings) -> sparse.csr_matrix:
    """One row a customer: orders in groups, the latest whole; decayed within groups and between them."""
    owners = bought.owners
    begins_order = np.ones(len(owners), np.bool_)
    begins_order[1:] = (np.diff(owners) != 0) | (np.diff(bought.seconds) != 0)
    order = np.cumsum(begins_order) - 1
    orders = np.bincount(owners[begins_order], minlength=bought.customers)
    ends = np.cumsum(orders)
    back = ends[owners] - 1 - order
    group, place = back // settings.group_size, back % settings.group_size
    groups = -(-orders // settings.group_size)
    in_group = np.minimum(settings.group_size, orders[owners] - group * settings.group_size)
    weights = settings.decay_in_group**place / in_group
    weights = weights * settings.decay_of_groups**group / np.maximum(groups[owners], 1)
    matrix = sparse.csr_matrix(
        (weights.astype(np.float32), (owners, bought.items)), (bought.customers, bought.catalogue)
    )
    matrix.sum_duplicates()
    return matrix
