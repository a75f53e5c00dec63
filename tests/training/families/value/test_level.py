"""Levels and ranges learned from later customers."""

from __future__ import annotations

import math

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
@settings(max_examples=30)
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


@pytest.mark.parametrize(
    ("rows", "knots"), [(1, 1), (49, 1), (99, 1), (100, 2), (149, 2), (150, 3), (999, 19), (1_000, 20), (1_050, 20), (9_000, 20)]
)  # fmt: skip
def test_there_is_a_knot_for_every_fifty_customers_and_no_more_than_twenty(
    rows: int, knots: int
) -> None:
    rising = np.arange(1.0, rows + 1)
    assert len(Level.learn(rising, rising).answers) == knots


@pytest.mark.parametrize(
    ("rows", "bins"), [(99, 1), (199, 1), (200, 2), (299, 2), (300, 3), (1_000, 10), (5_000, 10)]
)
def test_there_is_a_range_for_every_hundred_customers_and_no_more_than_ten(
    rows: int, bins: int
) -> None:
    rising = np.arange(1.0, rows + 1)
    assert len(Intervals.learn(rising, rising).low) == bins


def test_a_range_leaves_out_a_tenth_at_each_end_or_a_fifth_above() -> None:
    """Of 99 customers with shares of 1 to 99 hundredths the 10th and the 90th are the ends."""
    shares = np.arange(1.0, 100.0) / 100
    found = Intervals.learn(np.ones(99), shares)
    assert (found.low.tolist(), found.high.tolist()) == ([0.10], [0.90])
    shares[:20] = 0.0
    found = Intervals.learn(np.ones(99), shares)
    assert (found.low.tolist(), found.high.tolist()) == ([0.0], [0.80])


def test_below_the_first_knot_the_line_runs_to_nothing_and_beyond_the_last_it_goes_on() -> None:
    level = Level(np.array([10.0, 20.0]), np.array([5.0, 30.0]))
    found = level.apply(np.array([0.0, 4.0, 10.0, 15.0, 20.0, 40.0]))
    assert found.tolist() == [0.0, 2.0, 5.0, 17.5, 30.0, 60.0]


def test_bins_that_fall_are_pooled() -> None:
    """A hundred customers in two bins: the higher answers brought less, so both bring their mean."""
    answers = np.r_[np.full(50, 1.0), np.full(50, 3.0)]
    level = Level.learn(answers, np.r_[np.full(50, 8.0), np.full(50, 4.0)])
    assert len(level.answers) == 1 and level.answers[0] == 2.0


def test_a_level_carried_to_the_same_answers_is_itself() -> None:
    answers, brought = customers(500, 6)
    level = Level.learn(answers, brought)
    assert level.carried_over(answers, answers.copy()) is level


@given(st.integers(2, 400), st.integers(0, 9), st.floats(0.1, 10.0), st.floats(0.5, 2.0))
@settings(max_examples=30)
def test_a_level_carried_over_expects_as_much_of_all_and_never_less_of_a_higher_answer(
    rows: int, seed: int, scale: float, power: float
) -> None:
    answers, brought = customers(rows, seed)
    level = Level.learn(answers, brought)
    now, _ = customers(rows, seed + 10)
    after = np.random.default_rng(seed).permutation(scale * now**power)
    found = level.carried_over(now, after)
    assert found.apply(after).sum() == pytest.approx(level.apply(now).sum(), rel=1e-9)
    assert (np.diff(found.apply(np.sort(after))) >= -1e-9).all()


def test_answers_that_are_all_three_times_as_high_are_worth_what_they_were() -> None:
    answers, brought = customers(2_000, 7)
    level = Level.learn(answers, brought)
    carried = level.carried_over(answers, 3.0 * answers)
    assert carried.apply(3.0 * answers) == pytest.approx(level.apply(answers), rel=1e-9)


def test_answers_that_lie_further_apart_do_not_raise_the_level() -> None:
    """By the old knots the same order would be worth half as much again; by ranks it is worth what it was."""
    answers, brought = customers(5_000, 8)
    level = Level.learn(answers, brought)
    apart = answers**1.3 * (answers.mean() / (answers**1.3).mean())
    carried = level.carried_over(answers, apart)
    lower, upper = np.quantile(answers, [0.3, 0.9])
    for value in (lower, upper):
        same = float(level.apply(np.array([value]))[0])
        there = value**1.3 * (answers.mean() / (answers**1.3).mean())
        assert float(carried.apply(np.array([there]))[0]) == pytest.approx(same, rel=0.03)


def test_where_nobody_is_told_apart_any_more_everybody_is_worth_the_mean() -> None:
    level = Level(np.array([10.0, 20.0]), np.array([5.0, 30.0]))
    found = level.carried_over(np.array([10.0, 20.0]), np.array([4.0, 4.0]))
    assert found.apply(np.array([4.0])).tolist() == [17.5]


def test_a_raised_level_expects_as_much_more_of_everybody() -> None:
    level = Level(np.array([1.0, 5.0]), np.array([2.0, 9.0]))
    answers = np.array([0.0, 0.5, 3.0, 40.0])
    raised = level.raised(math.log(1.3)).apply(answers)
    np.testing.assert_allclose(raised, 1.3 * level.apply(answers))
