"""Quantiles against those of scipy, which serving must not load."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from training.measures.incremental.student import normal_quantile, student_quantile, two_sided


@pytest.mark.parametrize("share", [0.005, 0.025, 0.8, 0.95, 0.975, 0.995])
def test_quantiles_are_those_of_scipy(share: float) -> None:
    assert normal_quantile(share) == pytest.approx(stats.norm.ppf(share))
    for freedom in (6.0, 11.5, 40.0, 1e6):
        assert student_quantile(share, freedom) == pytest.approx(
            stats.t.ppf(share, freedom), rel=2e-3
        )


@pytest.mark.parametrize("freedom", [4.0, 5.0, 8.3, 30.0, 1_000.0])
def test_the_ends_of_an_interval_are_right_to_a_thousandth(freedom: float) -> None:
    assert two_sided(freedom=freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-3)
    assert two_sided(0.9, math.inf) == pytest.approx(1.644854)
