"""Everybody's lines of orders as offers see them: what, of which category, for how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.pack import MISSING_NUMBER, EventStream, Pack


@dataclass(frozen=True)
class Lines:
    """Everybody's lines of orders by customer, with the category of each as a place in ``categories``."""

    offsets: NDArray[np.int64]
    seconds: NDArray[np.int64]
    known_seconds: NDArray[np.int64]
    category: NDArray[np.int64]
    item: NDArray[np.int64]
    items: Mapping[str, int]
    amount_cents: NDArray[np.int64]
    discount_cents: NDArray[np.int64]
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
        known = seconds if stream.known is None else np.maximum(seconds, stream.known)
        items = {text: code for code, text in enumerate(stream.dictionaries.get("item", ()))}
        return cls(
            np.asarray(stream.offsets),
            seconds,
            known,
            _codes(stream, "category"),
            _codes(stream, "item"),
            items,
            _cents(stream, "amount_cents"),
            _cents(stream, "discount_cents"),
            tuple(stream.dictionaries.get("category", ())),
        )

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.offsets) - 1

    @property
    def owners(self) -> NDArray[np.int64]:
        """The customer of each line."""
        return np.repeat(np.arange(self.customers), np.diff(self.offsets))


def _codes(stream: EventStream, name: str) -> NDArray[np.int64]:
    column = stream.columns.get(name)
    return np.full(stream.rows, -1) if column is None else np.asarray(column).astype(np.int64)


def _cents(stream: EventStream, name: str) -> NDArray[np.int64]:
    column = stream.columns.get(name)
    if column is None:
        return np.zeros(stream.rows, np.int64)
    cents = np.asarray(column).astype(np.int64)
    return np.where(cents == MISSING_NUMBER, 0, cents)
