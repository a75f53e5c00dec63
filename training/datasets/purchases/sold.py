"""What a company sold to whom, seen from any cutoff: the one source recommendations are learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.store.pack import EventStream
from features.store.store import Store
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import Cutoff
from training.datasets.purchases.bought import (
    Bought,
    Items,
    bought_before,
    bought_between,
    keep_bought,
)
from training.datasets.purchases.catalogue import Catalogue
from training.datasets.purchases.item_facts import ItemFacts, usual_prices
from training.datasets.purchases.merchandise import NotRecommended

FreshLine = tuple[int, int, int, int]
"""A line the store does not have: when, when it was known, the item's place and thousandths of a piece."""


@dataclass(frozen=True)
class Sold:
    """Purchases with the catalogue they are from; ``places`` has one entry an item code of the stream."""

    purchases: EventStream
    catalogue: Catalogue
    places: Items

    @classmethod
    def of_store(cls, store: Store, *, without: Sequence[str] = ()) -> Self:
        """The purchases of a store's merchandise; ``ModelRefused`` where there are none that name items.

        ``without`` are items that a company never recommends, beside those its table says no of.
        """
        purchases = store.pack().streams.get("purchases")
        if purchases is None or not purchases.dictionaries.get("item"):
            raise ModelRefused(
                expected="purchases that name the item bought",
                found="none",
                remedy="Map item_id of the table of purchases, then run `regulars ingest`.",
            )
        found = cls.of(
            purchases, Catalogue.of_store(store, NotRecommended.of_store(store, without))
        )
        if (found.places < 0).all():
            raise ModelRefused(
                expected="purchases of merchandise",
                found="none: is_merchandise of the table of items, or recommendations.without, leaves out "
                "everything that was bought",
                remedy="Correct is_merchandise under [tables.items.columns], then run `regulars ingest`.",
            )
        return found

    @classmethod
    def of(cls, purchases: EventStream, catalogue: Catalogue) -> Self:
        """Purchases seen with a catalogue, which need not hold all of their items."""
        return cls(purchases, catalogue, catalogue.places(list(purchases.dictionaries["item"])))

    def leaving_out(self, not_recommended: NotRecommended) -> Self:
        """The same purchases without those of items that are never recommended; the catalogue stays as it is."""
        is_out = np.array([one in not_recommended for one in self.catalogue.ids], np.bool_)
        # A place of -1 reads the last entry, which leaves nothing out.
        places = np.where(np.append(is_out, False)[self.places], np.int32(-1), self.places)
        return type(self)(self.purchases, self.catalogue, places.astype(np.int32))

    def before(self, cutoff: Cutoff) -> Bought:
        """What everybody had bought and kept by a cutoff, of what was known then."""
        return bought_before(self.purchases, self.places, len(self.catalogue), cutoff)

    def after(self, cutoff: Cutoff, days: int) -> Bought:
        """What everybody bought and kept in the days from a cutoff on."""
        end = cutoff.plus_days(days)
        return bought_between(self.purchases, self.places, len(self.catalogue), cutoff, end)

    def of_customer(self, key: int, cutoff: Cutoff, fresh: Sequence[FreshLine] = ()) -> Bought:
        """What one customer had bought and kept by a cutoff, with more lines than the store has.

        ``key`` is -1 of somebody the store does not know.
        """
        stream = self.purchases
        mine = (
            slice(int(stream.offsets[key]), int(stream.offsets[key + 1])) if key >= 0 else slice(0)
        )
        quantity = stream.columns.get("quantity_milli")
        pieces = np.full(len(stream.seconds[mine]), 1_000) if quantity is None else quantity[mine]
        known = stream.seconds[mine] if stream.known is None else stream.known[mine]
        lines = np.stack(
            [
                np.asarray(stream.seconds[mine]),
                np.maximum(stream.seconds[mine], known),
                np.append(self.places, np.int32(-1))[stream.columns["item"][mine]],
                pieces,
            ]
        ).astype(np.int64)
        if fresh:
            lines = np.concatenate([lines, np.array(fresh, np.int64).T], axis=1)
        lines = lines[:, (lines[1] < cutoff.seconds) & (lines[2] >= 0)]
        offsets = np.array([0, lines.shape[1]], np.int64)
        kept = keep_bought(offsets, lines[2].astype(np.int32), lines[0], lines[3])
        return Bought(*kept, len(self.catalogue), cutoff.seconds)

    def facts(self, bought: Bought, cutoff: Cutoff) -> ItemFacts:
        """What is known of every item at a cutoff."""
        prices = usual_prices(self.purchases, self.places, len(self.catalogue), cutoff)
        return ItemFacts.learn(bought, prices, self.catalogue.category)
