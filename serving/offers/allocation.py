"""Offers for a whole audience under budgets: what brings most in all, and what a cent of each budget is worth.

Small audiences are solved as a linear programme by HiGHS. Large ones by the prices of its budgets (Lagrange
multipliers, found by Kelley's cutting planes): at the right prices each customer alone chooses what the programme would.
The prices are also what the service may charge for a single decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.errors import UsageRefused
from features.vocabulary.progress import Progress, silent
from serving.offers.arbitration import NOTHING

Floats = NDArray[np.float64]
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
    work = _Work(values, budgets)
    work.require()
    if budgets and values.size <= MOST_BY_PROGRAMME:
        prices, bound = work.programme()
    else:
        prices, bound = work.cutting_planes(progress)
    chosen = work.chosen(prices)
    used = work.used(*_shown(chosen))
    used = work.give_up(chosen, used, prices)
    used = work.lift(chosen, used, prices)
    used = work.fill(chosen, used, prices)
    found = work.worth(*_shown(chosen))
    names = [one.name for one in budgets]
    return Allocation(
        chosen,
        found,
        max(bound, found),
        dict(zip(names, map(float, prices), strict=True)),
        dict(zip(names, map(float, used), strict=True)),
    )


def _shown(chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The customers who are shown something, and what."""
    rows = np.flatnonzero(chosen != NOTHING)
    return rows, chosen[rows]


def _refused(expected: str, found: str) -> UsageRefused:
    return UsageRefused(expected=expected, found=found, remedy="Correct the budgets, or the rules.")


