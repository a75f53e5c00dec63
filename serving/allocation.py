"""Offers for a whole audience under budgets: what brings most in all, and what a cent of each budget is worth.

Small audiences are solved as a linear programme by HiGHS. Large ones by the prices of its budgets (Lagrange
multipliers, found by Kelley's cutting planes): at the right prices each customer alone chooses what the programme would.
The prices are also what the service may charge for a single decision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import UsageRefused
from features.progress import Progress, silent

Floats = NDArray[np.float64]
NOTHING = -1
MOST_BY_PROGRAMME = 200_000
"""Pairs of customer and offer up to which the programme itself is solved."""
MOST_ROUNDS = 200
CLOSE_ENOUGH = 1e-4
"""The prices are right when the bound they prove is so near the bound that could still be."""
_AT_ONCE = 65_536


@dataclass(frozen=True)
class Budget:
    """Something there is only so much of. ``uses`` is what showing each offer takes of it, one number an offer or
    one a customer and offer, none below zero. With ``is_least`` at least so much must be used, as for a new offer."""

    name: str
    limit: float
    uses: NDArray[np.floating]
    is_least: bool = False


@dataclass(frozen=True)
class Allocation:
    """The offer of each customer or ``NOTHING``, what all bring, and no more than ``bound`` could be brought.

    ``prices`` is what one more unit of each budget would bring, ``used`` what is taken of it.
    """

    offers: NDArray[np.int64]
    value: float
    bound: float
    prices: dict[str, float]
    used: dict[str, float]

    @property
    def shortfall(self) -> float:
        """How far the value is below the bound, as a share of it."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def allocate(
    values: NDArray[np.floating], budgets: Sequence[Budget], *, progress: Progress = silent
) -> Allocation:
    """At most one offer a customer so that values sum to most; minus infinity is what may not be shown.

    ``values`` has one row a customer and one column an offer. Raises ``UsageRefused`` for a budget below zero, for
    uses below zero, and where not so many may be shown as must be.
    """
    _require(values, budgets)
    if budgets and values.size <= MOST_BY_PROGRAMME:
        prices, bound = _programme(values, budgets)
    else:
        prices, bound = _cutting_planes(values, budgets, progress)
    chosen = _chosen(values, budgets, prices)
    chosen = _within(values, budgets, prices, chosen)
    rows = np.flatnonzero(chosen != NOTHING)
    found = float(values[rows, chosen[rows]].astype(np.float64).sum())
    used = _used(budgets, rows, chosen[rows])
    names = [one.name for one in budgets]
    return Allocation(
        chosen,
        found,
        max(bound, found),
        dict(zip(names, map(float, prices), strict=True)),
        dict(zip(names, map(float, used), strict=True)),
    )


def _require(values: NDArray[np.floating], budgets: Sequence[Budget]) -> None:
    for one in budgets:
        if one.limit < 0 or (np.asarray(one.uses) < 0).any():
            raise _refused("budgets and uses of zero or more", f"less for {one.name}")
        if not one.is_least:
            continue
        shown = np.isfinite(values)
        most = float(np.where(shown, one.uses, 0.0).max(axis=1).sum()) if values.size else 0.0
        if most < one.limit:
            raise _refused(f"{one.limit:,.0f} of {one.name} that may be shown", f"{most:,.0f}")


def _refused(expected: str, found: str) -> UsageRefused:
    return UsageRefused(expected=expected, found=found, remedy="Correct the budgets, or the rules.")


def _blocks(rows: int) -> list[slice]:
    return [slice(at, min(at + _AT_ONCE, rows)) for at in range(0, rows, _AT_ONCE)]


def _uses(budget: Budget, rows: slice) -> NDArray[np.floating]:
    return budget.uses[rows] if budget.uses.ndim == 2 else budget.uses


def _sign(budget: Budget) -> float:
    return -1.0 if budget.is_least else 1.0


def _priced(
    values: NDArray[np.floating], budgets: Sequence[Budget], prices: Floats, rows: slice
) -> Floats:
    """What each offer brings to each customer after its share of the budgets is paid for."""
    found = values[rows].astype(np.float64)
    for budget, price in zip(budgets, prices, strict=True):
        if price:
            found -= _sign(budget) * price * _uses(budget, rows)
    return found


def _chosen(
    values: NDArray[np.floating], budgets: Sequence[Budget], prices: Floats
) -> NDArray[np.int64]:
    chosen = np.full(len(values), NOTHING)
    for rows in _blocks(len(values)):
        priced = _priced(values, budgets, prices, rows)
        best = priced.argmax(axis=1)
        chosen[rows] = np.where(priced[np.arange(len(best)), best] > 0, best, NOTHING)
    return chosen


