"""Rounding many sums at once gives each what it is given alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from training.reasons.points import add_up_all, add_up_whole

PARTS = some.lists(some.floats(-50, 50).map(lambda one: round(one, 2)), min_size=1, max_size=5)


@given(rows=some.lists(some.tuples(some.integers(-60, 60), PARTS), min_size=1, max_size=4))
def test_many_sums_are_rounded_as_each_is_alone(rows: list[tuple[int, list[float]]]) -> None:
    parts = np.full((len(rows), 5), np.nan)
    for place, (_, alone) in enumerate(rows):
        parts[place, : len(alone)] = alone
    found = add_up_all(np.array([float(total) for total, _ in rows]), parts)
    for (total, alone), row in zip(rows, found, strict=True):
        assert row[: len(alone)].tolist() == add_up_whole(total, alone)
        assert np.isnan(row[len(alone) :]).all()


@pytest.mark.parametrize(("total", "expected"), [(7, [5, 2]), (-3, [0, -3]), (2, [2, 0])])
def test_a_total_far_from_its_parts_is_shared_out_in_turns(total: int, expected: list[int]) -> None:
    assert add_up_whole(total, [2.25, -0.5]) == expected
    assert add_up_all(np.array([float(total)]), np.array([[2.25, -0.5]])).tolist() == [expected]
