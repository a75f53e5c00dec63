"""Offers under budgets: against every possibility on small tables, and against the programme's bound on large ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from features.vocabulary.errors import UsageRefused
from serving.offers.allocation.allocation import allocate
from serving.offers.allocation.budgets import SLACK, Budget, Budgeted
from serving.offers.allocation.repairs import exchange, fill, give_up, lift
from serving.offers.arbitration import NOTHING


def best_that_keeps(values: np.ndarray, budgets: list[Budget]) -> float | None:
    """The most any choice brings that keeps every budget, by trying each; None where none does."""
    best = None
    for chosen in itertools.product(range(-1, values.shape[1]), repeat=len(values)):
        shown = [(row, offer) for row, offer in enumerate(chosen) if offer != NOTHING]
        if any(values[pair] == -np.inf for pair in shown):
            continue
        kept = []
        for one in budgets:
            used = sum(np.broadcast_to(one.uses, values.shape)[pair] for pair in shown)
            kept.append(used >= one.limit - 1e-9 if one.is_least else used <= one.limit + 1e-9)
        if all(kept):
            value = float(sum(values[pair] for pair in shown))
            best = value if best is None else max(best, value)
    return best


@st.composite
def audiences(draw: st.DrawFn) -> tuple[np.ndarray, list[Budget]]:
    """Four customers and three offers, the first two by email: caps, a minimum and money, in any mixture."""
    random = np.random.default_rng(draw(st.integers(0, 100_000)))
    values = np.round(random.normal(2, 4, (4, 3)), 2)
    values[random.random((4, 3)) < 0.15] = -np.inf
    cents = np.round(random.random((4, 3)) * 5, 2)
    possible = [
        Budget("customers", draw(st.integers(0, 4)), np.ones(3)),
        Budget("email", draw(st.integers(0, 4)), np.array([1.0, 1.0, 0.0])),
        Budget("cents", draw(st.integers(0, 9)), cents),
        Budget("new", draw(st.integers(0, 3)), np.array([0.0, 0.0, 1.0]), is_least=True),
        Budget("spent", draw(st.integers(0, 6)), cents, is_least=True),
    ]
    return values, draw(st.lists(st.sampled_from(possible), unique_by=lambda one: one.name))


@settings(max_examples=60)
@given(audiences(), st.sampled_from([0, 10_000]), st.integers(1, 5))
def test_of_all_choices_that_keep_every_budget_the_best_is_taken(
    audience: tuple[np.ndarray, list[Budget]], most_by_programme: int, at_once: int
) -> None:
    values, budgets = audience
    best = best_that_keeps(values, budgets)
    try:
        found = allocate(values, budgets, most_by_programme=most_by_programme, at_once=at_once)
    except UsageRefused:
        # By prices alone a choice may be missed, and is refused; none is made that breaks a budget.
        assert best is None or not most_by_programme
        return
    assert best is not None and found.value == pytest.approx(best, rel=1e-4, abs=1e-6)
    rows = np.flatnonzero(found.offers != NOTHING)
    assert found.value == pytest.approx(float(values[rows, found.offers[rows]].sum()))
    assert found.bound >= best - 1e-6
    for one in budgets:
        used = float(np.broadcast_to(one.uses, values.shape)[rows, found.offers[rows]].sum())
        assert found.used[one.name] == pytest.approx(used)
        assert used >= one.limit - 1e-9 if one.is_least else used <= one.limit + 1e-9


@pytest.mark.parametrize("most_by_programme", [0, 10_000])
def test_budgets_that_contradict_one_another_are_refused(most_by_programme: int) -> None:
    """Two customers must be shown the new offer, and one alone may be shown anything."""
    budgets = [
        Budget("customers", 1, np.ones(2)),
        Budget("new", 2, np.array([0.0, 1.0]), is_least=True),
    ]
    with pytest.raises(UsageRefused, match="all be kept"):
        allocate(np.ones((3, 2)), budgets, most_by_programme=most_by_programme)


def test_money_is_not_overspent_to_show_what_must_be_shown() -> None:
    """The new offer costs 3 of a budget of 3, to whomever it is shown; what is left buys nothing else."""
    values = np.array([[9.0, -5.0], [8.0, -np.inf], [7.0, -1.0]])
    budgets = [
        Budget("cents", 3.0, np.array([1.0, 3.0])),
        Budget("new", 1.0, np.array([0.0, 1.0]), is_least=True),
    ]
    found = allocate(values, budgets)
    assert found.offers.tolist() == [NOTHING, NOTHING, 1]
    assert (found.value, found.used) == (-1.0, {"cents": 3.0, "new": 1.0})


@pytest.mark.parametrize(
    ("limit", "shown"), [(0.0, 0), (0.99, 0), (1.0, 1), (1.01, 1), (2.0, 2), (3.0, 3), (9.0, 3)]
)
def test_a_cap_is_used_up_and_not_exceeded(limit: float, shown: int) -> None:
    values = np.array([[5.0], [4.0], [3.0], [0.0], [-1.0]])
    for most_by_programme in (0, 10_000):
        budgets = [Budget("customers", limit, np.ones(1))]
        found = allocate(values, budgets, most_by_programme=most_by_programme)
        assert found.offers.tolist() == [0] * shown + [NOTHING] * (5 - shown)
        assert found.used == {"customers": shown}


def best_of_all(values: np.ndarray, cost: np.ndarray, limit: float) -> float:
    """The most any choice brings, by trying each."""
    best = 0.0
    for chosen in itertools.product(range(-1, values.shape[1]), repeat=len(values)):
        shown = [(row, offer) for row, offer in enumerate(chosen) if offer != NOTHING]
        if sum(cost[offer] for _, offer in shown) <= limit:
            best = max(best, sum(values[row, offer] for row, offer in shown))
    return best


@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_within_a_budget_of_single_customers_nothing_brings_more(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = np.round(random.normal(2, 4, (4, 3)), 3)
    found = allocate(values, [Budget("customers", 2, np.ones(3))])
    assert found.value == pytest.approx(best_of_all(values, np.ones(3), 2.0))
    assert found.used["customers"] <= 2 and found.value <= found.bound + 1e-9


def test_without_budgets_everybody_gets_their_best_or_nothing() -> None:
    values = np.array([[3.0, 5.0], [-1.0, -2.0], [-np.inf, 1.0]])
    found = allocate(values, [])
    assert found.offers.tolist() == [1, NOTHING, 1] and found.value == 6.0


def test_what_may_not_be_shown_never_is_and_a_minimum_is_met() -> None:
    values = np.array([[5.0, -1.0], [4.0, -np.inf], [3.0, -2.0]])
    found = allocate(values, [Budget("new", 2, np.array([0.0, 1.0]), is_least=True)])
    assert found.offers.tolist() == [1, 0, 1] and found.prices["new"] > 0


@pytest.mark.parametrize(
    "budget",
    [
        Budget("cents", -1.0, np.ones(2)),
        Budget("cents", 1.0, np.array([1.0, -1.0])),
        Budget("new", 9.0, np.array([0.0, 1.0]), is_least=True),
    ],
)
def test_budgets_nobody_can_keep_are_refused(budget: Budget) -> None:
    with pytest.raises(UsageRefused):
        allocate(np.ones((3, 2)), [budget])


def test_prices_choose_what_the_programme_would() -> None:
    random = np.random.default_rng(4)
    values = random.gamma(1.0, 5.0, (3_000, 8)) - 3
    costs = random.random((3_000, 8)) * 2
    budgets = [
        Budget("cents", 700.0, costs),
        Budget("post", 250.0, np.array([1.0, 1, 0, 0, 0, 0, 0, 0])),
        Budget("new", 200.0, np.array([0.0, 0, 0, 0, 0, 0, 0, 1]), is_least=True),
    ]
    programme = allocate(values, budgets)
    prices = allocate(values, budgets, most_by_programme=0)
    assert prices.bound == pytest.approx(programme.bound, rel=1e-3)
    for one in (programme, prices):
        assert one.shortfall < 0.005
        assert one.used["cents"] <= 700 and one.used["post"] <= 250 and one.used["new"] >= 200


@pytest.mark.parametrize(("most_by_programme", "is_exact"), [(1_200, True), (1_199, False)])
def test_up_to_so_many_pairs_the_bound_is_the_programmes_own(
    most_by_programme: int, is_exact: bool
) -> None:
    """Written down once more, in shares of customers; prices that are searched for come near it alone."""
    random = np.random.default_rng(4)
    values, cents = random.gamma(1.0, 5.0, (300, 4)) - 3, random.random((300, 4)) * 2
    once = np.kron(np.eye(300), np.ones(4))
    solved = linprog(
        -values.ravel(), A_ub=np.vstack([cents.ravel(), once]), b_ub=np.r_[70.0, np.ones(300)]
    )
    found = allocate(values, [Budget("cents", 70.0, cents)], most_by_programme=most_by_programme)
    assert solved.fun is not None
    assert found.bound == pytest.approx(-solved.fun, rel=1e-4)
    assert (found.bound == pytest.approx(-solved.fun, rel=1e-9)) is is_exact


def test_the_same_audience_gets_the_same_again() -> None:
    values = np.random.default_rng(1).normal(size=(500, 5))
    budgets = [Budget("customers", 50, np.ones(5))]
    assert np.array_equal(allocate(values, budgets).offers, allocate(values, budgets).offers)


def budgeted(values: list[list[float]], *budgets: Budget) -> Budgeted:
    return Budgeted(np.array(values), budgets)


def test_a_budget_is_kept_to_within_what_sums_of_cents_are_off() -> None:
    """Exactly on each limit, inexact by the slack, and inexact by twice as much."""
    both = budgeted([[1.0]], Budget("cap", 3.0, np.ones(1)), Budget("new", 2.0, np.ones(1), True))
    assert both.is_satisfied(np.array([3.0, 2.0])) and both.is_satisfied(np.array([0.0, 9.0]))
    assert both.is_satisfied(np.array([3.0 + SLACK, 2.0 - SLACK]))
    assert not both.is_satisfied(np.array([3.0 + 2 * SLACK, 2.0]))
    assert not both.is_satisfied(np.array([3.0, 2.0 - 2 * SLACK]))
    assert SLACK == 1e-9


@pytest.mark.parametrize(
    ("cap", "kept", "used"),
    [(3.0, [0, 0, 0, 1], 3.0), (2.0, [0, NOTHING, 0, 1], 2.0), (0.0, [NOTHING] * 3 + [1], 0.0)],
)
def test_what_gains_least_is_given_up_until_a_budget_is_kept(
    cap: float, kept: list[int], used: float
) -> None:
    """The last gains least of all, but uses nothing of the budget that is exceeded."""
    here = budgeted(
        [[5.0, 0.0], [3.0, 0.0], [4.0, 0.0], [0.0, 1.0]],
        Budget("email", cap, np.array([1.0, 0.0])),
    )
    chosen = np.array([0, 0, 0, 1])
    assert give_up(here, chosen, np.array([3.0]), np.zeros(1)).tolist() == [used]
    assert chosen.tolist() == kept


@pytest.mark.parametrize(
    ("least", "kept"),
    [
        (1.0, [NOTHING, NOTHING, 1]),
        (2.0, [NOTHING, 1, 1]),
        # Not even reached yet: who is shown something else is given up all the same.
        (3.0, [NOTHING, 1, 1]),
    ],
)
def test_what_is_owed_is_not_given_up(least: float, kept: list[int]) -> None:
    here = budgeted(
        [[9.0, 0.0], [0.0, 1.0], [0.0, 2.0]],
        Budget("customers", 1.0, np.ones(2)),
        Budget("new", least, np.array([0.0, 1.0]), is_least=True),
    )
    chosen = np.array([0, 1, 1])
    used = give_up(here, chosen, np.array([3.0, 2.0]), np.zeros(2))
    assert chosen.tolist() == kept
    shown = sum(one != NOTHING for one in kept)
    assert used.tolist() == [shown, sum(one == 1 for one in kept)]


@pytest.mark.parametrize(
    ("least", "cap", "lifted"),
    [
        (0.0, 9.0, [0, NOTHING, 1, NOTHING]),
        (1.0, 9.0, [0, NOTHING, 1, NOTHING]),
        (2.0, 9.0, [1, NOTHING, 1, NOTHING]),
        (3.0, 9.0, [1, 1, 1, NOTHING]),
        # The last may not be shown it, whatever must be.
        (4.0, 9.0, [1, 1, 1, NOTHING]),
        # Who is shown something already takes no second place; another customer would.
        (3.0, 2.0, [1, NOTHING, 1, NOTHING]),
    ],
)
def test_what_must_be_shown_goes_to_those_it_costs_least(
    least: float, cap: float, lifted: list[int]
) -> None:
    here = budgeted(
        [[1.0, -1.0], [-9.0, -3.0], [-9.0, 2.0], [-9.0, -np.inf]],
        Budget("customers", cap, np.ones(2)),
        Budget("new", least, np.array([0.0, 1.0]), is_least=True),
    )
    chosen = np.array([0, NOTHING, 1, NOTHING])
    used = lift(here, chosen, np.array([2.0, 1.0]), np.zeros(2))
    assert chosen.tolist() == lifted
    assert used.tolist() == [sum(one != NOTHING for one in lifted), lifted.count(1)]


@pytest.mark.parametrize(("most_misses", "shown"), [(1, 0), (2, 0), (3, 1), (4, 1)])
def test_after_so_many_who_fit_into_no_budget_nobody_is_tried(most_misses: int, shown: int) -> None:
    """Two who would bring most cost five cents each; there are four, and the third costs one."""
    here = budgeted([[9.0], [8.0], [7.0]], Budget("cents", 4.0, np.array([[5.0], [5.0], [1.0]])))
    chosen = np.full(3, NOTHING)
    used = fill(here, chosen, np.zeros(1), np.zeros(1), most_misses=most_misses)
    assert chosen.tolist() == [NOTHING, NOTHING, 0 if shown else NOTHING]
    assert used.tolist() == [shown]


@pytest.mark.parametrize(("misses", "shown"), [(999, 1), (1_000, 0)])
def test_a_thousand_misses_end_the_search(misses: int, shown: int) -> None:
    costs = np.full((misses + 1, 1), 5.0)
    costs[-1] = 1.0
    values = np.full((misses + 1, 1), 9.0)
    values[-1] = 1.0
    chosen = np.full(misses + 1, NOTHING)
    used = fill(Budgeted(values, [Budget("cents", 4.0, costs)]), chosen, np.zeros(1), np.zeros(1))
    assert used.tolist() == [shown]


def test_what_is_left_goes_to_who_gains_most_and_to_nobody_at_a_loss() -> None:
    """After the price of two a cent the second gains least; the last two are worth nothing, or less."""
    here = budgeted(
        [[6.0], [5.0], [4.0], [0.0], [-1.0]],
        Budget("cents", 3.0, np.array([[1.0], [2.0], [1.0], [0.0], [0.0]])),
    )
    chosen = np.full(5, NOTHING)
    assert fill(here, chosen, np.zeros(1), np.array([2.0])).tolist() == [2.0]
    assert chosen.tolist() == [0, NOTHING, 0, NOTHING, NOTHING]
    assert fill(here, np.zeros(5, np.int64), np.array([9.0]), np.zeros(1)).tolist() == [9.0]


def test_who_is_shown_enough_already_is_not_shown_less() -> None:
    """The first customer counts for two, and would count for one beside the offer that gains less."""
    here = budgeted(
        [[1.0, 5.0], [-1.0, -9.0]], Budget("spent", 3.0, np.array([1.0, 2.0]), is_least=True)
    )
    chosen = np.array([1, NOTHING])
    assert lift(here, chosen, np.array([2.0]), np.zeros(1)).tolist() == [3.0]
    assert chosen.tolist() == [1, 0]


@pytest.mark.parametrize(("pairs", "brought"), [(2_000, 16.0), (2_001, 10.0)])
def test_up_to_two_thousand_pairs_whole_customers_are_looked_for(
    pairs: int, brought: float
) -> None:
    """The first brings most a cent but leaves too little for another; the other two bring more together."""
    values, cents = np.full((pairs, 1), -1.0), np.ones((pairs, 1))
    values[:3, 0], cents[:3, 0] = [10.0, 8.0, 8.0], [6.0, 5.0, 5.0]
    found = allocate(values, [Budget("cents", 10.0, cents)])
    assert found.value == brought and found.bound == pytest.approx(10 + 4 * 8 / 5)
    assert found.shortfall == pytest.approx(1 - brought / 16.4)


def test_an_empty_audience_is_shown_nothing() -> None:
    found = allocate(np.zeros((0, 2)), [Budget("customers", 2.0, np.ones(2))])
    assert (found.offers.tolist(), found.value, found.shortfall) == ([], 0.0, 0.0)


@pytest.mark.parametrize("most_by_programme", [0, 10_000])
@pytest.mark.parametrize("at_once", [999, 1_000, 1_001])
def test_where_all_customers_are_alike_a_budget_is_used_up_all_the_same(
    most_by_programme: int, at_once: int
) -> None:
    """A mail for each of a thousand costs 10,000 and brings 40; 490 more each make a call of it that brings 460 more."""
    values = np.tile([500.0, 150.0, 40.0], (1_000, 1))
    money = Budget("cents", 50_000.0, np.array([500.0, 150.0, 10.0]))
    found = allocate(values, [money], most_by_programme=most_by_programme, at_once=at_once)
    calls = (50_000 - 10_000) // 490
    assert np.bincount(found.offers, minlength=3).tolist() == [calls, 0, 1_000 - calls]
    assert found.value == 40_000 + calls * 460
    assert found.used["cents"] == 10_000 + calls * 490


def test_what_must_be_shown_is_not_exchanged_for_what_brings_more() -> None:
    """Both may have the better offer, and one must have the new one."""
    values = np.array([[5.0, 3.0], [5.0, 3.0]])
    budgeted = Budgeted(values, [Budget("new", 1.0, np.array([0.0, 1.0]), is_least=True)])
    chosen = np.array([1, 1])
    used = exchange(budgeted, chosen, np.array([2.0]), np.zeros(1))
    assert sorted(chosen.tolist()) == [0, 1] and used.tolist() == [1.0]
