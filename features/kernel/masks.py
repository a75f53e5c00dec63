"""Which conditions each event meets, as the bits of a mask, and whether it is known yet."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.kernel.compiled import compiled
from features.plan.program import HIGH, LOW, NEGATED, PASSED, READ, VISIBLE


@compiled
def mark(
    lo: Any, hi: Any, seconds: Any, known: Any, columns: Any, conditions: Any, first: Any, last: Any,
    masks: Any,
) -> Any:  # fmt: skip
    """Set a bit for every fixed condition an event meets; answers how many become known late."""
    late = 0
    for i in range(hi - lo):
        # An event that was known at once is visible as soon as it has happened.
        at_once = known[lo + i] <= seconds[lo + i]
        masks[i] = VISIBLE if at_once else 0
        late += not at_once
    for c in range(first, last):
        column = columns[conditions[c, READ], lo:hi]
        low, high, negated = conditions[c, LOW], conditions[c, HIGH], conditions[c, NEGATED]
        bit = np.int64(c - first)
        for i in range(hi - lo):
            inside = np.int64(low <= column[i]) & np.int64(column[i] <= high)
            masks[i] |= (inside ^ negated) << bit
    return late


@compiled
def turn(
    lo: Any, end: Any, cutoff: Any, known: Any, columns: Any, moments: Any, first: Any, last: Any,
    masks: Any,
) -> None:  # fmt: skip
    """Set the bits that follow the cutoff: what is known before it, and which instants have passed."""
    for i in range(end):
        if known[lo + i] < cutoff:
            masks[i] |= VISIBLE
    for m in range(first, last):
        column = columns[moments[m, READ], lo : lo + end]
        bit = np.int64(1) << np.int64(moments[m, 2])
        for i in range(end):
            if (0 <= column[i] < cutoff) == (moments[m, PASSED] == 1):
                masks[i] |= bit
            else:
                masks[i] &= ~bit
