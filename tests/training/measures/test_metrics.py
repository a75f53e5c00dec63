"""The figures, by hand and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from training.learners.sorted_scores import SortedScores
from training.measures import metrics

Sample = tuple[np.ndarray, np.ndarray]


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Outcomes of both kinds with probabilities, some of them tied."""
    rows = draw(st.integers(2, 60))
    outcomes = np.array(draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=rows, max_size=rows)))
    outcomes[:2] = 0.0, 1.0
    steps = draw(st.lists(st.integers(1, 19), min_size=rows, max_size=rows))
    return outcomes, np.array(steps) / 20


def average_precision_by_hand(outcomes: np.ndarray, probability: np.ndarray) -> float:
    """The precision at each threshold, weighed by the share of those who left that it adds."""
    total, reached = 0.0, 0.0
    for threshold in sorted(set(probability), reverse=True):
        chosen = outcomes[probability >= threshold]
        share = chosen.sum() / outcomes.sum()
        total += (share - reached) * chosen.mean()
        reached = share
    return total


@given(samples())
def test_the_figures_are_those_of_the_textbook(sample: Sample) -> None:
    outcomes, probability = sample
    found = metrics.measure(outcomes, probability)
    assert found["auc"] == pytest.approx(roc_auc_score(outcomes, probability), abs=1e-12)
    assert found["pr_auc"] == pytest.approx(
        average_precision_by_hand(outcomes, probability), abs=1e-12
    )
    pairs = list(zip(outcomes.tolist(), probability.tolist(), strict=True))
    surprises = [-math.log(chance if left else 1 - chance) for left, chance in pairs]
    assert found["log_loss"] == pytest.approx(math.fsum(surprises) / len(pairs), abs=1e-12)
    squares = [(chance - left) ** 2 for left, chance in pairs]
    assert found["brier"] == pytest.approx(math.fsum(squares) / len(pairs), abs=1e-12)


def test_figures_hold_where_probabilities_are_certain_and_one_outcome_is_all_there_is() -> None:
    nobody_left, certain = np.zeros(3), np.array([0.0, 0.0, 1.0])
    assert math.isnan(metrics.average_precision(nobody_left, certain))
    assert metrics.log_loss(nobody_left, certain) == pytest.approx(-math.log(1e-15) / 3, rel=1e-3)
    assert metrics.log_loss(nobody_left, certain) == pytest.approx(
        float(metrics.log_losses(nobody_left, certain).mean()), rel=1e-12
    )
    assert metrics.brier(nobody_left, certain) == pytest.approx(1 / 3)
    assert metrics.brier(np.ones(3), certain) == pytest.approx(2 / 3)


@given(samples(), st.integers(0, 99))
def test_a_weighted_auc_is_that_of_repeated_rows(sample: Sample, seed: int) -> None:
    outcomes, probability = sample
    weights = np.random.default_rng(seed).integers(0, 4, len(outcomes)).astype(float)
    weights[:2] = 1.0
    repeated = np.repeat(np.arange(len(outcomes)), weights.astype(int))
    assert SortedScores.of(outcomes, probability).auc(weights) == pytest.approx(
        roc_auc_score(outcomes[repeated], probability[repeated]), abs=1e-12
    )


def test_a_figure_without_an_answer_is_not_a_number() -> None:
    nobody_left = np.zeros(3)
    assert math.isnan(metrics.auc(nobody_left, np.array([0.1, 0.2, 0.3])))
    assert math.isnan(metrics.calibration_slope(np.array([0.0, 1.0]), np.array([0.5, 0.5])))


def test_lift_shares_the_last_place_among_equals() -> None:
    outcomes = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    scores = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    # Two places: the first is taken by a leaver, the second by one of three equals, one a leaver.
    assert metrics.lift(outcomes, scores, share=0.4) == pytest.approx((1 + 1 / 3) / 2 / 0.4)


