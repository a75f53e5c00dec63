"""The ordered state of some events: first and last, gaps between days, latest entries."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.kernel.compiled import compiled
from features.plan.program import (
    FIRST_MARKER,
    FIRST_SECONDS,
    GAP_LARGEST,
    GAP_SQUARES,
    GAPS,
    LAST_MARKER,
    LAST_SECONDS,
    LAST_VALUE,
    MARKERS,
    VALUE_BEFORE,
    VALUES,
    VISIBLE,
)


@compiled
def follow(
    lo: Any, begin: Any, end: Any, track: Any, seconds: Any, masks: Any, columns: Any, state: Any
) -> None:
    """Move the state of one track on over some events."""
    wanted = track[1] | VISIBLE
    value = track[2]
    marker = np.int64(0)
    for i in range(begin, end):
        if masks[i] & wanted != wanted:
            continue
        if track[0] >= 0:
            marker = columns[track[0], lo + i]
        if state[MARKERS] == 0:
            state[FIRST_SECONDS] = seconds[lo + i]
            state[FIRST_MARKER] = marker
            state[LAST_MARKER] = marker
            state[MARKERS] = 1
        if value >= 0:
            entry = columns[value, lo + i]
            if state[VALUES] > 0 and seconds[lo + i] == state[LAST_SECONDS]:
                # Events of one second have no order of their own.
                entry = max(entry, state[LAST_VALUE])
            else:
                state[VALUE_BEFORE] = state[LAST_VALUE]
                state[VALUES] += 1
            state[LAST_VALUE] = entry
        state[LAST_SECONDS] = seconds[lo + i]
        gap = marker - state[LAST_MARKER]
        if gap > 0:
            state[LAST_MARKER] = marker
            state[MARKERS] += 1
            state[GAP_SQUARES] += gap * gap
            state[GAP_LARGEST] = max(state[GAP_LARGEST], gap)
            state[GAPS + 2] = state[GAPS + 1]
            state[GAPS + 1] = state[GAPS]
            state[GAPS] = gap
