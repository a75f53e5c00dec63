"""Windows over one customer's events: what a slot gathers, back from the cutoff.

A slot has a cell for each of its windows, the shortest first, so one walk back over the events fills
them all. A slot with a selector gathers for several texts of a column at once: each event adds to
the member its text belongs to. Events are numbered from the customer's first in the table.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from features.kernel.compiled import compiled
from features.plan.program import (
    COUNT,
    DISTINCT,
    ELAPSED,
    FIRST_BAND,
    FIRST_CELL,
    LARGEST,
    LAST_BAND,
    MEMBERS,
    NEW,
    NOTHING,
    OPERAND,
    OPERATION,
    SELECTED_BY,
    TOTAL,
    VISIBLE,
    WANTED,
)


@compiled
def is_summed(slot: Any) -> Any:
    """Whether running sums answer a slot: it adds up, and for one member alone."""
    operation = slot[OPERATION]
    adds = operation in (COUNT, TOTAL, ELAPSED, NEW)
    return adds and slot[SELECTED_BY] < 0


@compiled
def lay_sums(
    lo: Any, hi: Any, slot: Any, seconds: Any, masks: Any, columns: Any, opening: Any, sums: Any
) -> None:
    """Running sums of a slot: what all events before each one come to."""
    operation, operand, wanted = slot[OPERATION], slot[OPERAND], slot[WANTED]
    total = np.int64(0)
    if operation == TOTAL:
        column = columns[operand, lo:hi]
        for i in range(hi - lo):
            sums[i] = total
            total += column[i] if masks[i] & wanted == wanted else 0
    elif operation == COUNT:
        for i in range(hi - lo):
            sums[i] = total
            total += 1 if masks[i] & wanted == wanted else 0
    elif operation == ELAPSED:
        column = columns[operand, lo:hi]
        for i in range(hi - lo):
            sums[i] = total
            total += column[i] - seconds[lo + i] if masks[i] & wanted == wanted else 0
    else:
        first = opening[operand]
        for i in range(hi - lo):
            sums[i] = total
            total += 1 if first[i] == i else 0
    sums[hi - lo] = total


@compiled
def read_sums(slot: Any, bands: Any, starts: Any, end: Any, sums: Any, counted: Any) -> None:
    """The windows of a slot at one cutoff, each one subtraction of running sums."""
    upto = sums[end]
    cell = slot[FIRST_CELL] - slot[FIRST_BAND]
    for b in range(slot[FIRST_BAND], slot[LAST_BAND]):
        counted[cell + b] = upto - sums[starts[bands[b, 0]]]


@compiled
def clear(slot: Any, gathered: Any) -> None:
    """Begin with nothing in every member of a slot."""
    nothing = NOTHING if slot[OPERATION] == LARGEST else 0
    for member in range(slot[MEMBERS] + 1):
        gathered[member] = nothing


@compiled
def scan(
    slot: Any, bands: Any, starts: Any, lo: Any, end: Any, whole: Any, seconds: Any, masks: Any,
    columns: Any, following: Any, selectors: Any, members: Any, ever: Any, gathered: Any,
    counted: Any,
) -> None:  # fmt: skip
    """Fill the cells of a slot from its shortest window to its longest.

    The band ``whole`` is taken from what was gathered ever; where it is -1 some events may not be
    visible, and every band is scanned.
    """
    clear(slot, gathered)
    upto, cell = end, slot[FIRST_CELL]
    for b in range(slot[FIRST_BAND], slot[LAST_BAND]):
        start = starts[bands[b, 0]]
        if bands[b, 0] == whole:
            gathered = ever
        elif start < upto:
            if slot[OPERATION] == DISTINCT:
                _count_last(
                    start, upto, slot, lo, end, whole, masks, columns, following, selectors,
                    members, gathered,
                )  # fmt: skip
            else:
                _add(start, upto, slot, lo, seconds, masks, columns, selectors, members, gathered)
            upto = start
        for member in range(slot[MEMBERS]):
            counted[cell + member] = gathered[member]
        cell += slot[MEMBERS]


@compiled
def go_on(
    begin: Any, end: Any, slot: Any, lo: Any, seconds: Any, masks: Any, columns: Any, opening: Any,
    selectors: Any, members: Any, ever: Any,
) -> None:  # fmt: skip
    """Add further events to what a slot has gathered of the whole past, all of them visible."""
    if slot[OPERATION] != DISTINCT:
        _add(begin, end, slot, lo, seconds, masks, columns, selectors, members, ever)
        return
    first = opening[slot[OPERAND]]
    chosen = slot[SELECTED_BY]
    if chosen < 0:
        for i in range(begin, end):
            ever[0] += 1 if first[i] == i else 0
        return
    codes = columns[selectors[chosen, 0], lo:]
    base, size, none = selectors[chosen, 1], selectors[chosen, 2], slot[MEMBERS]
    for i in range(begin, end):
        member = _member(codes[i], base, size, members, none)
        ever[member if first[i] == i else none] += 1


@compiled
def _member(text: Any, base: Any, size: Any, members: Any, none: Any) -> Any:
    """Which member of a slot the code of a text belongs to; ``none``, behind them all, when to none.

    What belongs to none is gathered too and never read: that is quicker than asking first.
    """
    place = text + 2  # the codes of no text and of texts few share lie below zero
    inside = (place >= 0) & (place < size)
    member = members[base + (place if inside else 0), 0]
    return member if inside and member >= 0 else none


@compiled
def _add(
    begin: Any, end: Any, slot: Any, lo: Any, seconds: Any, masks: Any, columns: Any,
    selectors: Any, members: Any, gathered: Any,
) -> None:  # fmt: skip
    """Add the visible events of a stretch, each to its member."""
    operation, wanted, chosen = slot[OPERATION], slot[WANTED] | VISIBLE, slot[SELECTED_BY]
    column = columns[slot[OPERAND], lo:]
    if chosen >= 0 and operation == TOTAL:
        codes = columns[selectors[chosen, 0], lo:]
        base, size, none = selectors[chosen, 1], selectors[chosen, 2], slot[MEMBERS]
        for i in range(begin, end):
            member = _member(codes[i], base, size, members, none)
            gathered[member if masks[i] & wanted == wanted else none] += column[i]
        return
    for i in range(begin, end):
        if masks[i] & wanted != wanted:
            continue
        member = np.int64(0)
        if chosen >= 0:
            text = columns[selectors[chosen, 0], lo + i]
            base, size = selectors[chosen, 1], selectors[chosen, 2]
            member = _member(text, base, size, members, slot[MEMBERS])
        if operation == TOTAL:
            gathered[member] += column[i]
        elif operation == COUNT:
            gathered[member] += 1
        elif operation == LARGEST:
            gathered[member] = max(gathered[member], column[i])
        else:
            gathered[member] += column[i] - seconds[lo + i]


@compiled
def _count_last(
    begin: Any, upto: Any, slot: Any, lo: Any, end: Any, whole: Any, masks: Any, columns: Any,
    following: Any, selectors: Any, members: Any, gathered: Any,
) -> None:  # fmt: skip
    """Count the events of a stretch behind which no visible one has the same key."""
    after = following[slot[OPERAND]]
    chosen = slot[SELECTED_BY]
    if chosen < 0 and whole >= 0:
        for i in range(begin, upto):
            gathered[0] += 1 if after[i] >= end else 0
        return
    wanted, none = slot[WANTED] | VISIBLE, slot[MEMBERS]
    codes = columns[selectors[chosen, 0] if chosen >= 0 else 0, lo:]
    base = selectors[chosen, 1] if chosen >= 0 else 0
    size = selectors[chosen, 2] if chosen >= 0 else 0
    for i in range(begin, upto):
        later = after[i]
        while 0 <= later < end and masks[later] & VISIBLE == 0:
            later = after[later]
        counts = (masks[i] & wanted == wanted) & (later >= end)
        member = _member(codes[i], base, size, members, none) if chosen >= 0 else 0
        gathered[member if counts else none] += 1
