"""Plain facts about each customer that a page shows beside the score: last order and recent spend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vocabulary.time import DAY_SECONDS

SPEND_DAYS = 365
NEVER = -1
_CUSTOMERS_AT_ONCE = 50_000


@dataclass(frozen=True)
class History:
    """One entry a customer key; ``NEVER`` where no order was known before the cutoff.

    ``spend_cents`` is net of returns over ``[cutoff - 365 days, cutoff)``. ``last_order_day`` counts
    days since 1970 in the time zone of the purchases.
    """

    spend_cents: NDArray[np.int64]
    last_order_seconds: NDArray[np.int64]
    last_order_day: NDArray[np.int32]


def history(pack: Pack, cutoff_seconds: int) -> History:
    """What was known before a cutoff; a returned line is spend given back and no order.

    A company without a table of purchases has no orders and no spend.
    """
    purchases, customers = pack.streams.get("purchases"), pack.customers
    spend = np.zeros(customers, np.int64)
    seconds = np.full(customers, NEVER, np.int64)
    days = np.full(customers, NEVER, np.int32)
    if purchases is None:
        return History(spend, seconds, days)
    for first in range(0, customers, _CUSTOMERS_AT_ONCE):
        last = min(first + _CUSTOMERS_AT_ONCE, customers)
        offsets = purchases.offsets[first : last + 1]
        rows = slice(int(offsets[0]), int(offsets[-1]))
        owner = np.repeat(np.arange(first, last), np.diff(offsets))
        when = purchases.seconds[rows]
        known = when if purchases.known is None else purchases.known[rows]
        counts = (when < cutoff_seconds) & (known < cutoff_seconds)
        recent = counts & (when >= cutoff_seconds - SPEND_DAYS * DAY_SECONDS)
        np.add.at(spend, owner[recent], purchases.columns["amount_cents"][rows][recent])
        bought = counts & (purchases.columns["quantity_milli"][rows] > 0)
        # Lines are sorted by time, so the last assignment to a customer is the latest order.
        seconds[owner[bought]] = when[bought]
        days[owner[bought]] = purchases.columns["local_day"][rows][bought]
    return History(spend, seconds, days)
