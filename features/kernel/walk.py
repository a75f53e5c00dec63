"""Customer by customer and cutoff by cutoff: from sorted events to rows of values."""

from __future__ import annotations

from typing import Any

from features.kernel.chains import link
from features.kernel.compiled import compiled
from features.kernel.masks import mark, turn
from features.kernel.mixes import scan_mix, scan_new
from features.kernel.scans import clear, go_on, is_summed, lay_sums, read_sums, scan
from features.kernel.tracks import follow
from features.kernel.values import compute
from features.plan.program import (
    CHAINS,
    CONDITIONS,
    FIRST_ROW,
    LONGEST_SUMMED,
    LOOK_AGAIN,
    MIX_ENTROPY,
    MOMENTS,
    NEW,
    OPERATION,
    SLOTS,
    TRACKS,
)


@compiled
def walk(
    bounds: Any, seconds: Any, known: Any, columns: Any,
    streams: Any, conditions: Any, moments: Any, chains: Any, selectors: Any, members: Any,
    slots: Any, bands: Any, tracks: Any, edges: Any, bins: Any, runs: Any, instructions: Any,
    outputs: Any, cutoffs: Any, entry: Any,
    masks: Any, following: Any, opening: Any, places: Any, sums: Any, mass: Any, ever: Any,
    gathered: Any, counted: Any, starts: Any, tracked: Any, ends: Any, laid: Any,
    registers: Any, values: Any,
) -> None:  # fmt: skip
    """Fill ``values`` with one row a customer and cutoff, from cutoff number ``entry[customer]`` on.

    ``bounds[stream]`` holds where each customer's events begin in the flat arrays ``seconds``,
    ``known`` and ``columns``; within a customer they are ordered by time. ``cutoffs`` ascend. The
    arrays from ``masks`` to ``registers`` are working memory.
    """
    places[:] = -1
    mass[:] = 0
    whole = edges.shape[0]
    row = 0
    for customer in range(bounds.shape[1] - 1):
        if entry[customer] >= cutoffs.shape[0]:
            continue
        tracked[:] = 0
        place, free = 0, 0
        for stream in range(streams.shape[0]):
            lo, hi = bounds[stream, customer], bounds[stream, customer + 1]
            ends[stream] = 0
            local = slice(place, place + hi - lo)
            laid[stream] = _prepare(
                streams[stream], lo, hi, seconds, known, columns, conditions, chains, slots,
                masks[local], following[:, local], opening[:, local], places, sums, free, ever,
            )  # fmt: skip
            place += hi - lo
            if laid[stream] != LOOK_AGAIN:
                free += (streams[stream, SLOTS + 1] - streams[stream, SLOTS]) * (hi - lo + 1)
        for number in range(entry[customer], cutoffs.shape[0]):
            cutoff = cutoffs[number]
            place = 0
            for stream in range(streams.shape[0]):
                lo, hi = bounds[stream, customer], bounds[stream, customer + 1]
                begin = ends[stream]
                end = begin
                while end < hi - lo and seconds[lo + end] < cutoff:
                    end += 1
                ends[stream] = end
                _find_starts(lo, end, cutoff, seconds, edges, starts)
                local = slice(place, place + hi - lo)
                place += hi - lo
                again = laid[stream] == LOOK_AGAIN
                if again:
                    first, last = streams[stream, MOMENTS], streams[stream, MOMENTS + 1]
                    turn(lo, end, cutoff, known, columns, moments, first, last, masks[local])
                    begin = 0
                for t in range(streams[stream, TRACKS], streams[stream, TRACKS + 1]):
                    if again:
                        tracked[t] = 0
                    follow(lo, begin, end, tracks[t], seconds, masks[local], columns, tracked[t])
                _gather(
                    streams[stream], lo, hi, begin, end, laid[stream], -1 if again else whole,
                    seconds, masks[local], columns, slots, bands, selectors, members,
                    following[:, local], opening[:, local], starts, sums, mass, ever, gathered,
                    counted,
                )  # fmt: skip
            compute(runs, instructions, bins, counted, tracked, cutoff, registers)
            for f in range(outputs.shape[0]):
                values[row, f] = registers[outputs[f, 0]]
            row += 1


@compiled
def _prepare(
    stream: Any, lo: Any, hi: Any, seconds: Any, known: Any, columns: Any, conditions: Any,
    chains: Any, slots: Any, masks: Any, following: Any, opening: Any, places: Any, sums: Any,
    free: Any, ever: Any,
) -> Any:  # fmt: skip
    """All that does not depend on the cutoff; answers where the running sums lie, or ``LOOK_AGAIN``."""
    first, last = stream[CONDITIONS], stream[CONDITIONS + 1]
    late = mark(lo, hi, seconds, known, columns, conditions, first, last, masks)
    for k in range(stream[CHAINS], stream[CHAINS + 1]):
        link(lo, hi, chains[k], columns, masks, following[k], opening[k], places[k])
    if late > 0 or stream[MOMENTS] < stream[MOMENTS + 1] or hi - lo > LONGEST_SUMMED:
        return LOOK_AGAIN
    for s in range(stream[SLOTS], stream[SLOTS + 1]):
        slot = slots[s]
        if is_summed(slot):
            place = free + (s - stream[SLOTS]) * (hi - lo + 1)
            lay_sums(lo, hi, slot, seconds, masks, columns, opening, sums[place:])
        else:
            clear(slot, ever[slot[FIRST_ROW] :])
    return free


@compiled
def _find_starts(lo: Any, end: Any, cutoff: Any, seconds: Any, edges: Any, starts: Any) -> None:
    """Where each window begins; the last one is the whole past."""
    i = end
    for band in range(edges.shape[0]):
        since = cutoff - edges[band, 0]
        while i > 0 and seconds[lo + i - 1] >= since:
            i -= 1
        starts[band] = i
    starts[edges.shape[0]] = 0


@compiled
def _gather(
    stream: Any, lo: Any, hi: Any, begin: Any, end: Any, laid: Any, whole: Any, seconds: Any,
    masks: Any, columns: Any, slots: Any, bands: Any, selectors: Any, members: Any,
    following: Any, opening: Any, starts: Any, sums: Any, mass: Any, ever: Any, gathered: Any,
    counted: Any,
) -> None:  # fmt: skip
    """Fill the bands of one stream at one cutoff."""
    again = laid == LOOK_AGAIN
    for s in range(stream[SLOTS], stream[SLOTS + 1]):
        slot = slots[s]
        if is_summed(slot) and not again:
            place = laid + (s - stream[SLOTS]) * (hi - lo + 1)
            read_sums(slot, bands, starts, end, sums[place:], counted)
        elif slot[OPERATION] >= MIX_ENTROPY:
            scan_mix(slot, bands, starts, lo, end, masks, columns, opening, mass, counted)
        elif slot[OPERATION] == NEW:
            scan_new(slot, bands, starts, end, masks, opening, mass, counted)
        else:
            before = ever[slot[FIRST_ROW] :]
            if not again:
                go_on(
                    begin, end, slot, lo, seconds, masks, columns, opening, selectors, members,
                    before,
                )  # fmt: skip
            scan(
                slot, bands, starts, lo, end, whole, seconds, masks, columns, following, selectors,
                members, before, gathered, counted,
            )  # fmt: skip
