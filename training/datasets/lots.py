"""Numbers that look drawn and belong to customers: the same for each, whoever else is there and in any order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_DEALT = 2**62
"""Every number dealt is below this."""
_GOLDEN = 0x9E3779B97F4A7C15


def dealt(customer_keys: NDArray[np.int32], round_number: int) -> NDArray[np.int64]:
    """A number for each customer that looks like a lot: the same whoever else is there (SplitMix64)."""
    mixed = customer_keys.astype(np.uint64) + np.uint64((round_number + 1) * _GOLDEN % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(2), np.int64)