def test_the_calibration_error_is_the_mean_distance_of_equal_bins() -> None:
    probability = np.array([0.1, 0.1, 0.7, 0.9])
    outcomes = np.array([0.0, 1.0, 1.0, 1.0])
    # Bins of two: expected .1 and .8, observed .5 and 1.
    assert metrics.calibration_error(outcomes, probability, bins=2) == pytest.approx(0.3)
    assert metrics.observed_over_expected(outcomes, probability) == pytest.approx(3 / 1.8)


def test_the_slope_is_that_of_an_unpenalised_logistic_regression() -> None:
    generator = np.random.default_rng(5)
    log_odds = generator.normal(0, 2, 2_000)
    outcomes = (generator.random(2_000) < 1 / (1 + np.exp(-0.6 * log_odds))).astype(float)
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(log_odds[:, None], outcomes).coef_[0, 0]
    ours = metrics.calibration_slope(outcomes, 1 / (1 + np.exp(-log_odds)))
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert ours == pytest.approx(0.6, abs=0.1)


def test_chance_alone_makes_few_customers_look_miscalibrated() -> None:
    generator = np.random.default_rng(3)
    probability = generator.uniform(0.1, 0.9, 500)
    limit = metrics.calibration_error_by_chance(probability)
    errors = [
        metrics.calibration_error((generator.random(500) < probability).astype(float), probability)
        for _ in range(400)
    ]
    assert np.mean(np.array(errors) > limit) == pytest.approx(0.05, abs=0.03)
    assert metrics.calibration_error_by_chance(np.tile(probability, 100)) < limit / 5


@pytest.mark.parametrize(
    ("rows", "lifted"), [(9, 4.5), (10, 5.0), (11, 2.75), (20, 5.0), (21, 3.5)]
)
def test_the_top_tenth_is_rounded_up_and_holds_one_at_least(rows: int, lifted: float) -> None:
    # Two of them left: the one of the highest score and the one of the lowest.
    outcomes = np.r_[1.0, np.zeros(rows - 2), 1.0]
    assert metrics.lift(outcomes, np.arange(float(rows))[::-1]) == pytest.approx(lifted)


def test_where_nobody_left_or_nobody_is_there_is_no_lift() -> None:
    assert math.isnan(metrics.lift(np.zeros(3), np.arange(3.0)))
    assert math.isnan(metrics.lift(np.empty(0), np.empty(0)))


def test_customers_are_binned_by_rising_probability_the_first_bins_being_the_larger() -> None:
    probability = np.array([0.9, 0.1, 0.5, 0.3, 0.7])
    found = metrics.reliability(np.array([1.0, 0.0, 1.0, 1.0, 0.0]), probability, bins=2)
    assert [(one.customers, round(one.expected, 9), one.observed) for one in found] == [
        (3, 0.3, 2 / 3),
        (2, 0.8, 0.5),
    ]
    assert len(metrics.reliability(np.ones(3), np.full(3, 0.5))) == 3
    assert [one.customers for one in metrics.reliability(np.ones(40), np.full(40, 0.5))] == [4] * 10


def test_every_figure_stands_under_its_own_name() -> None:
    outcomes, probability = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.8, 0.6, 0.4, 0.2])
    found = metrics.measure(outcomes, probability)
    expected = {
        "auc": 0.75,
        "pr_auc": 1 / 2 + 1 / 2 * 2 / 3,
        "lift_10": 2.0,
        "brier": (0.04 + 0.36 + 0.36 + 0.04) / 4,
        "ece": (0.2 + 0.6 + 0.6 + 0.2) / 4,
        "observed_over_expected": 1.0,
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    # The first three are contacted as a rule: 3/10 x 190 x 2/4, less 1 x 2/4 and 11 x 1/4.
    assert found["empc"] == pytest.approx(28.5 - 0.5 - 2.75, abs=0.01)
    assert found["empc_share"] == pytest.approx(0.75, abs=0.01)
