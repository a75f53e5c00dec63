"""What a cent of each budget is worth: from the linear programme itself, or by looking at everybody again and again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.progress import Progress
from serving.offers.allocation.budgets import Budgeted, refused
from serving.offers.arbitration import NOTHING

MOST_ROUNDS = 200
CLOSE_ENOUGH = 1e-4
"""The prices are right when the bound they prove is so near the bound that could still be."""
MOST_NODES = 10_000
"""So many branches are followed in whole customers; nearly always the first shows the best choice."""
FEASIBLE = "budgets that can all be kept"
_CONTRADICTING = FEASIBLE, "some that contradict one another"


def programme(budgeted: Budgeted) -> tuple[Floats, float]:
    """Prices and bound from the programme itself."""
    rows, offers = np.nonzero(np.isfinite(budgeted.values))
    count = len(budgeted.budgets)
    if not len(rows):
        return np.zeros(count), 0.0
    found = _solved(*_programme(budgeted, rows, offers), (0, 1))
    if found.status != 0:
        raise refused(*_CONTRADICTING)
    return np.maximum(-found.ineqlin.marginals[:count], 0.0), float(-found.fun)


def whole_programme(budgeted: Budgeted) -> NDArray[np.int64]:
    """The best choice itself, where no prices lead to one that keeps every budget; refused where none is found.

    It is looked for in so many steps and not for so long, so that the same plan is found on every machine.
    """
    from scipy import optimize

    rows, offers = np.nonzero(np.isfinite(budgeted.values))
    chosen = np.full(len(budgeted.values), NOTHING)
    if len(rows):
        costs, matrix, limits = _programme(budgeted, rows, offers)
        found = optimize.milp(
            costs,
            constraints=optimize.LinearConstraint(matrix, ub=limits),
            bounds=optimize.Bounds(0, 1),
            integrality=np.ones(len(costs), np.int64),
            options={"node_limit": MOST_NODES},
        )
        if found.x is None:
            raise refused(*_CONTRADICTING)
        is_shown = found.x > 0.5
        chosen[rows[is_shown]] = offers[is_shown]
    return chosen


def _programme(
    budgeted: Budgeted, rows: NDArray[np.int64], offers: NDArray[np.int64]
) -> tuple[Floats, Any, Floats]:
    """Costs, matrix and limits of what may be shown: the budgets first, then one offer a customer."""
    from scipy import sparse

    once = sparse.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))))
    taken = sparse.csr_matrix((budgeted.each(rows, offers) * budgeted.signs).T)
    limits = np.r_[budgeted.signs * budgeted.limits, np.ones(once.shape[0])]
    costs = -budgeted.values[rows, offers].astype(np.float64)
    return costs, sparse.vstack([taken, once]), limits


def cutting_planes(budgeted: Budgeted, progress: Progress) -> tuple[Floats, float]:
    """Prices whose bound is lowest: each look at everybody cuts off prices that cannot be (Kelley 1960)."""
    count = len(budgeted.budgets)
    prices = np.zeros(count)
    if not count:
        return prices, budgeted.bound(prices)[0]
    bounds = [*((0.0, one) for one in _highest_prices(budgeted)), (None, None)]
    centre, best = prices, np.inf
    heights: list[float] = []
    slopes: list[Floats] = []
    for done in range(MOST_ROUNDS):
        progress("prices of the budgets", done, MOST_ROUNDS)
        height, slope = budgeted.bound(prices)
        heights.append(height - float(slope @ prices))
        slopes.append(slope)
        if height < best:
            best, centre = height, prices
        # The lowest height that all cuts allow: minimise t over prices and t.
        cuts = np.column_stack([np.array(slopes), -np.ones(len(slopes))])
        found = _solved(np.r_[np.zeros(count), 1.0], cuts, -np.array(heights), bounds)
        if best - float(found.x[-1]) <= CLOSE_ENOUGH * max(abs(best), 1.0):
            break
        # Half way to the best prices so far: cuts from far away say little.
        prices = 0.5 * (found.x[:-1] + centre) if done % 3 else found.x[:-1]
    progress("prices of the budgets", MOST_ROUNDS, MOST_ROUNDS)
    return centre, best


def _highest_prices(budgeted: Budgeted) -> list[float]:
    """A price at which nobody would be shown anything that uses the budget, or everybody what must be."""
    most = float(np.max(budgeted.values, initial=1.0, where=np.isfinite(budgeted.values)))
    positive = [np.asarray(one.uses)[np.asarray(one.uses) > 0] for one in budgeted.budgets]
    return [2.0 * most / float(uses.min()) if len(uses) else 1.0 for uses in positive]


def _solved(costs: Floats, matrix: Any, limits: Floats, bounds: Any) -> Any:
    """The least of the costs within the limits, by HiGHS."""
    from scipy import optimize

    solve: Any = optimize.linprog
    return solve(costs, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