class _Work:
    """The values of an audience beside what each budget loses by them, which is a view and no copy."""

    def __init__(self, values: NDArray[np.floating], budgets: Sequence[Budget]) -> None:
        self.values, self.budgets = values, budgets
        self.uses = [np.broadcast_to(one.uses, values.shape) for one in budgets]
        self.limits = np.array([one.limit for one in budgets], np.float64)
        self.is_least = np.array([one.is_least for one in budgets], np.bool_)
        self.signs = np.where(self.is_least, -1.0, 1.0)

    @cached_property
    def caps(self) -> Floats:
        """What may be used at most."""
        return np.where(self.is_least, np.inf, self.limits) + 1e-9

    def require(self) -> None:
        """Refuse budgets nobody can keep."""
        for one, uses in zip(self.budgets, self.uses, strict=True):
            if one.limit < 0 or (np.asarray(one.uses) < 0).any():
                raise _refused("budgets and uses of zero or more", f"less for {one.name}")
            if not one.is_least:
                continue
            shown = np.where(np.isfinite(self.values), uses, 0.0)
            most = float(shown.max(axis=1, initial=0.0).sum())
            if most < one.limit:
                raise _refused(f"{one.limit:,.0f} of {one.name} that may be shown", f"{most:,.0f}")

    def blocks(self) -> Iterator[slice]:
        """The audience some at a time."""
        for begin in range(0, len(self.values), _AT_ONCE):
            yield slice(begin, begin + _AT_ONCE)

    def priced(self, prices: Floats, rows: slice | NDArray[np.int64]) -> Floats:
        """What each offer brings to some customers after its share of the budgets is paid for."""
        found = self.values[rows].astype(np.float64)
        for uses, price in zip(self.uses, self.signs * prices, strict=True):
            if price:
                found -= price * uses[rows]
        return found

    def worth(self, rows: NDArray[np.int64], offers: NDArray[np.int64]) -> float:
        """What some showings bring in all."""
        return float(self.values[rows, offers].astype(np.float64).sum())

    def gains(self, prices: Floats, rows: NDArray[np.int64], offers: NDArray[np.int64]) -> Floats:
        """What each of some showings brings after its share of the budgets is paid for."""
        paid = self.each(rows, offers) @ (self.signs * prices)
        return np.asarray(self.values[rows, offers] - paid)

    def each(self, rows: NDArray[np.int64], offers: NDArray[np.int64]) -> Floats:
        """What each of some showings takes of every budget: one row a showing, one column a budget."""
        taken = [uses[rows, offers].astype(np.float64) for uses in self.uses]
        return np.asarray(np.array(taken).reshape(len(self.uses), len(rows)).T)

    def used(self, rows: NDArray[np.int64], offers: NDArray[np.int64]) -> Floats:
        """What some showings take of every budget in all."""
        return np.asarray(self.each(rows, offers).sum(axis=0))

    def of_pair(self, row: int, offer: int) -> Floats:
        """What showing one offer to one customer takes of every budget."""
        return np.array([float(uses[row, offer]) for uses in self.uses])

    def chosen(self, prices: Floats) -> NDArray[np.int64]:
        """What each customer alone would choose at these prices."""
        return np.concatenate(
            [np.zeros(0, np.int64)] + [self.best(prices, rows)[0] for rows in self.blocks()]
        )

    def best(
        self, prices: Floats, rows: slice | NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Floats]:
        """The best offer of some customers at these prices, ``NOTHING`` where none is above 0, and what it brings."""
        priced = self.priced(prices, rows)
        offers = priced.argmax(axis=1)
        worth = priced[np.arange(len(offers)), offers]
        return np.where(worth > 0, offers, NOTHING), worth

    def bound(self, prices: Floats) -> tuple[float, Floats]:
        """What nobody can exceed at these prices, and its slope in each of them."""
        total, used = 0.0, np.zeros(len(self.budgets))
        for rows in self.blocks():
            offers, worth = self.best(prices, rows)
            shown, taken = _shown(offers)
            total += float(worth[shown].sum())
            used += self.used(shown + rows.start, taken)
        return total + float(prices @ (self.signs * self.limits)), self.signs * (self.limits - used)

    def programme(self) -> tuple[Floats, float]:
        """Prices and bound from the programme itself."""
        from scipy import sparse

        rows, offers = np.nonzero(np.isfinite(self.values))
        count = len(self.budgets)
        if not len(rows):
            return np.zeros(count), 0.0
        once = sparse.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))))
        taken = sparse.csr_matrix((self.each(rows, offers) * self.signs).T)
        limits = np.r_[self.signs * self.limits, np.ones(once.shape[0])]
        costs = -self.values[rows, offers].astype(np.float64)
        found = _solved(costs, sparse.vstack([taken, once]), limits, (0, 1))
        if found.status != 0:
            raise _refused("budgets that can all be kept", "some that contradict one another")
        return np.maximum(-found.ineqlin.marginals[:count], 0.0), float(-found.fun)

    def cutting_planes(self, progress: Progress) -> tuple[Floats, float]:
        """Prices whose bound is lowest: each look at everybody cuts off prices that cannot be (Kelley 1960)."""
        count = len(self.budgets)
        prices = np.zeros(count)
        if not count:
            return prices, self.bound(prices)[0]
        bounds = [*((0.0, one) for one in self._highest_prices()), (None, None)]
        centre, best = prices, np.inf
        heights: list[float] = []
        slopes: list[Floats] = []
        for done in range(MOST_ROUNDS):
            progress("prices of the budgets", done, MOST_ROUNDS)
            height, slope = self.bound(prices)
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

    def _highest_prices(self) -> list[float]:
        """A price at which nobody would be shown anything that uses the budget, or everybody what must be."""
        most = float(np.max(self.values, initial=1.0, where=np.isfinite(self.values)))
        positive = [np.asarray(one.uses)[np.asarray(one.uses) > 0] for one in self.budgets]
        return [2.0 * most / float(uses.min()) if len(uses) else 1.0 for uses in positive]

    def give_up(self, chosen: NDArray[np.int64], used: Floats, prices: Floats) -> Floats:
        """Take back what gains least until every budget is kept; answers what is used then."""
        rows, offers = _shown(chosen)
        for row in rows[np.argsort(self.gains(prices, rows, offers), kind="stable")].tolist():
            over = used > self.caps
            if not over.any():
                break
            mine = self.of_pair(row, int(chosen[row]))
            is_owed = self.is_least & (mine > 0) & (used - mine < self.limits)
            if (mine[over] > 0).any() and not is_owed.any():
                used = used - mine
                chosen[row] = NOTHING
        return used

    def lift(self, chosen: NDArray[np.int64], used: Floats, prices: Floats) -> Floats:
        """Give what must be shown to those it costs least, until it is shown often enough."""
        for at in np.flatnonzero(self.is_least & (used < self.limits)).tolist():
            rows, offers = np.nonzero((self.uses[at] > 0) & np.isfinite(self.values))
            order = np.argsort(-self.gains(prices, rows, offers), kind="stable")
            for row, offer in zip(rows[order].tolist(), offers[order].tolist(), strict=True):
                if used[at] >= self.limits[at]:
                    break
                had = self.of_pair(row, int(chosen[row])) * (chosen[row] != NOTHING)
                with_it = used - had + self.of_pair(row, offer)
                if had[at] == 0 and (with_it <= self.caps).all():
                    used = with_it
                    chosen[row] = offer
        return used

    def fill(self, chosen: NDArray[np.int64], used: Floats, prices: Floats) -> Floats:
        """Use what is left of the budgets for who has nothing yet, what gains most first."""
        waiting = np.flatnonzero(chosen == NOTHING)
        found = []
        for begin in range(0, len(waiting), _AT_ONCE):
            rows = waiting[begin : begin + _AT_ONCE]
            priced = np.where(self.values[rows] > 0, self.priced(prices, rows), -np.inf)
            offers = priced.argmax(axis=1)
            found.append((rows, offers, priced[np.arange(len(rows)), offers]))
        if not found:
            return used
        rows, offers, gains = (np.concatenate(part) for part in zip(*found, strict=True))
        misses = 0
        for one in np.argsort(-gains, kind="stable").tolist():
            if not np.isfinite(gains[one]) or misses >= _MOST_MISSES:
                break
            with_it = used + self.of_pair(int(rows[one]), int(offers[one]))
            if (with_it <= self.caps).all():
                used = with_it
                chosen[rows[one]] = offers[one]
            else:
                misses += 1
        return used


_MOST_MISSES = 1_000
"""After so many who fit into no budget the rest will not either."""


def _solved(costs: Floats, matrix: Any, limits: Floats, bounds: Any) -> Any:
    """The least of the costs within the limits, by HiGHS."""
    from scipy import optimize

    solve: Any = optimize.linprog
    return solve(costs, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
