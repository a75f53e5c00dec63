"""Which events share a key: each knows the next one with the same key, and the first that has it.

So an event stands for its key exactly when no later one with the key is visible, and a distinct count
over any window needs no table of what was seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from features.kernel.compiled import compiled
from features.plan.program import BESIDE, LEAST, NOWHERE, READ, WANTED_BY_CHAIN

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_OTHER_SPREAD = np.uint64(0xC2B2AE3D27D4EB4F)


@compiled
def link(
    lo: Any,
    hi: Any,
    chain: Any,
    columns: Any,
    masks: Any,
    following: Any,
    opening: Any,
    places: Any,
) -> None:
    """Lay one chain through one customer's events; events it leaves out have -1 in both links.

    While keys never fall, as order numbers and days rarely do, equal keys are neighbours; only
    otherwise they are looked up in ``places``.
    """
    keys = columns[chain[READ], lo:hi]
    beside = columns[max(chain[BESIDE], 0), lo:hi]
    if not _link_neighbours(keys, beside, chain, masks, following, opening):
        _link_by_places(lo, keys, beside, chain, masks, following, opening, places)


@compiled
def _link_neighbours(
    keys: Any, beside: Any, chain: Any, masks: Any, following: Any, opening: Any
) -> Any:
    """Answers whether the keys never fell; what was linked is of no use if they did."""
    paired = chain[BESIDE] >= 0
    wanted, least = chain[WANTED_BY_CHAIN], chain[LEAST]
    # Whether a key repeats cannot be foreseen, so both outcomes are written without a branch.
    before: Any = np.int64(-1)
    first_of_key: Any = np.int64(-1)
    for i in range(len(keys)):
        following[i] = opening[i] = -1
        if masks[i] & wanted != wanted or keys[i] < least:
            continue
        if before >= 0:
            same = keys[i] == keys[before]
            if keys[i] < keys[before] or (paired and same and beside[i] != beside[before]):
                return False
            following[before] = i if same else NOWHERE
            first_of_key = first_of_key if same else i
        else:
            first_of_key = i
        opening[i] = first_of_key
        before = i
    if before >= 0:
        following[before] = NOWHERE
    return True


@compiled
def _link_by_places(
    lo: Any, keys: Any, beside: Any, chain: Any, masks: Any, following: Any, opening: Any,
    places: Any,
) -> None:  # fmt: skip
    """The table is never emptied: the places of earlier customers lie before ``lo`` and count as free."""
    paired = chain[BESIDE] >= 0
    wanted, least = chain[WANTED_BY_CHAIN], chain[LEAST]
    # A part of the table twice as long as the history: small ones stay in the nearest cache.
    bits = np.int64(1)
    while (np.int64(1) << bits) < 2 * len(keys):
        bits += 1
    shift, wrap = np.uint64(64 - bits), (np.int64(1) << bits) - 1
    for i in range(len(keys)):
        following[i] = opening[i] = -1
        if masks[i] & wanted != wanted or keys[i] < least:
            continue
        spread = np.uint64(keys[i]) * _SPREAD
        if paired:
            spread ^= np.uint64(beside[i]) * _OTHER_SPREAD
        place = np.int64(spread >> shift)
        before = places[place] - lo
        while before >= 0 and (keys[before] != keys[i] or (paired and beside[before] != beside[i])):
            place = (place + 1) & wrap
            before = places[place] - lo
        places[place] = lo + i
        following[i], opening[i] = NOWHERE, i
        known = before if before >= 0 else i
        following[known] = i if before >= 0 else NOWHERE
        opening[i] = opening[known]
