"""The plan over one customer's events after another: the only code that computes a feature.

For every customer and cutoff, oldest first, each slot walks the events of the longest finite window
once and drops each into its band of age; adding the bands up gives every window. Events older than
that, once known, are settled: folded into a carry and never touched again. All gathering is done in
whole numbers and each feature takes its floating step at the end, so a result depends
neither on threads nor on batches nor on what else is computed.

Distinct counts need no table of what was seen: each event knows the next one with the same key, and it
stands for its key exactly when none of those is visible yet.

A condition on an instant that a row carries (an acceptance, an end) is asked anew at each cutoff. An
event is settled only once none of its instants lies ahead, so the carry never has to give anything back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from features.buying_formulas import expected_purchases, no_purchase, still_buying
from features.program import (
    ABOVE,
    AT_LEAST,
    AT_MOST,
    BELOW,
    CHAINS,
    CONDITIONS,
    COUNT,
    DIFFERENCE,
    ELAPSED,
    EQUAL,
    EXPECTED_PURCHASES,
    FIRST_MARKER,
    FIRST_SECONDS,
    GAP_LARGEST,
    GAP_LAST,
    GAP_MAX,
    GAP_MEAN,
    GAP_RECENT,
    GAP_SD,
    GAP_SQUARES,
    GAPS,
    LARGEST,
    LAST_MARKER,
    LAST_SECONDS,
    LAST_VALUE,
    LATEST,
    MARKERS,
    NO_PURCHASE,
    PASSED,
    RATIO,
    REPEATS,
    SINCE_FIRST,
    SINCE_INSTANT,
    SINCE_LAST,
    SLOPE,
    SLOTS,
    STREAK,
    SUM,
    TOTAL,
    TRACK_WIDTH,
    TRACKS,
    UNTIL_INSTANT,
    VALUE_BEFORE,
    VALUES,
    VISIBLE,
    WINDOW,
)

_NONE = np.iinfo(np.int64).min
_DAY = 86_400.0
_SPREAD = np.uint64(0x9E3779B97F4A7C15)

Function = TypeVar("Function", bound=Callable[..., Any])


def _compiled(function: Function) -> Function:
    """Compile at the first call, keep the machine code beside this file, let other threads run."""
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy")(function))


@_compiled
def _holds(value: Any, comparison: Any, constant: Any) -> Any:
    if comparison == ABOVE:
        return value > constant
    if comparison == EQUAL:
        return value == constant
    if comparison == BELOW:
        return value < constant
    if comparison == AT_LEAST:
        return value >= constant
    if comparison == AT_MOST:
        return value <= constant
    return value != constant


@_compiled
def _mark(
    lo: Any, hi: Any, seconds: Any, known: Any, columns: Any, conditions: Any, first: Any, last: Any,
    masks: Any,
) -> Any:  # fmt: skip
    """Set one bit a fixed condition an event meets; answers how many events become known late."""
    late = 0
    for i in range(lo, hi):
        # An event that was known at once is visible as soon as it has happened.
        if known[i] <= seconds[i]:
            masks[i] = VISIBLE
        else:
            masks[i] = 0
            late += 1
    for c in range(first, last):
        if conditions[c, 1] >= PASSED:
            continue
        column = conditions[c, 0]
        bit = np.int64(1) << np.int64(c - first)
        for i in range(lo, hi):
            if _holds(columns[column, i], conditions[c, 1], conditions[c, 2]):
                masks[i] |= bit
    return late


@_compiled
def _turn(
    begin: Any, end: Any, cutoff: Any, columns: Any, conditions: Any, first: Any, last: Any,
    masks: Any,
) -> Any:  # fmt: skip
    """Set the bits that follow the cutoff; answers the first event of which one can still change."""
    certain = end
    for c in range(first, last):
        if conditions[c, 1] < PASSED:
            continue
        column = conditions[c, 0]
        bit = np.int64(1) << np.int64(c - first)
        for i in range(begin, end):
            instant = columns[column, i]
            if (0 <= instant < cutoff) == (conditions[c, 1] == PASSED):
                masks[i] |= bit
            else:
                masks[i] &= ~bit
            if instant >= cutoff and i < certain:
                certain = i
    return certain


@_compiled
def _link(
    lo: Any, hi: Any, keys: Any, wanted: Any, masks: Any, following: Any, opening: Any, places: Any
) -> None:
    """Link every event to the next one with the same key, and to the first one that has it.

    While keys never fall, as order numbers and days rarely do, equal keys are neighbours; only
    otherwise a table of places is laid out.
    """
    nowhere = len(masks)
    before = -1
    rising = True
    for i in range(lo, hi):
        if masks[i] & wanted == wanted:
            following[i] = nowhere
            opening[i] = i
            if before >= 0:
                if keys[i] == keys[before]:
                    following[before] = i
                    opening[i] = opening[before]
                elif keys[i] < keys[before]:
                    rising = False
                    break
            before = i
    if rising:
        return
    bits = 1
    while (1 << bits) < 2 * (hi - lo):
        bits += 1
    for empty in range(1 << bits):
        places[empty] = -1
    for i in range(lo, hi):
        if masks[i] & wanted == wanted:
            place = np.int64((np.uint64(keys[i]) * _SPREAD) >> np.uint64(64 - bits))
            while places[place] >= 0 and keys[places[place]] != keys[i]:
                place = (place + 1) & ((1 << bits) - 1)
            before = places[place]
            following[i] = nowhere
            opening[i] = i
            if before >= 0:
                following[before] = i
                opening[i] = opening[before]
            places[place] = i


@_compiled
def _settle(
    begin: Any, end: Any, operation: Any, operand: Any, wanted: Any, seconds: Any, masks: Any,
    columns: Any, opening: Any, total: Any,
) -> Any:  # fmt: skip
    """Fold events that are too old for every finite window into the carry of a slot."""
    for i in range(begin, end):
        if masks[i] & wanted == wanted:
            if operation == TOTAL:
                total += columns[operand, i]
            elif operation == LARGEST:
                total = max(total, columns[operand, i])
            elif operation == ELAPSED:
                total += columns[operand, i] - seconds[i]
            elif operation == COUNT or opening[operand, i] == i:
                total += 1
    return total


@_compiled
def _gather(
    first: Any, last: Any, slots: Any, begin: Any, end: Any, cutoff: Any, seconds: Any, edges: Any,
    masks: Any, columns: Any, following: Any, opening: Any, gathered: Any,
) -> None:  # fmt: skip
    """Drop each visible event of the tail into its band of age, in every slot it belongs to."""
    whole_past = gathered.shape[1] - 1
    band = whole_past
    for i in range(begin, end):
        mask = masks[i]
        if mask & VISIBLE == 0:
            continue
        while band > 0 and cutoff - seconds[i] <= edges[band - 1, 0]:
            band -= 1
        for s in range(first, last):
            if mask & slots[s, 2] != slots[s, 2]:
                continue
            operand = slots[s, 1]
            if slots[s, 0] == TOTAL:
                gathered[s, band] += columns[operand, i]
            elif slots[s, 0] == COUNT:
                gathered[s, band] += 1
            elif slots[s, 0] == LARGEST:
                gathered[s, band] = max(gathered[s, band], columns[operand, i])
            elif slots[s, 0] == ELAPSED:
                gathered[s, band] += columns[operand, i] - seconds[i]
            else:
                after = following[operand, i]
                while after < end and masks[after] & VISIBLE == 0:
                    after = following[operand, after]
                if after >= end:
                    gathered[s, band] += 1
                    # A key that is in the carry already must not count twice in the whole past.
                    if opening[operand, i] < begin:
                        gathered[s, whole_past] -= 1


@_compiled
def _empty_bands(first: Any, last: Any, slots: Any, carry: Any, gathered: Any) -> None:
    """Begin with nothing in the finite bands and the carry beyond them."""
    whole_past = gathered.shape[1] - 1
    for s in range(first, last):
        nothing = _NONE if slots[s, 0] == LARGEST else 0
        for band in range(whole_past):
            gathered[s, band] = nothing
        gathered[s, whole_past] = carry[s]


@_compiled
def _add_up(first: Any, last: Any, slots: Any, gathered: Any) -> None:
    """From disjoint bands of age to windows: each contains all shorter ones."""
    for s in range(first, last):
        total = gathered[s, 0]
        if slots[s, 0] == LARGEST:
            for band in range(1, gathered.shape[1]):
                total = max(total, gathered[s, band])
                gathered[s, band] = total
        else:
            for band in range(1, gathered.shape[1]):
                total += gathered[s, band]
                gathered[s, band] = total


@_compiled
def _follow(
    begin: Any, end: Any, t: Any, tracks: Any, seconds: Any, masks: Any, columns: Any,
    before: Any, after: Any,
) -> None:  # fmt: skip
    """Move the ordered state of a track on over some events: from ``before`` to ``after``."""
    for place in range(TRACK_WIDTH):
        after[t, place] = before[t, place]
    wanted = tracks[t, 1] | VISIBLE
    value = tracks[t, 2]
    marker = np.int64(0)
    for i in range(begin, end):
        if masks[i] & wanted != wanted:
            continue
        if tracks[t, 0] >= 0:
            marker = columns[tracks[t, 0], i]
        if after[t, MARKERS] == 0:
            after[t, FIRST_SECONDS] = seconds[i]
            after[t, FIRST_MARKER] = marker
            after[t, LAST_MARKER] = marker
            after[t, MARKERS] = 1
        if value >= 0:
            entry = columns[value, i]
            if after[t, VALUES] > 0 and seconds[i] == after[t, LAST_SECONDS]:
                # Events of one second have no order of their own.
                entry = max(entry, after[t, LAST_VALUE])
            else:
                after[t, VALUE_BEFORE] = after[t, LAST_VALUE]
                after[t, VALUES] += 1
            after[t, LAST_VALUE] = entry
        after[t, LAST_SECONDS] = seconds[i]
        gap = marker - after[t, LAST_MARKER]
        if gap > 0:
            after[t, LAST_MARKER] = marker
            after[t, MARKERS] += 1
            after[t, GAP_SQUARES] += gap * gap
            after[t, GAP_LARGEST] = max(after[t, GAP_LARGEST], gap)
            after[t, GAPS + 2] = after[t, GAPS + 1]
            after[t, GAPS + 1] = after[t, GAPS]
            after[t, GAPS] = gap


@_compiled
def _of_gaps(operation: Any, t: Any, tracked: Any, back: Any) -> Any:
    gaps = tracked[t, MARKERS] - 1
    whole = tracked[t, LAST_MARKER] - tracked[t, FIRST_MARKER]
    if operation == GAP_SD:
        if gaps < 2:
            return np.nan
        return np.sqrt((gaps * tracked[t, GAP_SQUARES] - whole * whole) / (gaps * (gaps - 1)))
    if gaps < 1 or (operation == GAP_LAST and gaps < back):
        return np.nan
    if operation == GAP_MEAN:
        return whole / gaps
    if operation == GAP_MAX:
        return np.float64(tracked[t, GAP_LARGEST])
    if operation == GAP_LAST:
        return np.float64(tracked[t, GAPS + back - 1])
    return (tracked[t, GAPS] + tracked[t, GAPS + 1] + tracked[t, GAPS + 2]) / min(gaps, 3)


@_compiled
def _over_bins(operation: Any, gathered: Any, slot: Any, bins: Any, begin: Any, count: Any) -> Any:
    """Slope, streak or number of active stretches of time; stretches run from the newest back."""
    outcome = np.int64(0)
    before = np.int64(0)
    for number in range(count):
        upto = gathered[slot, bins[begin + number, 0]]
        within = upto - before
        before = upto
        if operation == SLOPE:
            outcome += (count - 1 - 2 * number) * within
        elif within > 0:
            outcome += 1
        elif operation == STREAK:
            break
    if operation == SLOPE:
        return 6.0 * outcome / (count * (count * count - 1))
    return np.float64(outcome)


@_compiled
def _of_instants(
    operation: Any, a: Any, b: Any, per: Any, gathered: Any, tracked: Any, cutoff: Any
) -> Any:
    """Days to or from the latest instant of a slot, or the last entry of a track."""
    if operation == LATEST:
        if tracked[a, VALUES] < b:
            return np.nan
        return tracked[a, LAST_VALUE if b == 1 else VALUE_BEFORE] / per + 0.0
    if gathered[a, b] == _NONE:
        return np.nan
    if operation == UNTIL_INSTANT:
        return (gathered[a, b] - cutoff) / _DAY
    return (cutoff - gathered[a, b]) / _DAY


_still_buying = _compiled(still_buying)
_no_purchase = _compiled(no_purchase)
_expected_purchases = _compiled(expected_purchases)


@_compiled
def _of_buying(operation: Any, x: Any, since_last: Any, since_first: Any, model: Any) -> Any:
    """What a model of buying says of a customer with these repeats, recency and tenure."""
    r, alpha, a, b, horizon = model[0], model[1], model[2], model[3], model[4]
    if operation == NO_PURCHASE:
        return _no_purchase(x, since_last, since_first, r, alpha, a, b, horizon)
    if operation == EXPECTED_PURCHASES:
        return _expected_purchases(x, since_last, since_first, r, alpha, a, b, horizon)
    return _still_buying(x, since_last, since_first, r, alpha, a, b)


@_compiled
def _compute(
    instructions: Any,
    slots: Any,
    bins: Any,
    models: Any,
    gathered: Any,
    tracked: Any,
    cutoff: Any,
    registers: Any,
) -> None:
    """Run the instructions: from gathered whole numbers to one float a register."""
    for r in range(instructions.shape[0]):
        operation = instructions[r, 0]
        a = instructions[r, 1]
        b = instructions[r, 2]
        per = instructions[r, 3]
        outcome = np.nan
        if operation == WINDOW:
            if slots[a, 0] != LARGEST or gathered[a, b] != _NONE:
                outcome = np.float64(gathered[a, b])
                if per != 1:
                    outcome = outcome / per + 0.0  # a zero divided by -1 is no -0
        elif operation == RATIO:
            if registers[b] != 0.0:
                outcome = registers[a] / registers[b]
        elif operation == SUM:
            outcome = registers[a] + registers[b]
        elif operation == DIFFERENCE:
            outcome = registers[a] - registers[b]
        elif operation == SINCE_LAST:
            if tracked[a, MARKERS] > 0:
                outcome = (cutoff - tracked[a, LAST_SECONDS]) / _DAY
        elif operation == SINCE_FIRST:
            if tracked[a, MARKERS] > 0:
                outcome = (cutoff - tracked[a, FIRST_SECONDS]) / _DAY
        elif operation == REPEATS:
            outcome = max(registers[a] - 1.0, 0.0)
        elif operation >= NO_PURCHASE:
            model = models[instructions[r, 4]]
            outcome = _of_buying(operation, registers[a], registers[b], registers[per], model)
        elif operation >= SINCE_INSTANT:
            outcome = _of_instants(operation, a, b, per, gathered, tracked, cutoff)
        elif operation <= GAP_RECENT:
            outcome = _of_gaps(operation, a, tracked, b)
        else:
            outcome = _over_bins(operation, gathered, a, bins, b, instructions[r, 4]) / per
        registers[r] = outcome


@_compiled
def _table_size(bounds: Any) -> Any:
    """A power of two that is twice as large as the longest history."""
    longest = 1
    for stream in range(bounds.shape[0]):
        for customer in range(bounds.shape[1] - 1):
            longest = max(longest, bounds[stream, customer + 1] - bounds[stream, customer])
    size = 2
    while size < 2 * longest:
        size *= 2
    return size


@_compiled
def _stand_at(
    cutoff: Any, longest: Any, stream: Any, hi: Any, seconds: Any, known: Any, columns: Any,
    streams: Any, conditions: Any, slots: Any, tracks: Any, edges: Any, masks: Any,
    following: Any, opening: Any, settled: Any, ends: Any, late: Any, carry: Any, gathered: Any,
    settled_tracks: Any, tracked: Any,
) -> None:  # fmt: skip
    """Gather one stream of one customer as it is seen from a cutoff."""
    end = ends[stream]
    while end < hi and seconds[end] < cutoff:
        end += 1
    ends[stream] = end
    before = settled[stream]
    if late[stream] > 0:
        for i in range(before, end):
            if known[i] < cutoff:
                masks[i] |= VISIBLE
    first, last = streams[stream, CONDITIONS], streams[stream, CONDITIONS + 1]
    certain = _turn(before, end, cutoff, columns, conditions, first, last, masks)
    begin = before
    while begin < certain and seconds[begin] < cutoff - longest and masks[begin] & VISIBLE != 0:
        begin += 1
    settled[stream] = begin
    first, last = streams[stream, SLOTS], streams[stream, SLOTS + 1]
    if before < begin:
        for s in range(first, last):
            operation, operand, wanted = slots[s, 0], slots[s, 1], slots[s, 2]
            carry[s] = _settle(
                before, begin, operation, operand, wanted, seconds, masks, columns, opening,
                carry[s],
            )  # fmt: skip
    _empty_bands(first, last, slots, carry, gathered)
    _gather(
        first, last, slots, begin, end, cutoff, seconds, edges, masks, columns, following, opening,
        gathered,
    )  # fmt: skip
    _add_up(first, last, slots, gathered)
    for t in range(streams[stream, TRACKS], streams[stream, TRACKS + 1]):
        _follow(before, begin, t, tracks, seconds, masks, columns, settled_tracks, settled_tracks)
        _follow(begin, end, t, tracks, seconds, masks, columns, settled_tracks, tracked)


@_compiled
def walk(
    bounds: Any, seconds: Any, known: Any, columns: Any,
    streams: Any, conditions: Any, chains: Any, slots: Any, tracks: Any, edges: Any, bins: Any,
    instructions: Any, outputs: Any, models: Any,
    cutoffs: Any, entry: Any, values: Any,
) -> None:  # fmt: skip
    """Fill ``values`` with one row a customer and cutoff, from cutoff number ``entry[customer]`` on.

    ``bounds[stream]`` holds where each customer's events begin in the flat arrays ``seconds``,
    ``known`` and ``columns``; within a customer they are ordered by time. ``cutoffs`` ascend.
    """
    bands = edges.shape[0]
    longest = edges[bands - 1, 0] if bands else 0
    masks = np.empty(seconds.shape[0], np.int64)
    following = np.empty((chains.shape[0], seconds.shape[0]), np.int64)
    opening = np.empty((chains.shape[0], seconds.shape[0]), np.int64)
    places = np.empty(_table_size(bounds), np.int64)
    carry = np.empty(slots.shape[0], np.int64)
    gathered = np.empty((slots.shape[0], bands + 1), np.int64)
    settled_tracks = np.empty((tracks.shape[0], TRACK_WIDTH), np.int64)
    tracked = np.empty((tracks.shape[0], TRACK_WIDTH), np.int64)
    settled = np.empty(streams.shape[0], np.int64)
    ends = np.empty(streams.shape[0], np.int64)
    late = np.empty(streams.shape[0], np.int64)
    registers = np.empty(instructions.shape[0], np.float64)
    row = 0
    for customer in range(bounds.shape[1] - 1):
        if entry[customer] >= cutoffs.shape[0]:
            continue
        settled_tracks[:] = 0
        for s in range(slots.shape[0]):
            carry[s] = _NONE if slots[s, 0] == LARGEST else 0
        for stream in range(streams.shape[0]):
            lo = bounds[stream, customer]
            hi = bounds[stream, customer + 1]
            settled[stream] = lo
            ends[stream] = lo
            first, last = streams[stream, CONDITIONS], streams[stream, CONDITIONS + 1]
            late[stream] = _mark(lo, hi, seconds, known, columns, conditions, first, last, masks)
            for k in range(streams[stream, CHAINS], streams[stream, CHAINS + 1]):
                _link(
                    lo, hi, columns[chains[k, 0]], chains[k, 1], masks, following[k], opening[k],
                    places,
                )  # fmt: skip
        for number in range(entry[customer], cutoffs.shape[0]):
            cutoff = cutoffs[number]
            for stream in range(streams.shape[0]):
                _stand_at(
                    cutoff, longest, stream, bounds[stream, customer + 1], seconds, known, columns,
                    streams, conditions, slots, tracks, edges, masks, following, opening,
                    settled, ends, late, carry, gathered, settled_tracks, tracked,
                )  # fmt: skip
            _compute(instructions, slots, bins, models, gathered, tracked, cutoff, registers)
            for f in range(outputs.shape[0]):
                values[row, f] = registers[outputs[f, 0]]
            row += 1
