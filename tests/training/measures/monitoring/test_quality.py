"""What calibrated risks say of themselves comes true; where they do not bear it out nothing is estimated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from features.vocabulary.arrays import Floats
from training.measures.monitoring.quality import (
    calibration_fault,
    estimated_quality,
    realised_quality,
)


def drawn(risks: Floats, seed: int) -> Floats:
    """Outcomes of people who leave with the chances given."""
    return (np.random.default_rng(seed).random(len(risks)) < risks).astype(np.float64)


def risks_of(customers: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).beta(1.2, 3.0, customers)


def test_the_estimate_of_three_customers_is_reckoned_by_head() -> None:
    found = estimated_quality(np.array([0.2, 0.5, 0.9]))
    # A pair is won where the one who leaves has the higher risk: 0.9 above 0.5 and 0.2, 0.5 above 0.2.
    won = 0.9 * 0.5 + 0.9 * 0.8 + 0.5 * 0.8
    lost = 0.2 * 0.5 + 0.2 * 0.1 + 0.5 * 0.1
    assert found.auc == pytest.approx(won / (won + lost))
    assert found.share == pytest.approx(1.6 / 3)
    assert found.share_of_list == pytest.approx(0.9)


def test_the_estimate_is_what_comes_true_on_average() -> None:
    """The oracle draws what becomes of the same customers two hundred times."""
    risks = risks_of(2_000)
    said = estimated_quality(risks)
    came = [realised_quality(drawn(risks, seed), risks) for seed in range(200)]
    assert said.auc == pytest.approx(np.mean([one.auc for one in came]), abs=0.003)
    assert said.share == pytest.approx(np.mean([one.share for one in came]), abs=0.003)
    assert said.share_of_list == pytest.approx(
        np.mean([one.share_of_list for one in came]), abs=0.01
    )


def test_equal_risks_tell_nobody_apart() -> None:
    assert estimated_quality(np.full(50, 0.3)).auc == pytest.approx(0.5)


@given(some.lists(some.floats(0.01, 0.99), min_size=2, max_size=30))
@settings(deadline=None)
def test_the_estimate_does_not_depend_on_the_order_of_customers(risks: list[float]) -> None:
    there, back = estimated_quality(np.array(risks)), estimated_quality(np.array(risks[::-1]))
    assert there == back
    assert 0.0 <= there.auc <= 1.0


def test_calibrated_risks_are_taken_at_their_word() -> None:
    for seed in range(20):
        risks = risks_of(1_500, seed)
        assert calibration_fault(drawn(risks, seed), risks) == ""


def test_risks_off_level_are_not() -> None:
    risks = risks_of(1_500)
    fault = calibration_fault(drawn(np.minimum(1.5 * risks, 1.0), 2), risks)
    assert "were expected to leave" in fault


def test_risks_that_are_too_sure_of_themselves_are_not() -> None:
    true = risks_of(4_000)
    odds = (true / (1 - true)) ** 2.5
    sure = odds / (1 + odds)
    # Brought back to the level, so that only the tenths can tell.
    sure *= true.sum() / sure.sum()
    fault = calibration_fault(drawn(true, 3), np.clip(sure, 0.0, 0.999))
    assert "tenths by risk lie" in fault


def test_of_too_few_outcomes_nothing_is_said_for_them() -> None:
    risks = risks_of(150)
    assert "too few" in calibration_fault(drawn(risks, 4), risks)
    assert "too few" in calibration_fault(np.zeros(5_000), np.full(5_000, 0.001))
