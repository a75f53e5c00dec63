"""Shares of variance and scores by rank, small enough to be reckoned by head."""

from __future__ import annotations

import numpy as np
import pytest

from training.families.segments.usefulness import (
    equal_groups,
    explained,
    gain_interval,
    held_spend,
    quintiles,
    rfm_scores,
)


def test_ten_ranks_are_five_pairs_and_one_value_is_the_best() -> None:
    assert quintiles(np.arange(10.0)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert quintiles(np.array([7.0, 7.0])).tolist() == [5, 5]
    assert quintiles(np.array([1.0, 2.0, 2.0, 3.0])).tolist() == [2, 4, 4, 5]


def test_who_came_lately_often_and_for_much_has_the_best_score() -> None:
    rising = np.arange(1.0, 6.0)
    assert rfm_scores(-rising, rising, rising).tolist() == [3, 6, 9, 12, 15]
    assert rfm_scores(rising, rising, rising).tolist() == [7, 8, 9, 10, 11]


def test_groups_by_a_score_are_about_equal_and_keep_equals_together() -> None:
    assert equal_groups(np.array([4, 3, 9, 8]), 2).tolist() == [0, 0, 1, 1]
    assert equal_groups(np.array([5, 5, 5, 9]), 4).tolist() == [1, 1, 1, 3]
    assert equal_groups(np.array([5, 5]), 2).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("outcome", "share"),
    [([1, 3, 3, 5], 0.5), ([1, 1, 3, 3], 1.0), ([1, 3, 1, 3], 0.0), ([2, 2, 2, 2], 0.0)],
)
def test_what_groups_explain_is_the_share_of_the_variance_between_them(
    outcome: list[int], share: float
) -> None:
    assert explained(np.array([4, 4, 7, 7]), np.array(outcome, float)) == share


def test_a_gain_is_that_of_the_own_groups_over_the_rule() -> None:
    own, rule = np.tile([0, 1], 30), np.zeros(60, int)
    assert gain_interval(own, rule, own.astype(float)) == pytest.approx((1.0, 1.0))
    assert gain_interval(rule, own, own.astype(float)) == pytest.approx((-1.0, -1.0))
    noisy = own + np.random.default_rng(1).normal(0, 1, 60)
    low, high = gain_interval(own, rule, noisy)
    assert 0.0 < low < explained(own, noisy) < high < 0.6


def test_spend_is_held_between_nothing_and_its_ninety_ninth_percentile() -> None:
    spend = np.r_[-500, np.arange(1, 100), 10**9]
    held = held_spend(spend)
    assert held.tolist() == [0.0, *map(float, range(1, 100)), 99.0]
