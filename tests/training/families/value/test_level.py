"""Levels and ranges learned from later customers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.families.value.level import Intervals, Level


def customers(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Answers that are twice too high, and what customers brought: nothing, or around it."""
    generator = np.random.default_rng(seed)
    truth = generator.gamma(1.0, 100.0, rows)
    buys = generator.random(rows) < 0.6
    return 2.0 * truth, np.where(buys, truth / 0.6 * generator.gamma(4.0, 0.25, rows), 0.0)


@given(st.integers(1, 400), st.integers(0, 9))
@settings(deadline=None, max_examples=30)
def test_a_level_expects_in_all_what_was_brought_and_never_less_of_a_higher_answer(
    rows: int, seed: int
) -> None:
    answers, brought = customers(rows, seed)
    level = Level.learn(answers, brought)
    found = level.apply(np.sort(answers))
    assert found.sum() == pytest.approx(brought.sum(), rel=1e-9, abs=1e-9)
    assert (np.diff(found) >= -1e-9).all() and (found >= 0).all()


def test_a_level_halves_answers_that_are_twice_too_high() -> None:
    level = Level.learn(*customers(20_000, 1))
    answers, brought = customers(20_000, 2)
    for low, high in ((50, 100), (100, 300), (300, 900)):
        rows = (answers >= low) & (answers < high)
        assert level.apply(answers[rows]).mean() == pytest.approx(brought[rows].mean(), rel=0.1)


def test_each_knot_of_a_level_rests_on_fifty_customers() -> None:
    assert len(Level.learn(*customers(149, 1)).answers) <= 2


def test_ranges_cover_four_in_five_of_later_customers() -> None:
    answers, brought = customers(6_000, 3)
    level = Level.learn(answers, brought)
    ranges = Intervals.learn(level.apply(answers), brought)
    later_answers, later = customers(6_000, 4)
    low, high = ranges.apply(level.apply(later_answers))
    assert np.mean((later >= low) & (later <= high)) == pytest.approx(0.8, abs=0.02)


def test_a_range_holds_its_expectation() -> None:
    expected = np.linspace(1.0, 100.0, 500)
    ranges = Intervals.learn(expected, np.zeros(500))
    low, high = ranges.apply(expected)
    assert (low <= expected).all() and (expected <= high).all()
    assert not ranges.says_something(expected).any()


def test_level_and_ranges_are_read_back_as_they_were() -> None:
    answers, brought = customers(1_000, 5)
    level, ranges = Level.learn(answers, brought), Intervals.learn(answers, brought)
    assert Level.from_dict(level.as_dict()).apply(answers).tolist() == level.apply(answers).tolist()
    assert Intervals.from_dict(ranges.as_dict()).as_dict() == ranges.as_dict()