def _used(
    budgets: Sequence[Budget], rows: NDArray[np.int64], offers: NDArray[np.int64]
) -> list[float]:
    return [
        float(
            (one.uses[rows, offers] if one.uses.ndim == 2 else one.uses[offers])
            .astype(np.float64)
            .sum()
        )
        for one in budgets
    ]


def _bound(
    values: NDArray[np.floating], budgets: Sequence[Budget], prices: Floats
) -> tuple[float, Floats]:
    """What nobody can exceed at these prices, and its slope in each of them."""
    total = 0.0
    used = np.zeros(len(budgets))
    for rows in _blocks(len(values)):
        priced = _priced(values, budgets, prices, rows)
        best = priced.argmax(axis=1)
        worth = priced[np.arange(len(best)), best]
        shown = worth > 0
        total += float(worth[shown].sum())
        where = np.flatnonzero(shown) + rows.start
        used += _used(budgets, where, best[shown])
    signs = np.array([_sign(one) for one in budgets])
    limits = np.array([one.limit for one in budgets])
    slope = signs * (limits - used)
    return total + float(prices @ (signs * limits)), slope


def _solved(costs: Floats, matrix: Any, limits: Floats, bounds: Any) -> Any:
    """The least of the costs within the limits, by HiGHS."""
    from scipy import optimize

    solve: Any = optimize.linprog
    return solve(costs, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")


def _programme(values: NDArray[np.floating], budgets: Sequence[Budget]) -> tuple[Floats, float]:
    """Prices and bound from the programme itself."""
    from scipy import sparse

    rows, offers = np.nonzero(np.isfinite(values))
    if not len(rows):
        return np.zeros(len(budgets)), 0.0
    worth = values[rows, offers].astype(np.float64)
    each = sparse.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))))
    taken = [
        _sign(one) * (one.uses[rows, offers] if one.uses.ndim == 2 else one.uses[offers])
        for one in budgets
    ]
    matrix = sparse.vstack([sparse.csr_matrix(np.array(taken).reshape(len(budgets), -1)), each])
    limits = np.r_[[_sign(one) * one.limit for one in budgets], np.ones(each.shape[0])]
    found = _solved(-worth, matrix, limits, (0, 1))
    if found.status != 0:
        raise _refused("budgets that can all be kept", "some that contradict one another")
    marginals: Floats = found.ineqlin.marginals
    prices = np.maximum(-marginals[: len(budgets)], 0.0)
    return prices, float(-found.fun)


def _cutting_planes(
    values: NDArray[np.floating], budgets: Sequence[Budget], progress: Progress
) -> tuple[Floats, float]:
    """Prices whose bound is lowest: each look at everybody cuts off prices that cannot be (Kelley 1960)."""
    count = len(budgets)
    if not count:
        return np.zeros(0), _bound(values, budgets, np.zeros(0))[0]
    highest = _highest_prices(values, budgets)
    centre, best = np.zeros(count), np.inf
    heights: list[float] = []
    slopes: list[Floats] = []
    prices = np.zeros(count)
    for done in range(MOST_ROUNDS):
        progress("prices of the budgets", done, MOST_ROUNDS)
        height, slope = _bound(values, budgets, prices)
        heights.append(height - float(slope @ prices))
        slopes.append(slope)
        if height < best:
            best, centre = height, prices
        # The lowest height that all cuts allow: minimise t over prices and t.
        cuts = np.column_stack([np.array(slopes), -np.ones(len(slopes))])
        bounds = [*((0.0, one) for one in highest), (None, None)]
        found = _solved(np.r_[np.zeros(count), 1.0], cuts, -np.array(heights), bounds)
        lowest = float(found.x[-1])
        if best - lowest <= CLOSE_ENOUGH * max(abs(best), 1.0):
            break
        # Half way to the best prices so far: cuts from far away say little.
        prices = 0.5 * (found.x[:-1] + centre) if done % 3 else found.x[:-1]
    progress("prices of the budgets", MOST_ROUNDS, MOST_ROUNDS)
    return centre, best


def _highest_prices(values: NDArray[np.floating], budgets: Sequence[Budget]) -> list[float]:
    """A price at which nobody would be shown anything that uses the budget, or everybody what must be."""
    most = max(float(np.max(values, initial=0.0, where=np.isfinite(values))), 1.0)
    found = []
    for one in budgets:
        uses = one.uses[one.uses > 0]
        found.append(2.0 * most / float(uses.min()) if len(uses) else 1.0)
    return found


