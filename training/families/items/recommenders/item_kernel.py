"""Items told from items: a customer's score is the sum of what each item they own adds.

Every linear model of items ends here, whatever taught it: neighbours, a ridge regression, a filter of the
spectrum, or a blend of them. So its reasons are its own arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.compiled import compiled
from training.datasets.purchases.bought import Bought
from training.datasets.purchases.owned import Owned
from training.families.items.recommenders.recommender import Because, Recommender, Scores

Rows = Callable[[int, int], NDArray[np.float32]]
"""What items ``begin`` to ``end`` add to every item: one row an owned item."""
_CUSTOMERS_AT_ONCE = 512
_NUMBERS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class ItemKernel(Recommender):
    """What owning one item says for another: row ``j`` of a sparse matrix is what item ``j`` adds.

    The row of item ``j`` is ``offsets[j]`` to ``offsets[j + 1]``, neighbours in ascending order.
    """

    family: ClassVar[str] = "item kernel"

    offsets: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def of_rows(cls, rows: Rows, items: int, most: int) -> Self:
        """Keep the ``most`` largest weights of each row; zeros are left out."""
        step = max(1, _NUMBERS_AT_ONCE // max(items, 1))
        most = min(most, items)
        # The first part is empty, for a catalogue without items has no other.
        counts = [np.empty(0, np.int64)]
        kept_items, kept_weights = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
        for begin in range(0, items, step):
            dense = rows(begin, min(begin + step, items))
            places = np.argpartition(-np.abs(dense), most - 1, axis=1)[:, :most]
            places.sort(axis=1)
            values = np.take_along_axis(dense, places, axis=1)
            counted = values != 0
            counts.append(counted.sum(axis=1))
            kept_items.append(places[counted].astype(np.int32))
            kept_weights.append(values[counted].astype(np.float32))
        offsets = np.zeros(items + 1, np.int64)
        np.cumsum(np.concatenate(counts), out=offsets[1:])
        return cls(offsets, np.concatenate(kept_items), np.concatenate(kept_weights))

    def among(self, places: NDArray[np.integer], catalogue: int) -> ItemKernel:
        """The same of a larger catalogue, in which its items have these places, in ascending order.

        Of the others nothing is said.
        """
        counts = np.zeros(catalogue, np.int64)
        counts[places] = np.diff(self.offsets)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return ItemKernel(offsets, places[self.neighbours].astype(np.int32), self.weights)

    @property
    def items(self) -> int:
        """How many items there are."""
        return len(self.offsets) - 1

    def scores(self, bought: Bought, *, threads: int = 1) -> Scores:
        """The sums of the rows of the items each customer owns; zero where nothing speaks for an item."""
        owned = Owned.of(bought)
        out = np.zeros((bought.customers, self.items), np.float32)

        def add(begin: int) -> None:
            end = min(begin + _CUSTOMERS_AT_ONCE, bought.customers)
            _add_up(
                owned.offsets[begin : end + 1], owned.items,
                self.offsets, self.neighbours, self.weights, out[begin:end],
            )  # fmt: skip

        begins = range(0, bought.customers, _CUSTOMERS_AT_ONCE)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(add, begins))
        return out

    def because(self, bought: Bought, item: int) -> Because:
        """What each owned item adds to one item."""
        owned = Owned.of(bought).items
        shares = self.weights_to(item, owned)
        speaks = shares != 0
        return Because(0.0, owned[speaks], shares[speaks])

    def weight(self, owned: int, item: int) -> float:
        """What owning one item says for another."""
        return float(self.weights_to(item, np.array([owned], np.int32))[0])

    def weights_to(self, item: int, owned: NDArray[np.int32]) -> NDArray[np.float64]:
        """What owning each of some items says for one item."""
        out = np.zeros(len(owned))
        _look_up(owned, item, self.offsets, self.neighbours, self.weights, out)
        return out

    def alike(self, item: int, count: int) -> list[tuple[int, float]]:
        """The items one item says most for, the strongest first, and never itself."""
        begin, end = self.offsets[item], self.offsets[item + 1]
        others = self.neighbours[begin:end] != item
        neighbours, weights = self.neighbours[begin:end][others], self.weights[begin:end][others]
        order = np.argsort(-weights, kind="stable")[:count]
        return [(int(neighbours[one]), float(weights[one])) for one in order if weights[one] > 0]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The sparse matrix."""
        return {"offsets": self.offsets, "neighbours": self.neighbours, "weights": self.weights}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The kernel read back."""
        return cls(arrays["offsets"], arrays["neighbours"], arrays["weights"])


@compiled
def _add_up(bounds: Any, owned: Any, offsets: Any, neighbours: Any, weights: Any, out: Any) -> None:
    for customer in range(len(bounds) - 1):
        for place in range(bounds[customer], bounds[customer + 1]):
            item = owned[place]
            for one in range(offsets[item], offsets[item + 1]):
                out[customer, neighbours[one]] += weights[one]


@compiled
def _look_up(owned: Any, item: Any, offsets: Any, neighbours: Any, weights: Any, out: Any) -> None:
    """Find an item among the ascending neighbours of each owned one."""
    for place in range(len(owned)):
        low, high = offsets[owned[place]], offsets[owned[place] + 1]
        end = high
        while low < high:
            middle = (low + high) // 2
            if neighbours[middle] < item:
                low = middle + 1
            else:
                high = middle
        if low < end and neighbours[low] == item:
            out[place] = weights[low]
