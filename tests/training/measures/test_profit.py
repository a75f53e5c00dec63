"""Money: by hand, by brute force over the definition, and against published examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta as beta_distribution

from training.measures.profit import (
    REFERENCE_COSTS,
    Costs,
    Ranked,
    by_falling,
    expected_maximum_profit,
)

COSTS = Costs(value=100.0, incentive=10.0, contact=1.0, success=0.5)

SAMPLES = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.integers(1, 12)), min_size=2, max_size=40
)


def by_definition(outcomes: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Profit and share, averaged over many success rates, each with its own best cut."""
    rates = beta_distribution(6, 14).ppf((np.arange(20_000) + 0.5) / 20_000)
    cuts = np.r_[np.inf, np.unique(scores)[::-1]]
    leavers = np.array([outcomes[scores >= cut].sum() for cut in cuts]) / len(outcomes)
    contacted = np.array([(scores >= cut).mean() for cut in cuts])
    profit = (
        rates[:, None] * 190.0 * leavers
        - 1.0 * leavers
        - 11.0 * (contacted - leavers)
    )  # fmt: skip
    best = profit.argmax(axis=1)
    return float(profit.max(axis=1).mean()), float(contacted[best].mean())


@given(SAMPLES)
@settings(max_examples=60)
def test_the_maximum_profit_is_that_of_its_definition(sample: list[tuple[float, int]]) -> None:
    outcomes, scores = (
        np.array(one, float) for one in zip(*[*sample, (1, 3), (0, 5)], strict=True)
    )
    found = expected_maximum_profit(outcomes, scores)
    profit, share = by_definition(outcomes, scores)
    assert found.profit == pytest.approx(profit, abs=2e-3)
    assert found.share == pytest.approx(share, abs=2e-3)


def test_the_maximum_profit_is_that_of_a_published_example() -> None:
    # The documented example of empulse.metrics.empc_score.
    outcomes = np.array([0.0, 1, 0, 1, 0, 1, 0, 1])
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9])
    assert expected_maximum_profit(outcomes, scores).profit == pytest.approx(23.875593418348124)


@given(SAMPLES)
@settings(max_examples=40)
def test_the_maximum_profit_looks_at_the_ranks_alone(sample: list[tuple[float, int]]) -> None:
    outcomes, scores = (
        np.array(one, float) for one in zip(*[*sample, (1, 3), (0, 5)], strict=True)
    )
    same = expected_maximum_profit(outcomes, np.exp(scores / 3))
    assert same == expected_maximum_profit(outcomes, scores)


def test_there_is_no_maximum_profit_where_everybody_left() -> None:
    assert math.isnan(expected_maximum_profit(np.ones(3), np.arange(3.0)).profit)
    assert math.isnan(expected_maximum_profit(np.empty(0), np.empty(0)).profit)


def test_a_list_is_worth_what_its_leavers_bring_less_what_the_others_take() -> None:
    # A leaver brings half of 90 less 1; one who would have stayed costs 11.
    assert (COSTS.leaver, COSTS.stayer) == (44.0, -11.0)
    assert COSTS.of_list(3.0, 5.0) == 3 * 44 - 2 * 11
    assert COSTS.break_even_share == pytest.approx(11 / 55)
    assert Costs(value=5, incentive=10, contact=1, success=0.5).break_even_share > 1
    assert Costs(value=5, incentive=0, contact=1, success=0.0).break_even_share == np.inf


def test_the_best_list_ends_before_its_next_part_costs_more_than_it_brings() -> None:
    outcomes = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    ranked = Ranked.of(outcomes, np.arange(8.0)[::-1])
    assert ranked.best(COSTS) == (2, 88.0)
    assert Ranked.of(np.zeros(4), np.arange(4.0)).best(COSTS) == (0, 0.0)


def test_equals_at_the_end_of_a_list_share_its_last_place() -> None:
    ranked = Ranked.of(np.array([1.0, 0.0, 1.0]), np.full(3, 0.5))
    assert ranked.found(np.array([0.0, 1.5, 3.0])).tolist() == [0.0, 1.0, 2.0]


def test_a_weight_counts_a_customer_that_often() -> None:
    outcomes, scores = np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.5, 0.1])
    order, last_of_tie = by_falling(scores)
    weighted = Ranked.cumulated(outcomes[order], np.array([2.0, 0.0, 3.0]), last_of_tie)
    repeated = Ranked.of(np.ones(5), np.array([0.9, 0.9, 0.1, 0.1, 0.1]))
    for size in (1.0, 2.0, 4.0):
        assert weighted.found(size) == repeated.found(size)


def test_the_costs_that_companies_are_compared_by_are_the_published_ones() -> None:
    assert Costs(200.0, 10.0, 1.0, 0.3) == REFERENCE_COSTS
