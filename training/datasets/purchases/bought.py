"""Who bought which items when, before an instant: all that recommendations are learned from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream
from features.vectors.batches import rows_of
from features.vocabulary.time import Cutoff
from training.compiled import compiled

if TYPE_CHECKING:
    from scipy import sparse

Items = NDArray[np.int32]
Seconds = NDArray[np.int64]


@dataclass(frozen=True)
class Bought:
    """What each customer bought and kept, one row an item of an order, oldest first.

    The rows of customer ``c`` are ``offsets[c]`` to ``offsets[c + 1]``. ``items`` are positions in a
    catalogue of ``catalogue`` items, ``seconds`` when the order was placed, ``pieces`` how many were kept;
    rows of one customer with equal seconds are one order, in which an item stands once. ``as_of`` is the
    cutoff in seconds: everything here was known before it.
    """

    offsets: NDArray[np.int64]
    items: Items
    seconds: Seconds
    pieces: NDArray[np.float32]
    catalogue: int
    as_of: int

    @classmethod
    def of_pairs(
        cls, customers: NDArray[np.integer], items: NDArray[np.integer], shape: tuple[int, int]
    ) -> Self:
        """Bare pairs of customers and items, without times: each pair counts once, as one order."""
        pairs = np.unique(np.stack([customers, items]).astype(np.int64), axis=1)
        offsets = np.zeros(shape[0] + 1, np.int64)
        np.cumsum(np.bincount(pairs[0], minlength=shape[0]), out=offsets[1:])
        at_once, one = np.zeros(pairs.shape[1], np.int64), np.ones(pairs.shape[1], np.float32)
        return cls(offsets, pairs[1].astype(np.int32), at_once, one, shape[1], 1)

    @property
    def customers(self) -> int:
        """How many customers there are, with or without purchases."""
        return len(self.offsets) - 1

    @property
    def owners(self) -> NDArray[np.int64]:
        """The customer of each row."""
        return np.repeat(np.arange(self.customers), np.diff(self.offsets))

    @property
    def buyers(self) -> NDArray[np.int64]:
        """The customers who bought anything."""
        return np.flatnonzero(np.diff(self.offsets))

    def select(self, customers: NDArray[np.integer]) -> Self:
        """These customers alone, in this order."""
        rows, offsets = rows_of(self.offsets, customers)
        picked = self.items[rows], self.seconds[rows], self.pieces[rows]
        return type(self)(offsets, *picked, self.catalogue, self.as_of)

    def nothing(self) -> Self:
        """As many customers, who have bought nothing."""
        none = np.zeros(0, np.int64)
        return type(self)(
            np.zeros_like(self.offsets), none.astype(np.int32), none, none.astype(np.float32),
            self.catalogue, self.as_of,
        )  # fmt: skip

    def of_items(self, kept: NDArray[np.bool_]) -> Self:
        """The rows of some items alone; the catalogue stays as it is."""
        rows = kept[self.items]
        counted = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(rows, out=counted[1:])
        picked = self.items[rows], self.seconds[rows], self.pieces[rows]
        return type(self)(counted[self.offsets], *picked, self.catalogue, self.as_of)

    def of_catalogue(self, items: NDArray[np.integer]) -> Self:
        """The rows of some items alone, which become the catalogue, in this order."""
        places = np.full(self.catalogue, -1, np.int32)
        places[items] = np.arange(len(items), dtype=np.int32)
        some = self.of_items(places >= 0)
        return replace(some, items=places[some.items], catalogue=len(items))

    def buyers_of(self) -> NDArray[np.int64]:
        """How many customers bought each item."""
        pairs = np.unique(self.owners * self.catalogue + self.items)
        return np.bincount(pairs % max(self.catalogue, 1), minlength=self.catalogue)

    def times(self) -> sparse.csr_matrix:
        """How many orders of each customer hold each item, as a sparse matrix of float32."""
        from scipy import sparse

        ones = np.ones(len(self.items), np.float32)
        shape = (self.customers, self.catalogue)
        # Copied, for duplicates are summed in place.
        matrix = sparse.csr_matrix((ones, self.items, self.offsets), shape, copy=True)
        matrix.sum_duplicates()
        return matrix

    def once(self) -> sparse.csr_matrix:
        """Whether each customer has bought each item, as a sparse matrix of ones."""
        matrix = self.times()
        matrix.data[:] = 1.0
        return matrix

    def days_before(self) -> NDArray[np.float32]:
        """How many days before ``as_of`` each row was ordered."""
        return ((self.as_of - self.seconds) / 86_400).astype(np.float32)


def bought_before(
    purchases: EventStream, catalogue_of: Items, catalogue: int, cutoff: Cutoff
) -> Bought:
    """What customers had bought and kept by a cutoff, of the lines known before it.

    ``catalogue_of`` gives the place in the catalogue of each item code of the stream, -1 of items that
    are not in it. A return takes back the latest pieces bought before it; what is taken back entirely was
    never bought.
    """
    return bought_between(purchases, catalogue_of, catalogue, None, cutoff)


def bought_between(
    purchases: EventStream,
    catalogue_of: Items,
    catalogue: int,
    start: Cutoff | None,
    end: Cutoff,
) -> Bought:
    """The same of the orders placed in ``[start, end)``."""
    seconds = np.asarray(purchases.seconds)
    counts = seconds < end.seconds
    if purchases.known is not None:
        counts &= np.asarray(purchases.known) < end.seconds
    if start is not None:
        counts &= seconds >= start.seconds
    codes = np.asarray(purchases.columns["item"])
    # A code of -1 names no item and reads the last entry.
    items = np.append(catalogue_of, np.int32(-1))[codes]
    counts &= items >= 0
    rows = np.flatnonzero(counts)
    offsets = np.searchsorted(rows, np.asarray(purchases.offsets)).astype(np.int64)
    quantity = purchases.columns.get("quantity_milli")
    milli = np.full(len(rows), 1_000) if quantity is None else np.asarray(quantity)[rows]
    kept = keep_bought(offsets, items[rows], seconds[rows], milli.astype(np.int64))
    return Bought(*kept, catalogue, end.seconds)


def keep_bought(
    offsets: NDArray[np.int64], items: Items, seconds: Seconds, milli: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Items, Seconds, NDArray[np.float32]]:
    """Offsets, items, seconds and pieces of what was kept: returns undone, an item once an order.

    ``milli`` are thousandths of a piece, below zero for a return.

    Within an order items stand by their place in the catalogue, so that the order of the lines says
    nothing.
    """
    owners = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    # Within one instant what is bought comes before what goes back.
    sorting = np.lexsort((-milli, items, seconds, owners))
    items, seconds, left = items[sorting], seconds[sorting], milli[sorting]
    kept = np.zeros(len(items), np.bool_)
    _undo_returns(offsets, items, seconds, left, kept)
    counted = np.zeros(len(items) + 1, np.int64)
    np.cumsum(kept, out=counted[1:])
    return counted[offsets], items[kept], seconds[kept], (left[kept] / 1_000).astype(np.float32)


@compiled
def _undo_returns(offsets: Any, items: Any, seconds: Any, left: Any, kept: Any) -> None:
    """Take every return off the latest earlier lines of its item, then add up what one order holds."""
    for customer in range(len(offsets) - 1):
        begin, end = offsets[customer], offsets[customer + 1]
        for row in range(begin, end):
            back = -left[row]
            earlier = row - 1
            while back > 0 and earlier >= begin:
                if items[earlier] == items[row] and left[earlier] > 0:
                    taken = min(back, left[earlier])
                    left[earlier] -= taken
                    back -= taken
                earlier -= 1
        first = begin
        for row in range(begin, end):
            if left[row] <= 0:
                continue
            # Lines of one item in one order stand side by side.
            if (
                row > first
                and kept[first]
                and items[first] == items[row]
                and seconds[first] == seconds[row]
            ):
                left[first] += left[row]
            else:
                kept[row] = True
                first = row
