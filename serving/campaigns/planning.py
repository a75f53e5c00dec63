"""Whom to contact and how, so that it brings most within a budget: one of the company's contacts a customer, or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import UsageRefused, WorkspaceRefused, did_you_mean
from features.vocabulary.progress import Progress, silent
from serving.offers.allocation.allocation import Allocation, allocate
from serving.offers.allocation.budgets import Budget
from serving.offers.arbitration import NOTHING
from serving.snapshot.reading import Snapshot
from training.actions.actions import Action, retention_chances
from training.actions.assumed import still_to_lose
from training.actions.lifts import SHARED
from training.actions.net_gain import net_gains_cents
from training.measures.incremental.student import two_sided

BUDGET = "budget in cents"
MOST_HELD_OUT_PERCENT = 90


@dataclass(frozen=True)
class PlanLimits:
    """What a plan may spend, and on whom.

    ``budget_cents`` is what contacts may cost in all and ``most`` how many customers are contacted at most, None without a limit;
    ``capacities`` are so many contacts of a kind. ``actions`` are the contacts that may be used and ``statuses`` those of the customers, all
    where empty. Of a hundred planned customers ``hold_out_percent`` are held out and cost nothing.
    """

    budget_cents: int | None = None
    most: int | None = None
    capacities: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    actions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    hold_out_percent: int = 10

    def capacity_of(self, action: Action) -> int | None:
        """So many contacts of a kind at most, as the limits say or else the company; None without a limit."""
        return self.capacities.get(action.name, action.capacity_customers or None)

    @property
    def contacted_share(self) -> float:
        """The share of the planned customers who are contacted."""
        return 1.0 - self.hold_out_percent / 100


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
    actions = _allowed_actions(snapshot, limits)
    places = _allowed_places(snapshot, limits, elsewhere)
    keys = snapshot.ranking.customer_keys[places]
    statuses = snapshot.lifecycle_status[keys]
    risk = np.asarray(snapshot.ranking.probability[places], np.float64)
    money = np.maximum(snapshot.retained_cents(places), 0.0)
    gains = net_gains_cents(actions, statuses, risk, money)
    budgets = _budgets(actions, limits)
    found = allocate(gains, budgets, progress=progress)
    rows = np.flatnonzero(found.offers != NOTHING)
    chosen = found.offers[rows]
    costs = np.array([one.cost_cents for one in actions], np.float64)
    beyond = gains[rows, chosen] - _paid(found, budgets, len(actions))[chosen]
    order = np.lexsort((places[rows], -beyond))
    rows, chosen = rows[order], chosen[order]
    leaving = np.array([one.leaving for one in actions], np.float64)
    return ContactPlan(
        actions=actions,
        limits=limits,
        considered=len(places),
        places=places[rows],
        chosen=chosen,
        statuses=statuses[rows],
        risk=risk[rows],
        still_to_lose=np.asarray(
            still_to_lose(risk[rows], leaving[chosen, statuses[rows].astype(np.intp)])
        ),
        chance_kept=retention_chances(actions, statuses[rows], risk[rows])[
            np.arange(len(rows)), chosen
        ],
        if_kept_cents=money[rows],
        cost_cents=costs[chosen],
        gain_cents=gains[rows, chosen],
        prices=found.prices,
    )


def _allowed_actions(snapshot: Snapshot, limits: PlanLimits) -> tuple[Action, ...]:
    if not snapshot.actions:
        raise WorkspaceRefused(
            expected="scores that know what could be done about a customer",
            found="a model of something else than leaving, purchases without money, or no contact in [actions]",
            remedy="See `docs/actions.md`; then run `regulars score` again.",
        )
    if not 0 <= limits.hold_out_percent <= MOST_HELD_OUT_PERCENT:
        raise UsageRefused(
            expected=f"a hold-out of 0 to {MOST_HELD_OUT_PERCENT} percent",
            found=str(limits.hold_out_percent),
            remedy="Ten to twenty are usual.",
        )
    names = [one.name for one in snapshot.actions]
    for one in (*limits.actions, *limits.capacities):
        if one not in names:
            raise UsageRefused(
                expected=f"a contact out of {', '.join(names)}",
                found=f'"{one}"',
                remedy=did_you_mean(one, names),
            )
    return tuple(one for one in snapshot.actions if one.name in (limits.actions or names))


def _allowed_places(
    snapshot: Snapshot, limits: PlanLimits, elsewhere: Collection[str]
) -> NDArray[np.intp]:
    """Who may be planned, by their place in the ranking."""
    words = [one.word for one in LifecycleStatus]
    for one in limits.statuses:
        if one not in words:
            raise UsageRefused(
                expected=f"a status out of {', '.join(words)}",
                found=f'"{one}"',
                remedy=did_you_mean(one, words),
            )
    places = snapshot.shown_places
    keys = snapshot.ranking.customer_keys[places]
    is_allowed: Truths = snapshot.has_refused_contact[keys] == 0
    taken = [key for one in elsewhere if (key := snapshot.find(one)) >= 0]
    is_allowed &= ~np.isin(keys, np.array(taken, np.int64))
    if limits.statuses:
        wanted = [words.index(one) for one in limits.statuses]
        is_allowed &= np.isin(snapshot.lifecycle_status[keys], wanted)
    return places[is_allowed]


def _budgets(actions: Sequence[Action], limits: PlanLimits) -> list[Budget]:
    """The limits as budgets; whoever is held out takes nothing of any."""
    share = limits.contacted_share
    found = []
    if limits.budget_cents is not None:
        costs = np.array([one.cost_cents for one in actions], np.float64)
        found.append(Budget(BUDGET, float(limits.budget_cents), share * costs))
    if limits.most is not None:
        found.append(Budget("customers", float(limits.most), np.full(len(actions), share)))
    for place, one in enumerate(actions):
        capacity = limits.capacity_of(one)
        if capacity is not None:
            uses = np.zeros(len(actions))
            uses[place] = share
            found.append(Budget(one.name, float(capacity), uses))
    return found


def _paid(found: Allocation, budgets: Sequence[Budget], actions: int) -> Floats:
    """What each contact pays for its share of the budgets, at their prices."""
    paid = np.zeros(actions)
    for one in budgets:
        paid += found.prices[one.name] * np.asarray(one.uses, np.float64)
    return paid
