"""What came of a customer after a cutoff, and whom the question is asked of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.pack import EventStream
from features.vocabulary import Cutoff, Horizon


def is_judged(
    orders_count_lifetime: NDArray[np.floating],
    days_since_order: NDArray[np.floating],
    *,
    minimum_orders: int,
    active_within_days: int,
) -> NDArray[np.bool_]:
    """Whether each customer is a repeat customer who ordered recently enough to be judged.

    An order exactly ``active_within_days`` before the cutoff is recent enough; a customer who never
    ordered (NaN) is not judged.
    """
    return (orders_count_lifetime >= minimum_orders) & (days_since_order <= active_within_days)


def bought_between(
    purchases: EventStream,
    customer_keys: NDArray[np.int32],
    start_seconds: NDArray[np.int64],
    end_seconds: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Whether each customer bought anything in ``[start, end)``, by event time; returns do not count."""
    bought = np.asarray(purchases.columns["quantity_milli"]) > 0
    seconds = np.asarray(purchases.seconds)[bought]
    owners = np.repeat(np.arange(len(purchases.offsets) - 1), np.diff(purchases.offsets))[bought]
    if not len(seconds):
        return np.zeros(len(customer_keys), np.bool_)
    # One sorted number a line: the customer first, the second within a span wide enough for all.
    first = int(seconds.min())
    span = int(seconds.max()) - first + 2
    line_keys = owners.astype(np.int64) * span + (seconds - first)
    base = customer_keys.astype(np.int64) * span
    low = np.searchsorted(line_keys, base + np.clip(start_seconds - first, 0, span - 1))
    high = np.searchsorted(line_keys, base + np.clip(end_seconds - first, 0, span - 1))
    return high > low


def inactivity(
    purchases: EventStream,
    customer_keys: NDArray[np.int32],
    cutoff_seconds: NDArray[np.int64],
    horizon: Horizon,
) -> NDArray[np.float64]:
    """1.0 where a customer bought nothing in ``[cutoff + gap, cutoff + gap + horizon)``, else 0.0."""
    zero = Cutoff(0)
    start = cutoff_seconds + horizon.start(zero).seconds
    end = cutoff_seconds + horizon.end(zero).seconds
    return (~bought_between(purchases, customer_keys, start, end)).astype(np.float64)
