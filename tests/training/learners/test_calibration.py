"""From log-odds to a probability that holds."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from training.learners.calibration import (
    Calibration,
    calibrate,
    logit,
    platt,
    pool_adjacent_violators,
    sigmoid,
    sigmoid_line,
)


def biased(rows: int, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds that are twice too bold and half too high."""
    generator = np.random.default_rng(seed)
    truth = generator.normal(-0.5, 1.0, rows)
    return truth * 2 + 0.5, (generator.random(rows) < sigmoid(truth)).astype(float)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=40))
def test_the_blocks_are_those_of_scikit_learns_isotonic_regression(
    points: list[tuple[float, int]],
) -> None:
    rates = np.array([rate for rate, _ in points])
    weights = np.array([float(weight) for _, weight in points])
    starts = pool_adjacent_violators(rates, weights)
    sums = np.add.reduceat(rates * weights, starts) / np.add.reduceat(weights, starts)
    ours = np.repeat(sums, np.diff(np.r_[starts, len(rates)]))
    places = np.arange(len(rates))
    theirs = IsotonicRegression().fit(places, rates, sample_weight=weights).predict(places)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_with_few_outcomes_the_curve_is_a_sigmoid_that_undoes_the_bias() -> None:
    log_odds, outcomes = biased(1_500)
    curve = calibrate(log_odds, outcomes)
    theirs = LogisticRegression(C=np.inf).fit(log_odds[:, None], outcomes)
    assert curve.kind == "sigmoid"
    np.testing.assert_allclose(
        curve.apply(log_odds), theirs.predict_proba(log_odds[:, None])[:, 1], atol=2e-3
    )


def test_with_many_outcomes_the_shape_is_learned_and_the_level_holds() -> None:
    log_odds, outcomes = biased(20_000)
    curve = calibrate(log_odds, outcomes)
    probability = curve.apply(log_odds)
    assert curve.kind == "isotonic" and len(curve.log_odds) > 5
    assert abs(probability.mean() - outcomes.mean()) < 0.005
    truth = sigmoid((log_odds - 0.5) / 2)
    assert np.abs(probability - truth).mean() < 0.02


@pytest.mark.parametrize("rows", [200, 20_000])
def test_the_curve_rises_strictly_and_never_reaches_the_ends(rows: int) -> None:
    curve = calibrate(*biased(rows))
    probability = curve.apply(np.linspace(-20, 20, 4_001))
    assert (np.diff(probability) > 0).all()
    assert probability.min() > 0 and probability.max() < 1


def test_a_constant_score_is_calibrated_to_the_base_rate() -> None:
    outcomes = np.r_[np.ones(30), np.zeros(70)]
    curve = calibrate(np.full(100, 1.7), outcomes)
    assert curve.apply(np.array([1.7]))[0] == pytest.approx(0.3, abs=0.01)


def test_a_score_that_ranks_the_wrong_way_is_flattened_not_turned_round() -> None:
    log_odds, outcomes = biased(1_000)
    curve = calibrate(-log_odds, outcomes)
    assert platt(-log_odds, outcomes)[0] < 0
    assert curve.slope == pytest.approx(0.05)


def test_a_curve_read_back_is_the_same() -> None:
    for rows in (200, 20_000):
        curve = calibrate(*biased(rows))
        again = Calibration.from_dict(json.loads(curve.to_bytes()))
        grid = np.linspace(-9, 9, 500)
        assert again.apply(grid).tolist() == curve.apply(grid).tolist()


def test_a_row_alone_is_calibrated_as_in_a_batch() -> None:
    curve = calibrate(*biased(20_000))
    grid = np.linspace(-9, 9, 300)
    assert [float(curve.apply(grid[[row]])[0]) for row in range(300)] == curve.apply(grid).tolist()


@pytest.mark.parametrize("rows", [400, 20_000])
def test_the_interval_holds_the_true_probability_about_nine_times_in_ten(rows: int) -> None:
    grid, inside = np.linspace(-2, 2, 9), []
    for seed in range(40):
        drawn = np.random.default_rng(seed)
        log_odds = drawn.normal(0.0, 1.5, rows)
        curve = calibrate(
            log_odds, (drawn.random(rows) < sigmoid(0.8 * log_odds - 0.3)).astype(float)
        )
        low, high = curve.interval(grid)
        truth = sigmoid(0.8 * grid - 0.3)
        inside.append((low <= truth) & (truth <= high))
    assert 0.8 <= np.mean(inside) <= 0.99


def test_an_interval_narrows_with_what_the_curve_was_learned_from() -> None:
    widths = []
    for rows in (300, 3_000):
        low, high = calibrate(*biased(rows), isotonic_from=10_000).interval(np.zeros(1))
        widths.append(float(high[0] - low[0]))
    assert widths[1] < widths[0] / 2


