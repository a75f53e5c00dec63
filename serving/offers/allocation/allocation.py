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
from serving.offers.allocation.budgets import AT_ONCE, SLACK, Budget, Budgeted, refused, shown
from serving.offers.allocation.prices import (
    FEASIBLE,
    cutting_planes,
    programme,
    whole_programme,
)
from serving.offers.allocation.repairs import exchange, fill, give_up, lift

MOST_BY_PROGRAMME = 200_000
"""Pairs of customer and offer up to which the programme itself is solved."""
MOST_IN_WHOLE = 2_000
"""Pairs up to which it is solved in whole customers where prices lead to less than it promises."""


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
    uses below zero, where not so many may be shown as must be, and where no choice is found that keeps all budgets.
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
    used = exchange(budgeted, chosen, used, prices)
    value = budgeted.value(*shown(chosen))
    is_kept = budgeted.is_satisfied(used)
    if not is_kept and values.size > most_by_programme:
        raise refused(FEASIBLE, "no choice that keeps them")
    if not is_kept or (values.size <= MOST_IN_WHOLE and value < bound - SLACK * max(bound, 1.0)):
        # Prices and repairs look at one customer after the other and may miss the few choices there are.
        whole = whole_programme(budgeted)
        if not is_kept or budgeted.value(*shown(whole)) > value:
            chosen = whole
            used, value = budgeted.used(*shown(chosen)), budgeted.value(*shown(chosen))
    names = [one.name for one in budgets]
    return Allocation(
        chosen,
        value,
        max(bound, value),
        dict(zip(names, map(float, prices), strict=True)),
        dict(zip(names, map(float, used), strict=True)),
    )
