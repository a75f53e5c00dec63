"""From what each customer alone would choose to a choice that keeps every budget, and uses it up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from serving.offers.allocation.budgets import SLACK, Budgeted, shown
from serving.offers.arbitration import NOTHING

_MOST_MISSES = 1_000
"""After so many who fit into no budget the rest will not either."""


def give_up(budgeted: Budgeted, chosen: NDArray[np.int64], used: Floats, prices: Floats) -> Floats:
    """Take back what gains least until every budget is kept; answers what is used then."""
    rows, offers = shown(chosen)
    for row in rows[np.argsort(budgeted.gains(prices, rows, offers), kind="stable")].tolist():
        over = used > budgeted.caps
        if not over.any():
            break
        mine = budgeted.of_pair(row, int(chosen[row]))
        is_owed = budgeted.is_least & (mine > 0) & (used - mine < budgeted.limits)
        if (mine[over] > 0).any() and not is_owed.any():
            used = used - mine
            chosen[row] = NOTHING
    return used


def lift(budgeted: Budgeted, chosen: NDArray[np.int64], used: Floats, prices: Floats) -> Floats:
    """Give what must be shown to those it costs least, until it is shown often enough."""
    for at in np.flatnonzero(budgeted.is_least & (used < budgeted.limits)).tolist():
        rows, offers = np.nonzero((budgeted.uses[at] > 0) & np.isfinite(budgeted.values))
        order = np.argsort(-budgeted.gains(prices, rows, offers), kind="stable")
        for row, offer in zip(rows[order].tolist(), offers[order].tolist(), strict=True):
            if used[at] >= budgeted.limits[at]:
                break
            had = budgeted.of_pair(row, int(chosen[row])) * (chosen[row] != NOTHING)
            with_it = used - had + budgeted.of_pair(row, offer)
            if had[at] == 0 and (with_it <= budgeted.caps).all():
                used = with_it
                chosen[row] = offer
    return used


def fill(
    budgeted: Budgeted,
    chosen: NDArray[np.int64],
    used: Floats,
    prices: Floats,
    *,
    most_misses: int = _MOST_MISSES,
) -> Floats:
    """Use what is left of the budgets for who has nothing yet, what gains most first."""
    waiting = np.flatnonzero(chosen == NOTHING)
    found = []
    for begin in range(0, len(waiting), budgeted.at_once):
        rows = waiting[begin : begin + budgeted.at_once]
        priced = np.where(budgeted.values[rows] > 0, budgeted.priced(prices, rows), -np.inf)
        offers = priced.argmax(axis=1)
        found.append((rows, offers, priced[np.arange(len(rows)), offers]))
    return _take(budgeted, chosen, used, found, most_misses)


def exchange(
    budgeted: Budgeted,
    chosen: NDArray[np.int64],
    used: Floats,
    prices: Floats,
    *,
    most_misses: int = _MOST_MISSES,
) -> Floats:
    """Use what is left of the budgets for something that brings more to who has something, by what it costs at the prices.

    Where many customers are alike, several offers are as good at the right prices, and all take the first.
    """
    found = []
    for begin in range(0, len(chosen), budgeted.at_once):
        rows = begin + np.flatnonzero(chosen[begin : begin + budgeted.at_once] != NOTHING)
        values, mine = budgeted.values[rows], chosen[rows]
        places = np.arange(len(rows))
        priced = budgeted.priced(prices, rows)
        had = priced[places, mine]
        priced[values <= values[places, mine][:, None]] = -np.inf
        offers = priced.argmax(axis=1)
        found.append((rows, offers, priced[places, offers] - had))
    return _take(budgeted, chosen, used, found, most_misses)


def _take(
    budgeted: Budgeted,
    chosen: NDArray[np.int64],
    used: Floats,
    wanted: Sequence[tuple[NDArray[np.int64], NDArray[np.int64], Floats]],
    most_misses: int,
) -> Floats:
    """Give customers what is ``wanted`` in the place of what they have, what gains most first, where no budget forbids it."""
    if not wanted:
        return used
    rows, offers, gains = (np.concatenate(part) for part in zip(*wanted, strict=True))
    misses = 0
    for one in np.argsort(-gains, kind="stable").tolist():
        if not np.isfinite(gains[one]) or misses >= most_misses:
            break
        row, offer = int(rows[one]), int(offers[one])
        had = budgeted.of_pair(row, int(chosen[row])) * (chosen[row] != NOTHING)
        with_it = used - had + budgeted.of_pair(row, offer)
        # What must be used at least may be too little already, but no less than before.
        owed = np.where(budgeted.is_least, np.minimum(used, budgeted.limits), -np.inf)
        if (with_it <= budgeted.caps).all() and (with_it >= owed - SLACK).all():
            used = with_it
            chosen[row] = offer
        else:
            misses += 1
    return used
