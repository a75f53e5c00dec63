"""Money in exact cents: what everybody spent before a cutoff, as it was known then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream
from features.vocabulary.time import DAY_SECONDS

_ROWS_AT_ONCE = 4_000_000


def known_spend(purchases: EventStream, cutoff_seconds: int, days: int) -> NDArray[np.int64]:
    """What each customer spent in ``[cutoff - days, cutoff)`` in cents, net of returns: one entry a key.

    Only rows known before the cutoff count.
    """
    start = cutoff_seconds - days * DAY_SECONDS
    customers = len(purchases.offsets) - 1
    spend = np.zeros(customers, np.int64)
    owners = np.repeat(np.arange(customers), np.diff(purchases.offsets))
    for first in range(0, purchases.rows, _ROWS_AT_ONCE):
        rows = slice(first, min(first + _ROWS_AT_ONCE, purchases.rows))
        when = purchases.seconds[rows]
        counts = (when >= start) & (when < cutoff_seconds)
        if purchases.known is not None:
            counts &= purchases.known[rows] < cutoff_seconds
        amounts = np.asarray(purchases.columns["amount_cents"][rows])
        np.add.at(spend, owners[rows][counts], amounts[counts])
    return spend
