"""Money in exact cents: what customers spent in a stretch of time, as known at an instant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.pack import EventStream

_ROWS_AT_ONCE = 4_000_000


def spend_between(
    purchases: EventStream, start_seconds: int, end_seconds: int, known_before: int | None = None
) -> NDArray[np.int64]:
    """What each customer spent in ``[start, end)`` in cents, net of returns: one entry a customer key.

    With ``known_before`` only rows known before that instant count.
    """
    customers = len(purchases.offsets) - 1
    spend = np.zeros(customers, np.int64)
    owners = np.repeat(np.arange(customers), np.diff(purchases.offsets))
    for first in range(0, purchases.rows, _ROWS_AT_ONCE):
        rows = slice(first, min(first + _ROWS_AT_ONCE, purchases.rows))
        when = purchases.seconds[rows]
        counts = (when >= start_seconds) & (when < end_seconds)
        if known_before is not None and purchases.known is not None:
            counts &= purchases.known[rows] < known_before
        amounts = np.asarray(purchases.columns["amount_cents"][rows])
        np.add.at(spend, owners[rows][counts], amounts[counts])
    return spend
