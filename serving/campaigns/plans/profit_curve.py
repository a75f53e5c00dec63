"""What a campaign would bring by what it spends, from its best contacts to the last one that pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths
from serving.campaigns.plannable import Plannable
from serving.campaigns.planning import ContactPlan
from serving.offers.allocation.budgets import best_columns

POINTS = 16
"""So many prices of money are tried."""


@dataclass(frozen=True)
class CurvePoint:
    """What so much money would bring at least, in cents by expectation."""

    spend_cents: float
    gain_cents: float


def profit_curve(one: Plannable, plan: ContactPlan) -> tuple[CurvePoint, ...]:
    """The net gain by spend within all limits but the budget, from no money on; ``plan`` is the best choice without a budget.

    Each point is a choice that keeps the other limits, so that at least this is to be had. At each of several prices of money every customer
    has the contact that brings most once money and the other limits are paid for (the marginal gains of the plan), and where a limit
    runs short the best are taken.
    """
    share, costs = one.limits.contacted_share, one.costs_cents
    prices = np.zeros(len(one.actions))
    for budget in one.budgets:
        prices += plan.prices[budget.name] * np.asarray(budget.uses, np.float64)
    found = [CurvePoint(0.0, 0.0)]
    rows = np.arange(len(one.places))
    for price in _prices_of_money(one.gains_cents - prices, costs):
        after = one.gains_cents - (prices + price * costs)
        chosen, value = best_columns(after)
        takes = _within_limits(one, chosen, value)
        gain = share * float(one.gains_cents[rows[takes], chosen[takes]].sum())
        spend = share * float(costs[chosen[takes]].sum())
        if gain > found[-1].gain_cents and spend >= found[-1].spend_cents:
            found.append(CurvePoint(spend, gain))
    return tuple(found)


def _prices_of_money(gains_cents: Floats, costs_cents: Floats) -> Floats:
    """Prices of a cent, the highest first and none last, between which about as many contacts each begin to pay."""
    returns = (gains_cents / np.maximum(costs_cents, 1.0)).ravel()
    returns = returns[returns > 0]
    if not len(returns):
        return np.zeros(1)
    steps = np.linspace(1.0, 0.0, POINTS, endpoint=False)[1:]
    return np.append(np.quantile(returns, steps), 0.0)


def _within_limits(one: Plannable, chosen: NDArray[np.intp], after_cents: Floats) -> Truths:
    """Who is contacted: whoever pays, and the best of them where there are more than contacts of a kind or in all."""
    share, takes = one.limits.contacted_share, after_cents > 0
    for place, action in enumerate(one.actions):
        capacity = one.limits.capacity_of(action)
        if capacity is not None:
            mine = np.flatnonzero(takes & (chosen == place))
            takes[_beyond(mine, after_cents, int(capacity / share))] = False
    if one.limits.most is not None:
        mine = np.flatnonzero(takes)
        takes[_beyond(mine, after_cents, int(one.limits.most / share))] = False
    return np.asarray(takes)


def _beyond(customers: NDArray[np.intp], after_cents: Floats, most: int) -> NDArray[np.intp]:
    """Those who are left over where no more than ``most`` can be contacted, the best first."""
    if len(customers) <= most:
        return customers[:0]
    order = (
        np.argpartition(-after_cents[customers], most - 1) if most else np.arange(len(customers))
    )
    return customers[order[most:]]
