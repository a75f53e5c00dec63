"""The curve of a plan rises ever more slowly, keeps the other limits, and ends where no contact pays any more."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.campaigns.plannable import PlanLimits, Plannable, plannable
from serving.campaigns.planning import plan_of
from serving.campaigns.plans.profit_curve import CurvePoint, profit_curve
from serving.snapshot.reading import Snapshot
from training.actions.actions import ASSUMED, Action

CALL = Action("call", "phone", 300, (0.2,) * 7, ASSUMED)
MAIL = Action("mail", "email", 100, (0.1,) * 7, ASSUMED)


def customers(gains_cents: list[list[float]], limits: PlanLimits) -> Plannable:
    """Customers of these gains by call and mail, the first in front in the ranking."""
    gains = np.array(gains_cents, np.float64).reshape(-1, 2)
    places = np.arange(len(gains))
    statuses, money = np.zeros(len(gains), np.int8), np.full(len(gains), 1_000.0)
    risk = np.full(len(gains), 0.5)
    return Plannable((CALL, MAIL), limits, places, places, statuses, risk, money, gains)


def curve_of(one: Plannable) -> list[tuple[float, float]]:
    return [(point.spend_cents, point.gain_cents) for point in profit_curve(one, plan_of(one))]


def test_the_best_contact_for_the_money_comes_first_and_a_dearer_one_where_there_is_more() -> None:
    # A mail brings 5 for each cent; the call in its place 1 more for each of two further cents.
    one = customers([[700.0, 500.0]], PlanLimits(hold_out_percent=0))
    assert curve_of(one) == [(0.0, 0.0), (100.0, 500.0), (300.0, 700.0)]


def test_whoever_is_held_out_costs_and_brings_nothing() -> None:
    one = customers([[700.0, 500.0]], PlanLimits(hold_out_percent=20))
    assert curve_of(one)[-1] == pytest.approx((240.0, 560.0))


def test_no_more_are_called_than_can_be_and_no_more_contacted_than_may_be() -> None:
    gains = [[900.0, -1.0], [800.0, -1.0], [700.0, -1.0]]
    capacity = PlanLimits(capacities={"call": 2}, hold_out_percent=0)
    assert curve_of(customers(gains, capacity))[-1] == (600.0, 1_700.0)
    most = PlanLimits(most=1, hold_out_percent=0)
    assert curve_of(customers(gains, most))[-1] == (300.0, 900.0)


def test_where_nobody_pays_nothing_is_spent() -> None:
    assert curve_of(customers([], PlanLimits())) == [(0.0, 0.0)]


@given(
    st.lists(
        st.tuples(st.integers(-500, 3_000), st.integers(-200, 2_000)), min_size=1, max_size=30
    ),
    st.integers(0, 90),
)
def test_it_rises_ever_more_slowly_to_what_all_bring_who_pay(
    gains: list[tuple[int, int]], percent: int
) -> None:
    kept = [[float(one), float(two)] for one, two in gains if max(one, two) > 0]
    curve = curve_of(customers(kept, PlanLimits(hold_out_percent=percent)))
    assert all(earlier < later for earlier, later in pairwise(curve))
    steps = np.diff(np.array(curve), axis=0)
    returns = steps[:, 1] / np.maximum(steps[:, 0], 1e-9)
    assert (np.diff(returns) <= 1e-6 * returns[:-1]).all()
    best = (1 - percent / 100) * sum(max(one) for one in kept)
    assert curve[-1][1] == pytest.approx(best)


def test_a_plan_under_a_budget_lies_on_it(snapshot: Snapshot) -> None:
    free = plannable(snapshot, PlanLimits(hold_out_percent=0), np.zeros(0, np.int64))
    curve = profit_curve(free, plan_of(free))
    spends = [one.spend_cents for one in curve]
    half = int(curve[-1].spend_cents / 2)
    limits = PlanLimits(budget_cents=half, hold_out_percent=0)
    found = plan_of(plannable(snapshot, limits, np.zeros(0, np.int64))).totals
    expected = np.interp(found.spend_cents, spends, [one.gain_cents for one in curve])
    assert found.gain_cents == pytest.approx(expected, rel=0.02)
    assert found.gain_cents <= curve[-1].gain_cents
    assert curve[0] == CurvePoint(0.0, 0.0)
