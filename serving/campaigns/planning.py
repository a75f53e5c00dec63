"""Whom to contact and how, so that it brings most within a budget: one of the company's contacts a customer, or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.progress import Progress, silent
from serving.campaigns.plannable import PlanLimits, Plannable, keys_of, plannable
from serving.offers.allocation.allocation import Allocation, allocate
from serving.offers.allocation.budgets import Budget
from serving.offers.arbitration import NOTHING
from serving.snapshot.reading import Snapshot
from training.actions.actions import Action, retention_chances
from training.actions.assumed import still_to_lose
from training.actions.lifts import SHARED
from training.measures.incremental.student import two_sided

MOST_BY_PROGRAMME = 15_000
"""Customers times contacts up to which the programme itself is solved; prices are found many times sooner beyond that."""


@dataclass(frozen=True)
class PlannedPart:
    """What a plan expects of those of one contact or one status who will be contacted, in customers and cents."""

    customers: float
    spend_cents: float
    kept: float
    gain_cents: float
    mean_risk: float


@dataclass(frozen=True)
class ContactPlan:
    """The customers of a plan, those of the highest gain beyond their share of the budget first: one entry a customer in every array.

    ``places`` are those in the ranking of the scores and ``chosen`` the place of each customer's contact among ``actions``. ``still_to_lose`` is the
    chance that a customer leaves and has not left yet, ``chance_kept`` that the contact keeps them; gains are net of the cost. ``considered``
    counts everybody the limits allowed. ``prices`` says what one more unit of each limit would bring, in cents.
    """

    actions: tuple[Action, ...]
    limits: PlanLimits
    considered: int
    places: NDArray[np.intp]
    chosen: NDArray[np.int64]
    statuses: NDArray[np.int8]
    risk: Floats
    still_to_lose: Floats
    chance_kept: Floats
    if_kept_cents: Floats
    cost_cents: Floats
    gain_cents: Floats
    prices: Mapping[str, float]

    @property
    def customers(self) -> int:
        """How many customers are planned, those to be held out among them."""
        return len(self.places)

    @cached_property
    def totals(self) -> PlanTotals:
        """What is expected of the customers who will be contacted."""
        share = self.limits.contacted_share
        return PlanTotals(
            customers=share * self.customers,
            spend_cents=share * float(self.cost_cents.sum()),
            leavers_reached=share * float(self.still_to_lose.sum()),
            gone_anyway=share * float((self.risk - self.still_to_lose).sum()),
            staying_anyway=share * float((1.0 - self.risk).sum()),
            kept=share * float(self.chance_kept.sum()),
            gain_cents=share * float(self.gain_cents.sum()),
            gain_deviation_cents=share * self._deviation_cents(),
        )

    @cached_property
    def by_contact(self) -> tuple[tuple[Action, PlannedPart], ...]:
        """What is expected of each contact that may be used, in the company's order."""
        return tuple(
            (one, self._part(self.chosen == place)) for place, one in enumerate(self.actions)
        )

    @cached_property
    def by_status(self) -> tuple[tuple[LifecycleStatus, PlannedPart], ...]:
        """What is expected of the customers of each status that is in the plan."""
        parts = ((one, self.statuses == one) for one in LifecycleStatus)
        return tuple((one, self._part(mine)) for one, mine in parts if mine.any())

    def _part(self, mine: Truths) -> PlannedPart:
        share, customers = self.limits.contacted_share, int(mine.sum())
        return PlannedPart(
            customers=share * customers,
            spend_cents=share * float(self.cost_cents[mine].sum()),
            kept=share * float(self.chance_kept[mine].sum()),
            gain_cents=share * float(self.gain_cents[mine].sum()),
            mean_risk=float(self.risk[mine].mean()) if customers else 0.0,
        )

    def _deviation_cents(self) -> float:
        """How unsure the gain is, since the effects are: a measured one by its interval, an assumed one by as much as is assumed.

        Assumptions err together for the most part, as ``lifts.py`` believes of them.
        """
        brings = self.chance_kept * self.if_kept_cents
        assumed, measured = [0.0], 0.0
        for place, one in enumerate(self.actions):
            mine = float(brings[self.chosen == place].sum())
            if one.measurement is None or not one.measurement.mean:
                assumed.append(mine)
            else:
                half = (one.measurement.high - one.measurement.low) / 2 / two_sided()
                measured += (mine * half / one.measurement.mean) ** 2
        together, apart = sum(assumed) ** 2, sum(mine**2 for mine in assumed)
        return float(np.sqrt(SHARED * together + (1.0 - SHARED) * apart + measured))


