"""A plan as integer tables: what the kernel interprets, free of names and of engine code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from features.vocabulary.arrays import Floats, Ints

# What a slot gathers from events: the first two add up, and so do the elapsed times.
COUNT: Final = 0
TOTAL: Final = 1
ELAPSED: Final = 2
LARGEST: Final = 3
DISTINCT: Final = 4
NEW: Final = 5
# From here on a slot is about how weight is spread over keys.
MIX_ENTROPY: Final = 6
MIX_TOP: Final = 7

# A slot: what it gathers from which events, for whom, and where that goes.
OPERATION: Final = 0
OPERAND: Final = 1
WANTED: Final = 2
SELECTED_BY: Final = 3
MEMBERS: Final = 4
FIRST_ROW: Final = 5
FIRST_CELL: Final = 6
FIRST_BAND: Final = 7
LAST_BAND: Final = 8
WEIGHED: Final = 9
SLOT_WIDTH: Final = 10

# A condition: the column it reads and what it finds there; a moment reads a column too.
READ: Final = 0
LOW: Final = 1
HIGH: Final = 2
NEGATED: Final = 3
PASSED: Final = 1

# A chain: the key it links, the column beside it, which events take part.
BESIDE: Final = 1
WANTED_BY_CHAIN: Final = 2
LEAST: Final = 3

# What an instruction computes into its register.
WINDOW: Final = 0
ENTRY: Final = 1
SINCE_INSTANT: Final = 2
UNTIL_INSTANT: Final = 3
SLOPE: Final = 4
STREAK: Final = 5
ACTIVE: Final = 6
SINCE_LAST: Final = 7
SINCE_FIRST: Final = 8
GAP_MEAN: Final = 9
GAP_SD: Final = 10
GAP_MAX: Final = 11
GAP_LAST: Final = 12
GAP_RECENT: Final = 13
LATEST: Final = 14
REPEATS: Final = 15
SUM: Final = 16
DIFFERENCE: Final = 17
RATIO: Final = 18
NO_PURCHASE: Final = 19
EXPECTED_PURCHASES: Final = 20
STILL_BUYING: Final = 21
TIME_OF_YEAR: Final = 22
MODEL_WIDTH: Final = 6

# Where each part of a stream begins and ends in the tables below it.
CONDITIONS: Final = 0
MOMENTS: Final = 2
CHAINS: Final = 4
SLOTS: Final = 6
TRACKS: Final = 8
STREAM_WIDTH: Final = 10

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

NOTHING: Final = int(np.iinfo(np.int64).min)
"""What stands in a cell that has no entry."""
NOWHERE: Final = 1 << 60
"""The next event with the same key, where there is none."""
LOOK_AGAIN: Final = -1
"""In place of running sums: the events have to be looked at again from each cutoff."""
LONGEST_SUMMED: Final = 1 << 16
"""Histories longer than this have no running sums, which would take too much memory."""
SHARE_UNIT: Final = 1 << 52
"""Shares and entropies are whole numbers of this unit until they become features."""


@dataclass(frozen=True)
class Program:
    """The tables of a plan: two-dimensional arrays of int64, and one of float64.

    ==============  ==================================================================================
    streams         a row a stream: first and last row of its conditions, moments, chains, slots and
                    tracks
    conditions      column, lowest and highest entry, whether to negate; the row is the bit in the mask
    moments         column, whether its instant must have passed, bit in the mask
    chains          key column, column beside it or -1, mask, least key: links events of one key
    selectors       column, first row and number of rows in ``members``, which are codes from -2 on
    members         the member of a slot that a code adds to, or -1
    slots           what is gathered: operation, column or chain, mask, selector or -1, members, first
                    row of what is gathered ever, first cell, first and last row of its bands, weighed
                    column or -1; a slot has a cell for each of its members in each of its bands
    bands           the windows of the slots, those of a slot together, the shortest first
    tracks          marker column or -1, mask, value column or -1: first, last, gaps and last entries,
                    in order of time
    edges           the finite windows in seconds, ascending; the band after them is the whole past
    bins            cell at the end of each stretch of time, newest first
    runs            operation, first and last instruction: instructions of one kind stand together
    instructions    code and four operands; one register each, operands before their use
    outputs         the register of each feature
    models          r, alpha, a, b, horizon in days and whether it is told what a vector holds, of each
                    question to a model of buying
    ==============  ==================================================================================
    """

    streams: Ints
    conditions: Ints
    moments: Ints
    chains: Ints
    selectors: Ints
    members: Ints
    slots: Ints
    bands: Ints
    tracks: Ints
    edges: Ints
    bins: Ints
    runs: Ints
    instructions: Ints
    outputs: Ints
    models: Floats

    def tables(self) -> tuple[Ints, ...]:
        """The tables of whole numbers, in the order the kernel takes them."""
        return tuple(getattr(self, one.name) for one in fields(self) if one.name != "models")


def table(rows: Iterable[tuple[int, ...]], width: int) -> Ints:
    """Rows of whole numbers as one array, also when there are none."""
    return np.array(list(rows), np.int64).reshape(-1, width)
