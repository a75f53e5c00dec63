"""The Qini coefficient against its definition written out customer by customer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.families.offers.uplift.qini import (
    effect_at,
    qini,
    qini_curve,
    qini_interval,
    tenths,
)


def slow_curve(outcomes: list[float], scores: list[float], treated: list[bool]) -> list[float]:
    """How many more acted among the first so many, at every place where the score changes."""
    rows = sorted(zip(scores, outcomes, treated, strict=True), key=lambda one: -one[0])
    found = [0.0]
    for end in range(1, len(rows) + 1):
        if end < len(rows) and rows[end][0] == rows[end - 1][0]:
            continue
        shown = [acted for _, acted, was in rows[:end] if was]
        kept = [acted for _, acted, was in rows[:end] if not was]
        ratio = len(shown) / len(kept) if kept else 0.0
        found.append(sum(shown) - sum(kept) * ratio)
    return found


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 5), st.booleans()),
        min_size=2,
        max_size=25,
    )
)
def test_the_curve_is_its_definition(rows: list[tuple[float, int, bool]]) -> None:
    outcomes, scores, treated = (list(column) for column in zip(*rows, strict=True))
    numbers = [float(one) for one in scores]
    _, gained = qini_curve(np.array(outcomes), np.array(numbers), np.array(treated))
    assert np.allclose(gained, slow_curve(outcomes, numbers, treated))


def test_the_order_nobody_can_beat_scores_one_and_its_reverse_scores_below_zero() -> None:
    outcomes = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    treated = np.array([True, True, True, True, False, False, False, False])
    best = np.where(treated, outcomes, -outcomes)
    assert qini(outcomes, best, treated) == pytest.approx(1.0)
    assert qini(outcomes, -best, treated) < 0
    assert math.isnan(qini(np.zeros(8), best, treated))


@pytest.mark.parametrize(
    ("scores", "share"), [([4, 3, 2, 1], 1.0), ([3, 4, 2, 1], 1 / 3), ([1, 4, 3, 2], -1.0)]
)
def test_the_area_is_that_above_the_line_of_a_lot(scores: list[float], share: float) -> None:
    # One of two who were treated acted and nobody else: the curve ends at 1 of 4 and the line has the area 2.
    # First, second or last in the order the curve has 3.5, 2.5 or 0.5; the best has 3.5.
    outcomes, treated = np.array([1.0, 0.0, 0.0, 0.0]), np.array([True, False, True, False])
    assert qini(outcomes, np.array(scores, float), treated) == pytest.approx(share)


def test_equal_scores_say_nothing() -> None:
    outcomes = np.array([1.0, 0.0, 1.0, 0.0])
    treated = np.array([True, False, False, True])
    assert qini(outcomes, np.zeros(4), treated) == pytest.approx(0.0)


def test_the_effect_at_half_is_that_of_the_better_half_of_each_arm() -> None:
    outcomes = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    scores = np.array([4.0, 3.0, 2.0, 1.0, 4.0, 3.0, 2.0, 1.0])
    treated = np.array([True] * 4 + [False] * 4)
    assert effect_at(outcomes, scores, treated, share=0.5) == pytest.approx(1.0 - 0.5)


def test_tenths_hold_the_highest_expectations_first_and_see_both_arms() -> None:
    outcomes = np.tile([1.0, 0.0], 10)
    treated = np.tile([True, False], 10)
    found = tenths(outcomes, np.arange(20.0), treated, np.ones(20), bins=2)
    assert [one.customers for one in found] == [10, 10]
    assert found[0].expected > found[1].expected and found[0].seen == pytest.approx(1.0)


def test_the_interval_holds_the_curve_and_narrows_with_more_customers() -> None:
    random = np.random.default_rng(5)

    def width(customers: int) -> float:
        scores, treated = random.random(customers), random.random(customers) < 0.5
        outcomes = (random.random(customers) < 0.2 + 0.2 * treated * scores).astype(float)
        keys, weights = np.arange(customers, dtype=np.int32), np.ones(customers)
        approached, gained = qini_curve(outcomes, scores, treated)
        places, low, high = qini_interval(outcomes, scores, treated, keys, weights)
        assert places.tolist() == approached.tolist()
        assert np.mean((low <= gained) & (gained <= high)) > 0.9
        return float(high[-1] - low[-1]) / customers

    assert width(2_000) < 0.7 * width(500)


def test_all_rows_of_a_customer_are_drawn_together() -> None:
    outcomes, treated = np.tile([1.0, 0.0], 40), np.tile([True, False], 40)
    scores, weights = np.linspace(1, 0, 80), np.ones(80)

    def ends(keys: np.ndarray) -> tuple[float, float]:
        _, low, high = qini_interval(outcomes, scores, treated, keys.astype(np.int32), weights)
        return float(low[-1]), float(high[-1])

    # Four customers with ten rows of either arm each: whoever is drawn, forty rows were shown it and acted.
    assert ends(np.repeat(np.arange(4), 20)) == (40.0, 40.0)
    low, high = ends(np.arange(80))
    assert low < 40.0 < high