@dataclass(frozen=True)
class PlanTotals:
    """What is expected of a plan's contacted customers, in customers and cents.

    Who is contacted leaves and can be reached, is gone anyway or stays anyway: the three add up to ``customers``. ``gain_deviation_cents`` is one
    standard deviation of the gain, by how unsure the effects of the contacts are.
    """

    customers: float
    spend_cents: float
    leavers_reached: float
    gone_anyway: float
    staying_anyway: float
    kept: float
    gain_cents: float
    gain_deviation_cents: float

    @property
    def gain_low_cents(self) -> float:
        """The lower end of the gain at 95 percent."""
        return self.gain_cents - two_sided() * self.gain_deviation_cents

    @property
    def gain_high_cents(self) -> float:
        """The upper end of the gain at 95 percent."""
        return self.gain_cents + two_sided() * self.gain_deviation_cents


def planned(
    snapshot: Snapshot,
    limits: PlanLimits,
    *,
    elsewhere: Collection[str] = (),
    progress: Progress = silent,
) -> ContactPlan:
    """The customers and contacts that are expected to bring most within the limits.

    Nobody is planned who refused contact, objected, was erased or is ``elsewhere``, in a campaign that still runs, and nobody whose contact is
    expected to cost more than it brings. Raises
    ``WorkspaceRefused`` where the scores know no contacts and ``UsageRefused`` for a contact or a status that is none, or a hold-out of everybody.
    """
    return plan_of(plannable(snapshot, limits, keys_of(snapshot, elsewhere)), progress=progress)


def plan_of(one: Plannable, *, progress: Progress = silent) -> ContactPlan:
    """The choice of contacts that is expected to bring most within the limits."""
    actions, budgets = one.actions, one.budgets
    found = allocate(
        one.gains_cents, budgets, progress=progress, most_by_programme=MOST_BY_PROGRAMME
    )
    rows = np.flatnonzero(found.offers != NOTHING)
    chosen = found.offers[rows]
    beyond = one.gains_cents[rows, chosen] - _paid(found, budgets, len(actions))[chosen]
    order = np.lexsort((one.places[rows], -beyond))
    rows, chosen = rows[order], chosen[order]
    statuses, risk = one.statuses[rows], one.risk[rows]
    leaving = np.array([action.leaving for action in actions], np.float64)
    return ContactPlan(
        actions=actions,
        limits=one.limits,
        considered=len(one.considered),
        places=one.places[rows],
        chosen=chosen,
        statuses=statuses,
        risk=risk,
        still_to_lose=np.asarray(
            still_to_lose(risk, leaving[chosen, statuses.astype(np.intp)]), np.float64
        ),
        chance_kept=retention_chances(actions, statuses, risk)[np.arange(len(rows)), chosen],
        if_kept_cents=one.if_kept_cents[rows],
        cost_cents=one.costs_cents[chosen],
        gain_cents=one.gains_cents[rows, chosen],
        prices=found.prices,
    )


def _paid(found: Allocation, budgets: Sequence[Budget], actions: int) -> Floats:
    """What each contact pays for its share of the budgets, at their prices."""
    paid = np.zeros(actions)
    for one in budgets:
        paid += found.prices[one.name] * np.asarray(one.uses, np.float64)
    return paid
