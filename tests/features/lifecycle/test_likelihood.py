"""The search for the likeliest parameters: where it rests, where it does not, and how it rounds."""

from __future__ import annotations

import numpy as np
import pytest

from features.lifecycle.likelihood import likeliest, rounded
from features.vocabulary.arrays import Floats


def bowl(at: Floats) -> tuple[float, Floats]:
    """A loss that is smallest where the parameters are 2 and 5."""
    gap = at - np.log([2.0, 5.0])
    return float(gap @ gap), 2 * gap


def slope(at: Floats) -> tuple[float, Floats]:
    """A loss that falls for ever."""
    return -float(at.sum()), -np.ones(len(at))


def false_slope(at: Floats) -> tuple[float, Floats]:
    """A loss that never falls, though it says that it does."""
    return 0.0, np.ones(len(at))


def nothing(at: Floats) -> tuple[float, Floats]:
    """No loss at all."""
    return float("nan"), np.zeros(len(at))


def test_the_parameters_of_the_smallest_loss_are_found() -> None:
    found = likeliest(bowl, np.zeros(2), widest=5.0, steepest=1e-4)
    assert found is not None and found == pytest.approx([2.0, 5.0], rel=1e-6)


def test_parameters_stay_within_their_bounds_where_any_slope_is_allowed() -> None:
    found = likeliest(slope, np.zeros(2), widest=3.0, steepest=1e-4)
    assert found is not None and found == pytest.approx([np.exp(3.0)] * 2)


@pytest.mark.parametrize(("steepest", "rests"), [(0.99, False), (1.0, True), (1.01, True)])
def test_a_search_rests_where_no_slope_is_above_the_steepest(steepest: float, rests: bool) -> None:
    found = likeliest(false_slope, np.zeros(1), widest=3.0, steepest=steepest)
    assert (found is not None) is rests


def test_a_loss_that_is_no_number_has_no_parameters() -> None:
    assert likeliest(nothing, np.zeros(1), widest=3.0, steepest=1.0) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.23454, 1.2345), (1.23456, 1.2346), (123_456.0, 123_460.0), (-0.000123456, -0.00012346), (0.0, 0.0)],
)  # fmt: skip
def test_a_parameter_keeps_five_digits(value: float, expected: float) -> None:
    assert rounded(value) == expected
