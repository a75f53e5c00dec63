"""Everybody's lines of orders as offers see them: what, of which category, for how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream, Pack
from features.vectors.fresh import CodedEvents
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER
from features.vocabulary.time import Cutoff


@dataclass(frozen=True)
class OrderLines:
    """Everybody's lines of orders by customer, with the category of each as a place in ``categories``.

    The arrays are the store's own, which are mapped and not read: a large company's lines are not copied.
    """

    offsets: NDArray[np.int64]
    seconds: NDArray[np.int64]
    known_seconds: NDArray[np.int64]
    category: NDArray[np.integer]
    item: NDArray[np.integer]
    items: Mapping[str, int]
    amount_cents: NDArray[np.integer]
    discount_cents: NDArray[np.integer]
    categories: tuple[str, ...]

    @classmethod
    def of_pack(cls, pack: Pack) -> Self:
        """The purchases of a company; a company without any has none."""
        stream = pack.streams.get("purchases")
        if stream is None:
            none = np.zeros(0, np.int64)
            offsets = np.zeros(pack.customers + 1, np.int64)
            return cls(offsets, none, none, none, none, {}, none, none, ())
        seconds = np.asarray(stream.seconds)
        items = {text: code for code, text in enumerate(stream.dictionaries.get("item", ()))}
        return cls(
            np.asarray(stream.offsets),
            seconds,
            seconds if stream.known is None else np.asarray(stream.known),
            _codes(stream, "category"),
            _codes(stream, "item"),
            items,
            _cents(stream, "amount_cents"),
            _cents(stream, "discount_cents"),
            tuple(stream.dictionaries.get("category", ())),
        )

    def of_customer(self, customer: int, told: CodedEvents) -> OrderLines:
        """One customer's lines alone, those told since the store was made behind them; nobody else has any."""
        mine = slice(int(self.offsets[customer]), int(self.offsets[customer + 1]))

        def more(stored: NDArray[np.integer], values: Sequence[int]) -> NDArray[np.int64]:
            return np.concatenate(
                [np.asarray(stored[mine], np.int64), np.asarray(values, np.int64)]
            )

        def named(name: str, otherwise: int) -> Sequence[int]:
            return told.columns.get(name, [otherwise] * len(told.seconds))

        seconds = more(self.seconds, told.seconds)
        category = more(self.category, named("category", MISSING_CODE))
        return OrderLines(
            np.array([0, len(seconds)], np.int64),
            seconds,
            more(self.known_seconds, told.known),
            # Of a category that nobody had bought from no model knows anything.
            np.where(category < len(self.categories), category, MISSING_CODE),
            more(self.item, named("item", MISSING_CODE)),
            self.items,
            more(self.amount_cents, named("amount_cents", 0)),
            more(self.discount_cents, named("discount_cents", 0)),
            self.categories,
        )

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.offsets) - 1

    def is_known(
        self, cutoff: Cutoff, rows: NDArray[np.integer] | slice = slice(None)
    ) -> NDArray[np.bool_]:
        """Whether each line was placed, and known, before a cutoff."""
        seconds, known = self.seconds[rows], self.known_seconds[rows]
        return np.asarray((seconds < cutoff.seconds) & (known < cutoff.seconds))

    def amounts(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What some lines cost, and what was taken off them, in cents; zero where nobody said."""
        told = (np.asarray(one[rows], np.int64) for one in (self.amount_cents, self.discount_cents))
        amount, off = (np.where(one == MISSING_NUMBER, 0, one) for one in told)
        return amount, off

    @property
    def owners(self) -> NDArray[np.int64]:
        """The customer of each line."""
        return np.repeat(np.arange(self.customers), np.diff(self.offsets))


def _codes(stream: EventStream, name: str) -> NDArray[np.integer]:
    column = stream.columns.get(name)
    return np.full(stream.rows, -1, np.int8) if column is None else np.asarray(column)


def _cents(stream: EventStream, name: str) -> NDArray[np.integer]:
    column = stream.columns.get(name)
    return np.zeros(stream.rows, np.int8) if column is None else np.asarray(column)
