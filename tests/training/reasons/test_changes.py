"""A change is shared out among the reasons that moved, to the last part of a point."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from features.vocabulary.arrays import Floats
from training.learners.calibration import Calibration
from training.reasons.changes import change_points, shown_groups


def sigmoid(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-log_odds))


def test_a_group_has_its_part_of_the_way_from_one_chance_to_the_other() -> None:
    # From 0 (50 %) to 1.5 (81.757 %): two thirds of the way by the first group.
    change = change_points(np.array([[0.0, 0.0]]), np.array([[1.0, 0.5]]), 0.0, sigmoid)
    assert (change.before[0], change.after[0]) == (0.5, pytest.approx(0.8175744761936437))
    assert change.by_group[0] == pytest.approx([31.75744761936437 * 2 / 3, 31.75744761936437 / 3])


def test_moves_that_cancel_out_have_the_slope_of_the_curve() -> None:
    change = change_points(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), -1.0, sigmoid)
    assert change.by_group[0] == pytest.approx([-25.0, 25.0])


CURVES = (
    Calibration("sigmoid", np.array([0.3]), np.array([0.2]), 1.4),
    Calibration("isotonic", np.array([-2.0, 0.0, 0.5, 2.0]), np.array([0.02, 0.1, 0.5, 0.9]), 0.6),
)
CONTRIBUTIONS = some.lists(some.floats(-3, 3), min_size=4, max_size=4)


@given(
    then=CONTRIBUTIONS, now=CONTRIBUTIONS, base=some.floats(-3, 3), curve=some.sampled_from(CURVES)
)
def test_then_and_all_points_are_now_and_backwards_the_signs_change(
    then: list[float], now: list[float], base: float, curve: Calibration
) -> None:
    before, after = np.array([then]), np.array([now])
    change = change_points(before, after, base, curve.apply)
    total = 100 * change.before[0] + math.fsum(change.by_group[0])
    assert total == pytest.approx(100 * change.after[0], abs=1e-4)
    backwards = change_points(after, before, base, curve.apply)
    np.testing.assert_allclose(backwards.by_group, -change.by_group, atol=1e-4)


def test_the_largest_moves_are_shown_and_those_below_half_a_point_are_not() -> None:
    assert shown_groups(np.array([0.4, -7.0, 2.0, 0.5])).tolist() == [1, 2, 3]
    assert len(shown_groups(np.full(9, 3.0))) == 5
