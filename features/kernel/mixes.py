"""What needs every key of a window in view: which are new, and how the weight is spread over them."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.kernel.compiled import compiled
from features.plan.program import (
    FIRST_BAND,
    FIRST_CELL,
    LAST_BAND,
    MIX_TOP,
    NOTHING,
    OPERAND,
    OPERATION,
    SHARE_UNIT,
    VISIBLE,
    WANTED,
    WEIGHED,
)


@compiled
def scan_new(
    slot: Any, bands: Any, starts: Any, end: Any, masks: Any, opening: Any, mass: Any, counted: Any
) -> None:
    """Keys seen for the first time inside each window, where some events became known late."""
    first = opening[slot[OPERAND]]
    wanted = slot[WANTED] | VISIBLE
    first_band, last_band = slot[FIRST_BAND], slot[LAST_BAND]
    cell = slot[FIRST_CELL] - first_band
    for b in range(first_band, last_band):
        counted[cell + b] = 0
    for i in range(end):
        if masks[i] & wanted != wanted or first[i] < 0 or mass[first[i]] != 0:
            continue
        mass[first[i]] = 1
        for b in range(first_band, last_band):
            counted[cell + b] += 1 if i >= starts[bands[b, 0]] else 0
    mass[:end] = 0


@compiled
def scan_mix(
    slot: Any, bands: Any, starts: Any, lo: Any, end: Any, masks: Any, columns: Any, opening: Any,
    mass: Any, counted: Any,
) -> None:  # fmt: skip
    """How a window's weight is spread over keys: its entropy, or the share of the heaviest.

    Keys without weight, or with less than none, are left out.
    """
    first = opening[slot[OPERAND]]
    wanted = slot[WANTED] | VISIBLE
    weighed = slot[WEIGHED]
    cell, i = slot[FIRST_CELL] - slot[FIRST_BAND], end
    for b in range(slot[FIRST_BAND], slot[LAST_BAND]):
        start = starts[bands[b, 0]]
        while i > start:
            i -= 1
            if masks[i] & wanted == wanted and first[i] >= 0:
                mass[first[i]] += columns[weighed, lo + i] if weighed >= 0 else 1
        counted[cell + b] = _spread(slot[OPERATION], end, first, mass)
    mass[:end] = 0


@compiled
def _spread(operation: Any, end: Any, first: Any, mass: Any) -> Any:
    """The statistic of the weights, each of which stands at the first event of its key ever.

    Each part is rounded to a whole number before it is added, so that the order of the events cannot
    show in the sum.
    """
    total, top = np.int64(0), np.int64(0)
    for i in range(end):
        if first[i] == i and mass[i] > 0:
            total += mass[i]
            top = max(top, mass[i])
    if total == 0:
        return np.int64(NOTHING)
    if operation == MIX_TOP:
        return np.int64(np.rint(top / total * SHARE_UNIT))
    entropy = np.int64(0)
    for i in range(end):
        if first[i] == i and 0 < mass[i] < total:
            share = mass[i] / total
            entropy += np.int64(np.rint(-share * np.log(share) * SHARE_UNIT))
    return entropy
