"""A plan is what brings most within its limits, by a reckoning of its own over the columns of the scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.errors import UsageRefused
from serving.campaigns.plannable import BUDGET, PlanLimits
from serving.campaigns.planning import ContactPlan, planned
from serving.ledger.privacy import Withheld
from serving.snapshot.reading import Snapshot

NOBODY_HELD_OUT = PlanLimits(hold_out_percent=0)


def gains(snapshot: Snapshot, name: str) -> NDArray[np.float64]:
    """The net gain of one contact for each place in the ranking, by the formula of the documentation; minus infinity of who refused."""
    action = {one.name: one for one in snapshot.actions}[name]
    keys = snapshot.ranking.customer_keys
    status = snapshot.lifecycle_status[keys]
    risk = snapshot.ranking.probability
    leaving = np.array(action.leaving)[status]
    losable = risk * np.minimum(leaving * (1 - risk), 1.0)
    money = np.maximum(snapshot.spend_cents[keys], 0)
    found = np.array(action.keeps)[status] * losable * money - action.cost_cents
    return np.where(snapshot.has_refused_contact[keys] != 0, -np.inf, found)


def chosen(plan: ContactPlan) -> dict[int, str]:
    return {
        int(place): plan.actions[action].name
        for place, action in zip(plan.places, plan.chosen, strict=True)
    }


def test_without_limits_everybody_has_the_contact_that_gains_most_and_nobody_a_loss(
    snapshot: Snapshot,
) -> None:
    plan = planned(snapshot, NOBODY_HELD_OUT)
    by_contact = np.column_stack([gains(snapshot, one.name) for one in snapshot.actions])
    names = [one.name for one in snapshot.actions]
    expected = {
        place: names[int(row.argmax())] for place, row in enumerate(by_contact) if row.max() > 0
    }
    assert chosen(plan) == expected and len({*expected.values()}) > 1
    assert plan.totals.gain_cents == pytest.approx(by_contact.max(axis=1).clip(0).sum())
    assert plan.considered == int(
        (snapshot.has_refused_contact[snapshot.ranking.customer_keys] == 0).sum()
    )


@pytest.mark.parametrize("most", [0, 1, 7])
def test_of_one_contact_those_of_the_highest_gain_are_taken(snapshot: Snapshot, most: int) -> None:
    mine = gains(snapshot, "mail")
    best = np.argsort(-mine, kind="stable")[:most]
    limits = PlanLimits(capacities={"mail": most}, actions=("mail",), hold_out_percent=0)
    assert set(planned(snapshot, limits).places) == set(best)
    budget = most * snapshot.actions[-1].cost_cents
    by_money = PlanLimits(budget_cents=budget, actions=("mail",), hold_out_percent=0)
    assert set(planned(snapshot, by_money).places) == set(best)


def test_a_budget_is_kept_and_says_what_one_more_cent_would_bring(snapshot: Snapshot) -> None:
    free = planned(snapshot, NOBODY_HELD_OUT)
    half = int(free.totals.spend_cents) // 2
    plan = planned(snapshot, PlanLimits(budget_cents=half, hold_out_percent=0))
    assert 0 < plan.totals.spend_cents <= half
    assert plan.totals.gain_cents < free.totals.gain_cents
    assert plan.prices[BUDGET] > 0
    more = planned(snapshot, PlanLimits(budget_cents=half + 500, hold_out_percent=0))
    assert more.totals.gain_cents >= plan.totals.gain_cents


def test_whoever_is_held_out_costs_nothing_so_that_as_many_more_are_planned(
    snapshot: Snapshot,
) -> None:
    limits = PlanLimits(capacities={"mail": 8}, actions=("mail",))
    everybody = planned(snapshot, replace(limits, hold_out_percent=0))
    with_hold_out = planned(snapshot, replace(limits, hold_out_percent=20))
    assert (everybody.customers, with_hold_out.customers) == (8, 10)
    assert with_hold_out.totals.customers == pytest.approx(8)


def test_who_is_contacted_leaves_is_gone_or_stays_and_the_three_add_up(snapshot: Snapshot) -> None:
    found = planned(snapshot, PlanLimits(hold_out_percent=10)).totals
    assert found.leavers_reached + found.gone_anyway + found.staying_anyway == pytest.approx(
        found.customers
    )
    assert min(found.leavers_reached, found.gone_anyway, found.staying_anyway) > 0
    assert 0 < found.kept < found.leavers_reached
    assert found.gain_low_cents < found.gain_cents < found.gain_high_cents


def test_an_assumption_is_as_unsure_as_it_is_large(snapshot: Snapshot) -> None:
    plan = planned(snapshot, PlanLimits(actions=("mail",), hold_out_percent=0))
    brings = float((plan.chance_kept * plan.if_kept_cents).sum())
    assert plan.totals.gain_deviation_cents == pytest.approx(brings)


def test_nobody_is_planned_who_is_withheld_or_in_a_campaign_that_still_runs(
    snapshot: Snapshot,
) -> None:
    first, second, third = planned(snapshot, NOBODY_HELD_OUT).places[:3]
    names = [
        snapshot.customer_ids[int(snapshot.ranking.customer_keys[one])]
        for one in (first, second, third)
    ]
    withheld = Withheld(objected=frozenset(names[:1]), erased=frozenset(names[1:2]))
    plan = planned(snapshot.without(withheld), NOBODY_HELD_OUT, elsewhere=[names[2], "nobody"])
    assert not {first, second, third} & set(plan.places)
    assert plan.customers == planned(snapshot, NOBODY_HELD_OUT).customers - 3


def test_only_customers_of_the_statuses_asked_for_are_planned(snapshot: Snapshot) -> None:
    plan = planned(snapshot, PlanLimits(statuses=("at_risk", "slowing"), hold_out_percent=0))
    assert {LifecycleStatus(int(one)).word for one in plan.statuses} == {"at_risk", "slowing"}


def test_those_of_the_highest_gain_stand_first(snapshot: Snapshot) -> None:
    plan = planned(snapshot, PlanLimits(actions=("mail",)))
    assert (np.diff(plan.gain_cents) <= 1e-9).all()


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (PlanLimits(actions=("cal",)), "call"),
        (PlanLimits(capacities={"letters": 3}), "letter"),
        (PlanLimits(statuses=("atrisk",)), "at_risk"),
        (PlanLimits(hold_out_percent=91), "0 to 90"),
    ],
)
def test_what_is_no_contact_no_status_or_no_hold_out_is_refused(
    snapshot: Snapshot, limits: PlanLimits, said: str
) -> None:
    with pytest.raises(UsageRefused, match=said):
        planned(snapshot, limits)