def _within(
    values: NDArray[np.floating],
    budgets: Sequence[Budget],
    prices: Floats,
    chosen: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Keep every budget to the unit: what gains least is given up, and what is left over is given away."""
    chosen = chosen.copy()
    limits = np.array([one.limit for one in budgets])
    least = np.array([one.is_least for one in budgets], np.bool_)
    shown = np.flatnonzero(chosen != NOTHING)
    used = np.array(_used(budgets, shown, chosen[shown]))
    uses = _uses_of(budgets)
    gains = _gain_of(values, budgets, prices, shown, chosen[shown])
    for row in shown[np.argsort(gains, kind="stable")].tolist():
        over = (used > limits + 1e-9) & ~least
        if not over.any():
            break
        mine = uses(row, int(chosen[row]))
        if (mine[over] > 0).any() and not ((used - mine < limits) & least & (mine > 0)).any():
            used -= mine
            chosen[row] = NOTHING
    chosen, used = _lifted(values, budgets, prices, chosen, used)
    return _filled(values, budgets, prices, chosen, used)


def _uses_of(budgets: Sequence[Budget]) -> Callable[[int, int], Floats]:
    """What showing one offer to one customer takes of every budget."""

    def uses(row: int, offer: int) -> Floats:
        return np.array(
            [
                float(one.uses[row, offer] if one.uses.ndim == 2 else one.uses[offer])
                for one in budgets
            ]
        )

    return uses


def _gain_of(
    values: NDArray[np.floating],
    budgets: Sequence[Budget],
    prices: Floats,
    rows: NDArray[np.int64],
    offers: NDArray[np.int64],
) -> Floats:
    found = values[rows, offers].astype(np.float64)
    for budget, price in zip(budgets, prices, strict=True):
        uses = budget.uses[rows, offers] if budget.uses.ndim == 2 else budget.uses[offers]
        found -= _sign(budget) * price * uses
    return found


def _lifted(
    values: NDArray[np.floating],
    budgets: Sequence[Budget],
    prices: Floats,
    chosen: NDArray[np.int64],
    used: Floats,
) -> tuple[NDArray[np.int64], Floats]:
    """Give what must be shown to those it costs least, until it is shown often enough."""
    uses = _uses_of(budgets)
    caps = np.array([np.inf if one.is_least else one.limit for one in budgets])
    for at, budget in enumerate(budgets):
        if not budget.is_least or used[at] >= budget.limit:
            continue
        asked = budget.uses if budget.uses.ndim == 2 else np.broadcast_to(budget.uses, values.shape)
        rows, offers = np.nonzero((asked > 0) & np.isfinite(values))
        gains = _gain_of(values, budgets, prices, rows, offers)
        for one in np.argsort(-gains, kind="stable").tolist():
            row, offer = int(rows[one]), int(offers[one])
            if used[at] >= budget.limit:
                break
            had = np.zeros(len(budgets)) if chosen[row] == NOTHING else uses(row, int(chosen[row]))
            if had[at] > 0 or (used - had + uses(row, offer) > caps + 1e-9).any():
                continue
            used = used - had + uses(row, offer)
            chosen[row] = offer
    return chosen, used


def _filled(
    values: NDArray[np.floating],
    budgets: Sequence[Budget],
    prices: Floats,
    chosen: NDArray[np.int64],
    used: Floats,
) -> NDArray[np.int64]:
    """Use what is left of the budgets for who has nothing yet, what gains most first."""
    uses = _uses_of(budgets)
    caps = np.array([np.inf if one.is_least else one.limit for one in budgets])
    waiting = np.flatnonzero(chosen == NOTHING)
    if not len(waiting):
        return chosen
    best = np.full(len(waiting), NOTHING)
    worth = np.full(len(waiting), -np.inf)
    for block in _blocks(len(waiting)):
        rows = waiting[block]
        part = values[rows].astype(np.float64)
        priced = part.copy()
        for budget, price in zip(budgets, prices, strict=True):
            taken = budget.uses[rows] if budget.uses.ndim == 2 else budget.uses
            priced -= _sign(budget) * price * taken
        priced[part <= 0] = -np.inf
        best[block] = priced.argmax(axis=1)
        worth[block] = priced.max(axis=1)
    misses = 0
    for one in np.argsort(-worth, kind="stable").tolist():
        if not np.isfinite(worth[one]) or misses >= _MOST_MISSES:
            break
        row, offer = int(waiting[one]), int(best[one])
        mine = uses(row, offer)
        if (used + mine > caps + 1e-9).any():
            misses += 1
            continue
        used = used + mine
        chosen[row] = offer
    return chosen


_MOST_MISSES = 1_000
"""After so many who fit into no budget the rest will not either."""
