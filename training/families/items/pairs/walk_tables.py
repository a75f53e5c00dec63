"""What the walk over purchases reads, writes and keeps in mind: arrays by name, as compiled code takes them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Purchases(NamedTuple):
    """The rows of some customers, as ``Bought`` holds them."""

    offsets: NDArray[np.int64]
    items: NDArray[np.int32]
    seconds: NDArray[np.int64]
    pieces: NDArray[np.float32]
    as_of: int


class ItemTables(NamedTuple):
    """What is known of items: the kernel, the facts by column, and the lists everybody is looked at with."""

    offsets: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32]
    recent_share: NDArray[np.float32]
    share: NDArray[np.float32]
    trend: NDArray[np.float32]
    repurchase_share: NDArray[np.float32]
    gap_days: NDArray[np.float32]
    age_days: NDArray[np.float32]
    idle_days: NDArray[np.float32]
    price: NDArray[np.float32]
    again_lately: NDArray[np.float32]
    first_lately: NDArray[np.float32]
    category: NDArray[np.int32]
    categories: int
    popular: NDArray[np.int32]
    arrivals: NDArray[np.int32]


class PairTables(NamedTuple):
    """Where the walk writes: how many candidates, which, from where, and their features."""

    counts: NDArray[np.int64]
    items: NDArray[np.int32]
    sources: NDArray[np.int8]
    values: NDArray[np.float32]


class Scratch(NamedTuple):
    """By item: its place among the customer's own, or -1; how much speaks for it; marks. And by category."""

    place_of: Any
    taste: Any
    lately: Any
    is_touched: Any
    touched: Any
    is_candidate: Any
    strongest: Any
    in_category: Any
    in_category_lately: Any


class History(NamedTuple):
    """The customer's distinct items, in the order they were first bought."""

    item: Any
    times: Any
    first: Any
    last: Any
    first_order: Any
    last_order: Any
    decayed: Any
    pieces: Any


class CustomerTotals(NamedTuple):
    """What is known of a customer whatever the item; NaN where nothing is."""

    owned: int
    orders: int
    lines: int
    late_lines: np.float32
    usual_price: np.float32
    days_since_order: np.float32
    order_gap_days: np.float32
