"""Offers under budgets: against every possibility on small tables, and against the programme's bound on large ones."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary.errors import UsageRefused
from serving.offers.allocation import allocation
from serving.offers.allocation.allocation import allocate
from serving.offers.allocation.budgets import Budget
from serving.offers.arbitration import NOTHING


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


def test_prices_choose_what_the_programme_would(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    values = random.gamma(1.0, 5.0, (3_000, 8)) - 3
    costs = random.random((3_000, 8)) * 2
    budgets = [
        Budget("cents", 700.0, costs),
        Budget("post", 250.0, np.array([1.0, 1, 0, 0, 0, 0, 0, 0])),
        Budget("new", 200.0, np.array([0.0, 0, 0, 0, 0, 0, 0, 1]), is_least=True),
    ]
    programme = allocate(values, budgets)
    monkeypatch.setattr(allocation, "MOST_BY_PROGRAMME", 0)
    prices = allocate(values, budgets)
    assert prices.bound == pytest.approx(programme.bound, rel=1e-3)
    for one in (programme, prices):
        assert one.shortfall < 0.005
        assert one.used["cents"] <= 700 and one.used["post"] <= 250 and one.used["new"] >= 200


def test_the_same_audience_gets_the_same_again() -> None:
    values = np.random.default_rng(1).normal(size=(500, 5))
    budgets = [Budget("customers", 50, np.ones(5))]
    assert np.array_equal(allocate(values, budgets).offers, allocate(values, budgets).offers)
