"""Whoever decides in a company that answers: what they do each month, what it costs, and what it truly brings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from experiments.bench.year.known import KnownToday, ScoredToday
from experiments.world.answering.actions_taken import KINDS
from experiments.world.answering.company import AnsweringCompany
from experiments.world.answering.prospects import Prospects
from features.vocabulary.arrays import Floats, Ints
from serving.offers.allocation.allocation import allocate
from serving.offers.allocation.budgets import Budget
from serving.offers.arbitration import NOTHING

COST_CENTS = {"call": 500, "letter": 150, "mail": 10}
"""What contacts cost, as ``[actions]`` has it by default."""
MONTH_DAYS, REST_DAYS = 30, 90
"""Nobody is contacted who was so few days ago: while it works another does half as much, and the product plans nobody in a campaign that still runs."""
RANKED_SHARE = 0.1


@dataclass
class Arm:
    """One way to decide in a company of its own, with what each month brought beyond doing nothing from then on, less its cost."""

    name: str
    company: AnsweringCompany
    net_cents: list[float] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)

    def act(self, prospects: Prospects, contacted: Ints, kinds: Ints) -> None:
        """Contact some customers today, each in one way, and keep what that truly brings."""
        net = 0.0
        for place, kind in enumerate(KINDS):
            mine = np.sort(contacted[kinds == place])
            if len(mine):
                gain = prospects.margin_cents(self.company, kind, mine)
                gain = gain - prospects.margin_cents(self.company, None, mine)
                net += float(gain.sum()) - COST_CENTS[kind] * len(mine)
        for place, kind in enumerate(KINDS):
            self.company.contact(contacted[kinds == place], kind)
        self.net_cents.append(net)
        self.contacts.append(len(contacted))

    @property
    def year_cents(self) -> float:
        """What the year brought beyond a company left alone."""
        return float(np.sum(self.net_cents))


def by_rule(
    arm: Arm, rule: str, kind: str, known: KnownToday, budget_cents: float
) -> tuple[Ints, Ints]:
    """The first tenth by a rule, or at random as many as the budget pays for, in one way; nobody again before their rest is over."""
    order = known.numbers[np.argsort(-known.orders[rule], kind="stable")]
    order = order[~np.isin(order, _resting(arm))]
    affordable = int(budget_cents // COST_CENTS[kind])
    tenth = round(RANKED_SHARE * len(known.numbers))
    first = order[: affordable if rule == "random" else min(affordable, tenth)]
    return first, np.full(len(first), KINDS.index(kind))


def by_truth(
    arm: Arm, prospects: Prospects, known: KnownToday, budget_cents: float
) -> tuple[Ints, Ints]:
    """Whoever it truly pays to contact, in the way that brings most within the budget of a rest; who has left already is known, too.

    What brings most for its money comes first, up to the month's budget: whom a call suits best waits for the money of next month, rather than
    that a cheap contact is spent on them.
    """
    numbers = np.setdiff1d(known.numbers, _resting(arm))
    alone = prospects.margin_cents(arm.company, None, numbers)
    gains: Floats = np.column_stack(
        [
            prospects.margin_cents(arm.company, kind, numbers) - alone - COST_CENTS[kind]
            for kind in KINDS
        ]
    )
    costs = np.array([COST_CENTS[kind] for kind in KINDS], np.float64)
    months = REST_DAYS / MONTH_DAYS
    chosen = allocate(gains, [Budget("budget", months * budget_cents, costs)]).offers
    rows = np.flatnonzero(chosen != NOTHING)
    rows = rows[np.argsort(-gains[rows, chosen[rows]] / costs[chosen[rows]], kind="stable")]
    rows = rows[np.cumsum(costs[chosen[rows]]) <= budget_cents]
    return numbers[rows], chosen[rows]


def by_scores(
    arm: Arm, known: KnownToday, scored: ScoredToday, budget_cents: float
) -> tuple[Ints, Ints]:
    """Whom the product's arithmetic would contact within the budget, without a lot."""
    rows = np.flatnonzero(~np.isin(known.numbers, _resting(arm)))
    gains = scored.gains_cents[rows]
    costs = np.array([one.cost_cents for one in scored.actions], np.float64)
    chosen = allocate(gains, [Budget("budget", budget_cents, costs)]).offers
    taken = np.flatnonzero(chosen != NOTHING)
    kinds = np.array([KINDS.index(one.name) for one in scored.actions])
    return known.numbers[rows[taken]], kinds[chosen[taken]]


def truly_stay(arm: Arm, prospects: Prospects, known: KnownToday) -> Floats:
    """By how much each contact truly raises the chance that a customer stays while it works, [customers, kinds]."""
    order = np.argsort(known.numbers)
    numbers, found = known.numbers[order], np.empty((len(order), len(KINDS)))
    alone = prospects.stays(arm.company, None, REST_DAYS, numbers)
    for place, kind in enumerate(KINDS):
        found[order, place] = prospects.stays(arm.company, kind, REST_DAYS, numbers) - alone
    return found


def _resting(arm: Arm) -> Ints:
    """Who was contacted so shortly ago that it still works."""
    taken = arm.company.taken
    return taken.person[taken.day > arm.company.day - REST_DAYS]
