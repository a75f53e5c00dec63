"""The figures of an expected value, by hand, against SciPy and by law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
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
@settings(deadline=None)
def test_the_gini_is_that_of_all_pairs(sample: Sample) -> None:
    found = metrics.normalised_gini(*sample)
    assert found == pytest.approx(gini_by_pairs(*sample), abs=1e-9)
    assert -1.0 - 1e-9 <= found <= 1.0 + 1e-9


@given(samples(), st.integers(0, 99))
@settings(deadline=None)
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
@settings(deadline=None)
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
