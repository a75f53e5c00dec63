"""Whom a campaign may contact: the limits a plan keeps to, and what each contact would bring of the customers they allow."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import UsageRefused, WorkspaceRefused, did_you_mean
from serving.offers.allocation.budgets import Budget
from serving.snapshot.reading import Snapshot
from training.actions.actions import Action
from training.actions.net_gain import net_gains_cents

BUDGET = "budget in cents"
CUSTOMERS = "customers"
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

    @property
    def asked(self) -> Hashable:
        """The limits as a key: the same for the same limits."""
        capacities = tuple(sorted(self.capacities.items()))
        names = tuple(sorted(self.actions)), tuple(sorted(self.statuses))
        return self.budget_cents, self.most, capacities, names, self.hold_out_percent


@dataclass(frozen=True)
class Plannable:
    """Whom limits allow to be planned, and what each contact would bring of those whom one of them pays for.

    ``considered`` are the places of everybody allowed in the ranking of the scores; the other arrays have an entry for each customer who pays,
    ``gains_cents`` one row for each and a column for each of ``actions``.
    """

    actions: tuple[Action, ...]
    limits: PlanLimits
    considered: NDArray[np.intp]
    places: NDArray[np.intp]
    statuses: NDArray[np.int8]
    risk: Floats
    if_kept_cents: Floats
    gains_cents: Floats

    @property
    def costs_cents(self) -> Floats:
        """What each contact costs."""
        return np.array([one.cost_cents for one in self.actions], np.float64)

    @property
    def budgets(self) -> list[Budget]:
        """The limits as budgets; whoever is held out takes nothing of any."""
        limits, share, found = self.limits, self.limits.contacted_share, list[Budget]()
        if limits.budget_cents is not None:
            found.append(Budget(BUDGET, float(limits.budget_cents), share * self.costs_cents))
        if limits.most is not None:
            uses = np.full(len(self.actions), share)
            found.append(Budget(CUSTOMERS, float(limits.most), uses))
        for place, one in enumerate(self.actions):
            capacity = limits.capacity_of(one)
            if capacity is not None:
                uses = np.zeros(len(self.actions))
                uses[place] = share
                found.append(Budget(one.name, float(capacity), uses))
        return found


def keys_of(snapshot: Snapshot, customer_ids: Collection[str]) -> NDArray[np.int64]:
    """The customers whom the scores know among some, by their keys."""
    found = (snapshot.find(one) for one in customer_ids)
    return np.array([key for key in found if key >= 0], np.int64)


def plannable(snapshot: Snapshot, limits: PlanLimits, taken: NDArray[np.int64]) -> Plannable:
    """Whom the limits allow to be planned, without those who are ``taken``; see ``planned``."""
    actions = _allowed_actions(snapshot, limits)
    places = _allowed_places(snapshot, limits, taken)
    statuses = snapshot.lifecycle_status[snapshot.ranking.customer_keys[places]]
    risk = np.asarray(snapshot.ranking.probability[places], np.float64)
    money = np.maximum(snapshot.retained_cents(places), 0.0)
    gains = net_gains_cents(actions, statuses, risk, money)
    # Whoever brings nothing by any contact is in no plan, and need not be looked at for every price.
    pays = gains.max(axis=1, initial=-np.inf) > 0
    return Plannable(
        actions=actions,
        limits=limits,
        considered=places,
        places=places[pays],
        statuses=statuses[pays],
        risk=risk[pays],
        if_kept_cents=money[pays],
        gains_cents=gains[pays],
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
    snapshot: Snapshot, limits: PlanLimits, taken: NDArray[np.int64]
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
    if len(taken):
        is_allowed &= ~np.isin(keys, taken)
    if limits.statuses:
        wanted = [words.index(one) for one in limits.statuses]
        is_allowed &= np.isin(snapshot.lifecycle_status[keys], wanted)
    return places[is_allowed]
