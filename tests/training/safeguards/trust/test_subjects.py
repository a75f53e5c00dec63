"""Whose reasons are tried, and how alike two lists of reasons are."""

from __future__ import annotations

import numpy as np
import pytest

from training.safeguards.trust.subjects import (
    as_good_a_first,
    overlap,
    same_first,
    strongest,
    weight_again,
)

NOBODY = -1


def test_the_three_groups_with_most_points_are_named_and_no_group_without() -> None:
    raising = np.array([[3.0, 0.0, 9.0, 4.0, 5.0], [0.0, 2.0, 0.0, 0.0, 0.0]])
    assert strongest(raising).tolist() == [[2, 4, 3], [1, NOBODY, NOBODY]]


def test_two_of_three_common_groups_are_half_of_the_four_named() -> None:
    assert overlap(np.array([[0, 1, 2]]), np.array([[2, 0, 3]])) == 0.5


def test_a_customer_without_reasons_on_either_side_does_not_count() -> None:
    none = [NOBODY] * 3
    assert overlap(np.array([none, [0, 1, 2]]), np.array([none, [0, 1, 2]])) == 1.0
    assert overlap(np.array([none]), np.array([[0, NOBODY, NOBODY]])) == 0.0
    assert overlap(np.array([none]), np.array([none])) == 1.0
    assert overlap(np.array([none, [0, 1, 2]]), np.array([none, [2, 0, 3]])) == 0.5


def test_losing_a_small_reason_loses_little_weight() -> None:
    raising = np.array([[6.0, 3.0, 1.0, 0.5], [0.0, 0.0, 0.0, 0.0]])
    assert weight_again(raising, np.array([[0, 1, 3], [0, 1, 2]])) == pytest.approx(0.9)
    assert weight_again(raising, np.array([[3, NOBODY, NOBODY], [0, 1, 2]])) == 0.0
    assert weight_again(raising[1:], np.array([[0, 1, 2]])) == 1.0


def test_the_same_first_reason_is_counted_and_so_is_one_of_similar_weight() -> None:
    first = np.array([[0, 1, NOBODY], [1, 0, NOBODY], [2, 0, 1]])
    again = np.array([[5.0, 4.0, 0.0], [10.0, 9.5, 0.0], [10.0, 1.0, 8.0]])
    assert same_first(first, strongest(again)) == pytest.approx(1 / 3)
    # The second lies within a tenth of the strongest, the third does not.
    assert as_good_a_first(first, again) == pytest.approx(2 / 3)
