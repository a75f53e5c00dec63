"""The candidates of each customer and what is known of customer and item: one walk over their purchases.

The same compiled walk fills the rows a ranker learns from, those everybody is ranked by at night and the
ones of a single call, so that nothing can differ between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought, Items
from training.datasets.purchases.item_facts import ItemFacts
from training.families.items.pairs import pair_walk
from training.families.items.pairs.pair_features import NAMES
from training.families.items.pairs.pair_walk import SOURCES, walk
from training.families.items.pairs.walk_tables import ItemTables, PairTables, Purchases
from training.families.items.recommenders.item_kernel import ItemKernel

__all__ = ["SOURCES", "PairFinder", "Pairs"]

_ARRIVALS = 200
_MOST = pair_walk.MOST_OWN + pair_walk.MOST_TASTE + pair_walk.MOST_POPULAR + pair_walk.MOST_NEW
_AT_ONCE = 256


@dataclass(frozen=True)
class Pairs:
    """Customers with their candidates: the rows of customer ``c`` are ``offsets[c]`` to ``offsets[c + 1]``.

    ``values`` has one column an entry of ``NAMES``; ``sources`` says what brought each candidate, as a
    place in ``SOURCES``.
    """

    offsets: NDArray[np.int64]
    items: Items
    sources: NDArray[np.int8]
    values: NDArray[np.float32]

    @property
    def owners(self) -> NDArray[np.int64]:
        """The customer of each row."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


@dataclass(frozen=True)
class PairFinder:
    """What candidates are found by: which items go together, and what is known of each item."""

    kernel: ItemKernel
    facts: ItemFacts

    @property
    def catalogue(self) -> int:
        """How many items there are."""
        return self.kernel.items

    def pairs(
        self,
        bought: Bought,
        *,
        asked: Items | None = None,
        only_asked: bool = False,
        threads: int = 1,
    ) -> Pairs:
        """Everybody's candidates: what they own, what goes with it, what is popular, and what is asked for.

        With ``only_asked`` there are no others. The answer for a customer depends neither on those beside
        them nor on ``threads``.
        """
        asked = np.empty(0, np.int32) if asked is None else np.unique(asked).astype(np.int32)
        begins = range(0, max(bought.customers, 1), _AT_ONCE)

        def some(begin: int) -> Pairs:
            return self._some(
                bought, begin, min(begin + _AT_ONCE, bought.customers), asked, only_asked
            )

        if threads == 1 or len(begins) == 1:
            parts = [some(begin) for begin in begins]
        else:
            with ThreadPoolExecutor(threads) as pool:
                parts = list(pool.map(some, begins))
        return parts[0] if len(parts) == 1 else _joined(parts)

    @cached_property
    def _item_tables(self) -> ItemTables:
        facts, kernel = self.facts, self.kernel
        columns = {one.name: getattr(facts, one.name) for one in fields(facts)}
        return ItemTables(
            kernel.offsets,
            kernel.neighbours,
            kernel.weights,
            **columns,
            categories=int(facts.category.max(initial=-1)) + 1,
            popular=facts.popular(pair_walk.MOST_POPULAR),
            arrivals=facts.arrivals(_ARRIVALS),
        )

    def _some(self, bought: Bought, begin: int, end: int, asked: Items, only_asked: bool) -> Pairs:
        most = len(asked) + (0 if only_asked else _MOST)
        most, people = min(most, self.catalogue), end - begin
        found = PairTables(
            np.zeros(people, np.int64),
            np.empty((people, most), np.int32),
            np.empty((people, most), np.int8),
            np.empty((people, most, len(NAMES)), np.float32),
        )
        offsets = bought.offsets[begin : end + 1]
        rows = Purchases(offsets, bought.items, bought.seconds, bought.pieces, bought.as_of)
        walk(rows, self._item_tables, asked, only_asked, found)
        bounds = np.zeros(people + 1, np.int64)
        np.cumsum(found.counts, out=bounds[1:])
        filled = np.arange(most)[None, :] < found.counts[:, None]
        return Pairs(bounds, found.items[filled], found.sources[filled], found.values[filled])


def _joined(parts: Sequence[Pairs]) -> Pairs:
    counts = np.concatenate([np.diff(one.offsets) for one in parts])
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return Pairs(
        offsets,
        np.concatenate([one.items for one in parts]),
        np.concatenate([one.sources for one in parts]),
        np.concatenate([one.values for one in parts]),
    )
