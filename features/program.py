"""A plan as integer tables: what the kernel interprets, free of names and of engine code.

Codes are only ever appended, never renumbered: numba's cache watches the kernel's own file, so a
renumbered code would meet an old compiled kernel.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int64]

# What a slot gathers from the events of one band of age.
COUNT: Final = 0
TOTAL: Final = 1
LARGEST: Final = 2
DISTINCT: Final = 3
ELAPSED: Final = 4

# How a condition compares a column with its constant.
BELOW: Final = 0
AT_MOST: Final = 1
EQUAL: Final = 2
UNEQUAL: Final = 3
AT_LEAST: Final = 4
ABOVE: Final = 5
# From here on a condition compares an instant with the cutoff, and is asked anew at each.
PASSED: Final = 6
PENDING: Final = 7

# What an instruction computes into its register.
WINDOW: Final = 0
SINCE_LAST: Final = 1
SINCE_FIRST: Final = 2
GAP_MEAN: Final = 3
GAP_SD: Final = 4
GAP_MAX: Final = 5
GAP_LAST: Final = 6
GAP_RECENT: Final = 7
SLOPE: Final = 8
STREAK: Final = 9
ACTIVE: Final = 10
RATIO: Final = 11
SUM: Final = 12
DIFFERENCE: Final = 13
SINCE_INSTANT: Final = 14
UNTIL_INSTANT: Final = 15
LATEST: Final = 16
REPEATS: Final = 17
NO_PURCHASE: Final = 18
EXPECTED_PURCHASES: Final = 19
STILL_BUYING: Final = 20

# Where each part of a stream begins and ends in the tables below it.
CONDITIONS: Final = 0
CHAINS: Final = 2
SLOTS: Final = 4
TRACKS: Final = 6
STREAM_WIDTH: Final = 8

# The ordered state of a track.
FIRST_SECONDS: Final = 0
LAST_SECONDS: Final = 1
LAST_MARKER: Final = 2
MARKERS: Final = 3
GAP_SQUARES: Final = 4
GAP_LARGEST: Final = 5
GAPS: Final = 6
FIRST_MARKER: Final = 9
VALUES: Final = 10
LAST_VALUE: Final = 11
VALUE_BEFORE: Final = 12
TRACK_WIDTH: Final = 13

# The bit of a mask above all conditions: the event has become known.
MAXIMUM_CONDITIONS: Final = 62
VISIBLE: Final = 1 << MAXIMUM_CONDITIONS


@dataclass(frozen=True)
class Program:
    """The tables of a plan: two-dimensional arrays of int64, and one of float64.

    ==============  ==================================================================================
    streams         a row a stream: first and last row of its conditions, chains, slots and tracks
    conditions      column, comparison, constant; the row within its stream is the bit in the mask
    chains          key column, mask: links the events with the same key, for distinct counts
    slots           operation, column or chain, mask: gathered once per band of age
    tracks          marker column or -1, mask, value column or -1: first, last, gaps and last entries,
                    in order of time
    edges           the finite windows in seconds, ascending; the last band has no end
    bins            band at the end of each stretch of time, newest first
    instructions    code and four operands; one register each, operands before their use
    outputs         the register of each feature
    models          r, alpha, a, b and horizon in days, of each question to a model of buying
    ==============  ==================================================================================
    """

    streams: Table
    conditions: Table
    chains: Table
    slots: Table
    tracks: Table
    edges: Table
    bins: Table
    instructions: Table
    outputs: Table
    models: NDArray[np.float64]

    def tables(self) -> tuple[Table | NDArray[np.float64], ...]:
        """All tables, in the order the kernel takes them."""
        return tuple(getattr(self, field.name) for field in fields(self))


def table(rows: Iterable[tuple[int, ...]], width: int) -> Table:
    """Rows of whole numbers as one array, also when there are none."""
    return np.array(list(rows), np.int64).reshape(-1, width)
