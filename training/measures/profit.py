"""What a list of risky customers is worth in money, and the expected maximum profit of a ranking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats


@dataclass(frozen=True)
class Costs:
    """What contacting a customer costs and brings, all in one unit of money.

    Of the contacted customers who would have left, the share ``success`` stays: each brings ``value``
    and takes the ``incentive``. Every contacted customer who would have stayed anyhow takes the
    incentive too. Each contact costs ``contact``. (Verbraken, Verbeke and Baesens 2013, after Neslin
    et al. 2006.)
    """

    value: float
    incentive: float
    contact: float
    success: float

    @property
    def leaver(self) -> float:
        """What contacting one who would have left brings on average."""
        return self.success * (self.value - self.incentive) - self.contact

    @property
    def stayer(self) -> float:
        """What contacting one who would have stayed brings; never above zero."""
        return -self.incentive - self.contact

    def of_list(self, leavers: float | Floats, customers: float | Floats) -> float | Floats:
        """The profit of contacting so many customers, so many of whom would have left.

        >>> Costs(value=200, incentive=10, contact=1, success=0.3).of_list(5, 20)
        115.0
        """
        return leavers * self.leaver + (customers - leavers) * self.stayer

    @property
    def break_even_share(self) -> float:
        """From which share of leavers on it a list pays; above 1 where it never does.

        >>> round(Costs(value=200, incentive=10, contact=1, success=0.3).break_even_share, 4)
        0.1642
        """
        gained = self.leaver - self.stayer
        return -self.stayer / gained if gained > 0 else np.inf


@dataclass(frozen=True)
class Ranked:
    """Leavers found among the riskiest customers, for every size of list.

    ``customers`` and ``leavers`` are cumulated at each distinct score, the riskiest first, and begin
    with zero; between two of them, equals share their places evenly.
    """

    customers: Floats
    leavers: Floats

    @classmethod
    def of(cls, outcomes: Floats, scores: Floats) -> Ranked:
        """Cumulate outcomes by falling score."""
        order, last_of_tie = by_falling(scores)
        return cls.cumulated(outcomes[order], np.ones(len(order)), last_of_tie)

    @classmethod
    def cumulated(cls, outcomes: Floats, weights: Floats, last_of_tie: NDArray[np.intp]) -> Ranked:
        """Cumulate outcomes that are in order already, each row counting ``weights`` times."""
        customers = np.cumsum(weights)[last_of_tie]
        leavers = np.cumsum(weights * outcomes)[last_of_tie]
        return cls(np.r_[0.0, customers], np.r_[0.0, leavers])

    def found(self, size: float | Floats) -> Floats:
        """How many leavers are among the riskiest ``size`` customers.

        >>> ranked = Ranked.of(np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.4, 0.4]))
        >>> ranked.found(np.array([1.0, 2.0, 3.0])).tolist()
        [1.0, 1.5, 2.0]
        """
        return np.asarray(np.interp(size, self.customers, self.leavers))

    def best(self, costs: Costs) -> tuple[int, float]:
        """The list size with the highest profit, and that profit; the smaller of two that tie.

        Size 0 brings nothing and costs nothing, so the profit is never below zero. Found on customers
        whose outcome is known, it is what a list could have brought, a little rosier than the next.
        """
        profit = np.asarray(costs.of_list(self.leavers, self.customers))
        best = int(np.argmax(profit))
        return round(float(self.customers[best])), float(profit[best])


def by_falling(scores: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The order of falling scores, and the last place of each distinct one."""
    order = np.argsort(-scores, kind="stable")
    return order, np.flatnonzero(np.r_[np.diff(scores[order]) != 0, len(order) > 0])


REFERENCE_COSTS = Costs(value=200.0, incentive=10.0, contact=1.0, success=0.3)
"""The published defaults of the measure, so that figures can be compared across companies."""


@dataclass(frozen=True)
class MaximumProfit:
    """The expected maximum profit a customer, and the share of customers contacted for it."""

    profit: float
    share: float


def expected_maximum_profit(
    outcomes: Floats,
    scores: Floats,
    costs: Costs = REFERENCE_COSTS,
    *,
    alpha: float = 6.0,
    beta: float = 14.0,
) -> MaximumProfit:
    """What a ranking brings a customer when each campaign is cut at its best size (EMPC).

    How many of those who would leave can be kept is not known beforehand: it follows a beta
    distribution with ``alpha`` and ``beta``, of mean 0.3, and ``costs.success`` is not read. NaN when
    everybody left or everybody stayed. Verbraken, Verbeke and Baesens, "A novel profit maximizing
    metric for measuring classification performance of customer churn prediction models", IEEE TKDE 25
    (2013); written as integrals over the convex hull of the ROC curve.
    """
    ranked = Ranked.of(outcomes, scores)
    total = float(len(outcomes))
    leavers = float(outcomes.sum())
    if not 0 < leavers < total or costs.value <= costs.incentive:
        return MaximumProfit(float("nan"), float("nan"))
    found, wasted = _hull(ranked.leavers / total, (ranked.customers - ranked.leavers) / total)
    gained = np.diff(found) * (costs.value - costs.incentive)
    spent = np.diff(found) * costs.contact - np.diff(wasted) * costs.stayer
    steps = np.divide(spent, gained, out=np.full(len(spent), np.inf), where=gained > 0)
    # From each success rate on it pays to go one corner further down the list.
    rates = np.clip(np.r_[0.0, steps, 1.0], 0.0, 1.0)
    chance, mean = _beta_moments(rates, alpha, beta)
    income = (costs.value - costs.incentive) * found
    outlay = costs.contact * found - costs.stayer * wasted
    return MaximumProfit(float(income @ mean - outlay @ chance), float((found + wasted) @ chance))


def _beta_moments(rates: Floats, alpha: float, beta: float) -> tuple[Floats, Floats]:
    """The chance of each stretch between rates, and the integral of the rate over it."""
    from scipy.special import betainc

    chance = np.diff(betainc(alpha, beta, rates))
    mean = np.diff(betainc(alpha + 1.0, beta, rates)) * alpha / (alpha + beta)
    return chance, mean


def _hull(found: Floats, wasted: Floats) -> tuple[Floats, Floats]:
    """The corners of the upper convex hull of ``found`` over ``wasted``, both rising from zero."""
    while True:
        rise, run = np.diff(found), np.diff(wasted)
        # A point on or below the line between its neighbours is no corner, whatever else goes.
        is_corner = rise[:-1] * run[1:] > rise[1:] * run[:-1]
        if is_corner.all():
            return found, wasted
        kept = np.r_[True, is_corner, True]
        found, wasted = found[kept], wasted[kept]
