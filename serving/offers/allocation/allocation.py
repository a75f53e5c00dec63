"""Offers for a whole audience under budgets: what brings most in all, and what a cent of each budget is worth.

Small audiences are solved as a linear programme by HiGHS. Large ones by the prices of its budgets (Lagrange
multipliers, found by Kelley's cutting planes): at the right prices each customer alone chooses what the programme would.
The prices are also what the service may charge for a single decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.progress import Progress, silent
from serving.offers.allocation.budgets import AT_ONCE, Budget, Budgeted, shown
from serving.offers.allocation.prices import cutting_planes, programme
from serving.offers.allocation.repairs import fill, give_up, lift

MOST_BY_PROGRAMME = 200_000
"""Pairs of customer and offer up to which the programme itself is solved."""


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
    values: NDArray[np.floating],
    budgets: Sequence[Budget],
    *,
    progress: Progress = silent,
    most_by_programme: int = MOST_BY_PROGRAMME,
    at_once: int = AT_ONCE,
) -> Allocation:
    """At most one offer a customer so that values sum to most; minus infinity is what may not be shown.

    ``values`` has one row a customer and one column an offer. Raises ``UsageRefused`` for a budget below zero, for
    uses below zero, and where not so many may be shown as must be.
    """
    budgeted = Budgeted(values, budgets, at_once=at_once)
    budgeted.require()
    if budgets and values.size <= most_by_programme:
        prices, bound = programme(budgeted)
    else:
        prices, bound = cutting_planes(budgeted, progress)
    chosen = budgeted.chosen(prices)
    used = budgeted.used(*shown(chosen))
    used = give_up(budgeted, chosen, used, prices)
    used = lift(budgeted, chosen, used, prices)
    used = fill(budgeted, chosen, used, prices)
    value = budgeted.value(*shown(chosen))
    names = [one.name for one in budgets]
    return Allocation(
        chosen,
        value,
        max(bound, value),
        dict(zip(names, map(float, prices), strict=True)),
        dict(zip(names, map(float, used), strict=True)),
    )