def odds(share: float) -> float:
    return math.log(share / (1 - share))


def two_groups() -> tuple[np.ndarray, np.ndarray]:
    """Of ten with log-odds of 3 eight left, of ten with log-odds of 1 two did."""
    return np.repeat([3.0, 1.0], [10, 10]), np.repeat([1.0, 0.0, 1.0, 0.0], [8, 2, 2, 8])


def test_a_line_through_two_groups_meets_the_share_of_each() -> None:
    slope, intercept = sigmoid_line(*two_groups())
    assert slope == pytest.approx((odds(0.8) - odds(0.2)) / 2, abs=1e-6)
    assert intercept == pytest.approx(odds(0.2) - slope, abs=1e-6)


@pytest.mark.parametrize("prior", [0.5, 5.0, 1e6])
def test_a_prior_pulls_the_slope_towards_one_by_its_weight(prior: float) -> None:
    """At the best line what it explains too much of is just what the prior holds against it."""
    log_odds, outcomes = two_groups()
    slope, intercept = sigmoid_line(log_odds, outcomes, prior=prior)
    missed = 1 / (1 + np.exp(-(slope * log_odds + intercept))) - outcomes
    assert missed.sum() == pytest.approx(0.0, abs=1e-6)
    assert missed @ log_odds == pytest.approx(prior * (1.0 - slope), abs=1e-6)
    assert 1.0 < slope < (odds(0.8) - odds(0.2)) / 2


def test_outcomes_are_softened_by_one_customer_of_either_kind_as_platt_did() -> None:
    """Three of four left: their targets are 4/5, and that of who stayed 1/3."""
    slope, intercept = platt(np.zeros(4), np.array([1.0, 1.0, 1.0, 0.0]))
    assert slope == pytest.approx(1.0)
    assert intercept == pytest.approx(odds((3 * 4 / 5 + 1 / 3) / 4), abs=1e-6)


@pytest.mark.parametrize(
    ("left", "stayed", "kind"),
    [(300, 300, "isotonic"), (299, 300, "sigmoid"), (300, 299, "sigmoid"), (301, 300, "isotonic")],
)
def test_the_shape_is_learned_from_so_many_who_left_and_as_many_who_stayed(
    left: int, stayed: int, kind: str
) -> None:
    outcomes = np.repeat([1.0, 0.0], [left, stayed])
    log_odds = np.linspace(4.0, -4.0, left + stayed)
    assert calibrate(log_odds, outcomes, isotonic_from=300).kind == kind


def test_a_shifted_curve_has_every_log_odds_higher_by_as_much_and_the_same_order() -> None:
    curve = Calibration("isotonic", np.array([-1.0, 0.5]), np.array([0.2, 0.6]), 0.8)
    asked = np.array([-5.0, -1.0, 0.5, 7.0])
    moved = logit(curve.shifted(0.7).apply(asked)) - logit(curve.apply(asked))
    np.testing.assert_allclose(moved, 0.7, atol=1e-9)
    assert curve.shifted(0.0) is curve


@given(st.floats(-3.0, 3.0), st.sampled_from([60, 3_000]))
def test_a_model_that_stands_higher_is_told_the_level_of_the_one_the_curve_was_learned_from(
    higher: float, rows: int
) -> None:
    generator = np.random.default_rng(8)
    log_odds = generator.normal(0.0, 1.5, rows)
    outcomes = (generator.random(rows) < sigmoid(0.7 * log_odds - 0.4)).astype(float)
    curve = calibrate(log_odds, outcomes, isotonic_from=300)
    level = float(curve.apply(log_odds).mean())
    moved = curve.levelled(log_odds + higher, level)
    np.testing.assert_allclose(moved.apply(log_odds + higher), curve.apply(log_odds), atol=1e-6)
    ends = zip(moved.interval(log_odds + higher), curve.interval(log_odds), strict=True)
    for mine, before in ends:
        np.testing.assert_allclose(mine, before, atol=1e-6)
    assert (moved.slope, moved.kind) == (curve.slope, curve.kind)


def test_a_level_out_of_reach_is_come_as_near_to_as_a_move_may_go() -> None:
    log_odds = np.linspace(-2.0, 2.0, 50)
    curve = calibrate(log_odds, (log_odds > 0).astype(float))
    assert curve.levelled(log_odds, 1.0).log_odds[0] == pytest.approx(curve.log_odds[0] - 8.0)
    assert curve.levelled(log_odds, 0.0).log_odds[0] == pytest.approx(curve.log_odds[0] + 8.0)
