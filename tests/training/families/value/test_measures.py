"""The figures of an expected value, by hand, against SciPy and by law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from training.families.value import measures as metrics

Sample = tuple[np.ndarray, np.ndarray]


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """What customers brought, many of them nothing, and what was expected, some of it tied."""
    rows = draw(st.integers(3, 40))
    brought = draw(st.lists(st.sampled_from([0, 0, 1, 5, 40]), min_size=rows, max_size=rows))
    expected = draw(st.lists(st.integers(0, 9), min_size=rows, max_size=rows))
    brought[:2], expected[:2] = [0, 7], [0, 1]
    return np.array(brought, float), np.array(expected, float)


def gini_by_pairs(brought: np.ndarray, expected: np.ndarray) -> float:
    """The Gini from its definition over all pairs of customers."""

    def over(scores: np.ndarray) -> float:
        sign = np.sign(scores[:, None] - scores[None, :])
        return float((sign * (brought[:, None] - brought[None, :])).sum())

    return over(expected) / over(brought)


@given(samples())
def test_the_gini_is_that_of_all_pairs(sample: Sample) -> None:
    found = metrics.normalised_gini(*sample)
    assert found == pytest.approx(gini_by_pairs(*sample), abs=1e-9)
    assert -1.0 - 1e-9 <= found <= 1.0 + 1e-9


@given(samples(), st.integers(0, 99))
def test_a_weighted_gini_is_that_of_repeated_rows(sample: Sample, seed: int) -> None:
    brought, expected = sample
    weights = np.random.default_rng(seed).integers(0, 4, len(brought))
    weights[:2] = 1
    again = np.repeat(np.arange(len(brought)), weights)
    found = metrics.MoneyRanking.of(brought, expected).gini(weights.astype(float))
    assert found == pytest.approx(
        metrics.normalised_gini(brought[again], expected[again]), abs=1e-9
    )


@given(samples())
def test_the_rank_correlation_is_that_of_scipy(sample: Sample) -> None:
    assert metrics.spearman(*sample) == pytest.approx(spearmanr(*sample)[0], abs=1e-9)


def test_expecting_ten_percent_too_much_is_a_bias_of_ten_percent() -> None:
    brought, expected = np.array([0.0, 100.0]), np.array([10.0, 100.0])
    assert metrics.bias(brought, expected) == pytest.approx(0.1)
    assert metrics.coverage(brought, expected - 10, expected) == 1.0


def test_a_bin_that_brought_nothing_is_left_out_of_the_decile_error() -> None:
    brought, expected = np.array([0.0, 0.0, 10.0, 10.0]), np.array([1.0, 1.0, 15.0, 15.0])
    assert metrics.decile_error(brought, expected, bins=2) == pytest.approx(0.5)


def test_where_nobody_brought_anything_there_is_no_figure() -> None:
    nothing, some = np.zeros(4), np.arange(4.0)
    for figure in (metrics.normalised_gini, metrics.bias, metrics.decile_error, metrics.top_share):
        assert math.isnan(figure(nothing, some))


@pytest.mark.parametrize(
    ("rows", "share"), [(9, 0.5), (10, 0.5), (11, 0.75), (20, 0.75), (21, 1.0)]
)
def test_the_top_tenth_is_rounded_up_and_holds_one_at_least(rows: int, share: float) -> None:
    expected = np.arange(float(rows))[::-1]
    brought = np.r_[[2.0, 1.0, 1.0], np.zeros(rows - 3)]
    assert metrics.top_share(brought, expected) == share


def test_equals_at_the_edge_of_the_top_share_its_places() -> None:
    brought, expected = np.array([5.0, 3.0, 1.0, 1.0]), np.array([9.0, 4.0, 4.0, 1.0])
    # Two places: the first brought 5, the second is shared by those who brought 3 and 1.
    assert metrics.top_share(brought, expected, share=0.5) == 0.7


def test_an_interval_holds_its_own_ends() -> None:
    brought, ends = np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4)
    assert metrics.coverage(brought, 2 * ends, 3 * ends) == 0.5
    assert metrics.coverage(brought, 2.5 * ends, 2.5 * ends) == 0.0
    assert math.isnan(metrics.coverage(np.empty(0), np.empty(0), np.empty(0)))


def test_the_figures_of_one_table_are_those_reckoned_by_hand() -> None:
    brought, expected = np.array([0.0, 2.0, 4.0, 14.0]), np.array([1.0, 4.0, 3.0, 10.0])
    found = metrics.measure_value(brought, expected)
    # The pairs differ by 44, of which the order by expectation finds all but the pair of 2 and 4.
    assert found == pytest.approx(
        {
            "gini": 40 / 44,
            "spearman": 0.8,
            "top_decile_share": 0.7,
            "decile_mape": (1 / 4 + 1 + 4 / 14) / 3,
            "bias": -0.1,
            "mae_cents": 2.0,
        }
    )
    assert found["gini"] == pytest.approx(gini_by_pairs(brought, expected))


@pytest.mark.parametrize("draws", [1, 7, 8, 9, 16, 17])
def test_many_samples_at_once_are_as_good_as_one_by_one(draws: int) -> None:
    brought = np.array([0.0, 5.0, 1.0, 40.0])
    weights = np.random.default_rng(1).integers(0, 3, (draws, 3)) + np.eye(3, dtype=int)[0]
    weights[-1] = 0
    # The second and third customer are one person, whose weight stands in the last column.
    columns = np.array([0, 2, 2, 1])
    for scores in (np.array([3.0, 1.0, 2.0, 4.0]), np.array([3.0, 1.0, 3.0, 1.0])):
        order = metrics.Order.of(scores)
        found = order.concentrations(brought, weights, columns)
        alone = [order.concentration(brought, one[columns].astype(float)) for one in weights]
        assert found == pytest.approx(alone, nan_ok=True)
        assert np.isnan(found[-1])


def test_ranges_are_counted_in_bins_of_rising_expectation() -> None:
    expected = np.array([4.0, 1.0, 3.0, 2.0])
    brought = np.array([9.0, 1.0, 3.0, 0.0])
    lower, upper = metrics.held_ranges(brought, expected, expected - 1, expected + 1, bins=2)
    assert (lower.mean, upper.mean) == (0.5, 0.5)
    assert 0.0 < lower.low < 0.5 < lower.high < 1.0
    [whole] = metrics.held_ranges(brought, expected, brought, brought, bins=1)
    assert (whole.mean, whole.high) == (1.0, 1.0) and 0.5 < whole.low < 1.0
