"""What decisions bring, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from training.datasets.dataset import Dataset
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.stakes import SHARES, Stakes
from training.learners.calibration import logit


def log_odds(without: list[float], shown: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return logit(np.array(without)), logit(np.array(shown))


def test_an_offer_is_expected_to_bring_the_margin_of_its_effect_less_contact_and_all_rewards() -> (
    None
):
    stakes = Stakes(np.array([1_000.0, 1_000.0]), np.array([100.0, 0.0]), 5.0)
    found = stakes.expected_cents(log_odds([0.1, 0.4], [0.3, 0.2]))
    # .2 x 1,000 - .3 x 100 - 5, and an effect below nothing.
    assert found == pytest.approx([165.0, -205.0])


def ten(treated: list[int], acted: list[int]) -> Experiment:
    keys = np.arange(10, dtype=np.int32)
    vectors = Vectors("plan", ("any",), keys, np.zeros(10, np.int64), np.zeros((10, 1), np.float32))
    dataset = Dataset(vectors, np.array(acted, np.float64), np.array(treated, np.bool_))
    return Experiment(dataset, np.full(10, 0.5))


def test_what_decisions_brought_is_counted_by_either_arm_within_each_budget() -> None:
    """The likeliest first: she was shown it and took it, the second acted without it, nobody else did anything."""
    stakes = Stakes(np.full(10, 100.0), np.full(10, 20.0), 1.0)
    experiment = ten([1, 0, 1, 0, 1, 0, 1, 0, 1, 0], [1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    told = log_odds([0.1] * 10, [0.9, 0.8, 0.7, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3])
    # Treated: 2 x (100 - 20) - 1. Not treated: -2 x 100 - 1. The others cost a contact each.
    first, second = 159.0, -201.0
    by_share = {0.05: 0.0, 0.1: first, 0.2: first + second, 0.3: -43.0, 0.4: -44.0, 0.5: -45.0}
    assert round(0.05 * 10) == 0
    expected = np.mean([by_share[one] for one in SHARES]) / 10
    assert stakes.gain_cents(experiment, told) == pytest.approx(expected)


def test_nobody_is_shown_what_is_expected_to_bring_nothing() -> None:
    stakes = Stakes(np.full(10, 100.0), np.full(10, 20.0), 1.0)
    experiment = ten([1] * 5 + [0] * 5, [1] * 10)
    assert stakes.gain_cents(experiment, log_odds([0.5] * 10, [0.5] * 10)) == 0.0


def test_the_stakes_of_some_are_theirs() -> None:
    stakes = Stakes(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), 7.0)
    some = stakes.select(np.array([2, 0]))
    assert some.margin_cents.tolist() == [3.0, 1.0] and some.reward_cents.tolist() == [6.0, 4.0]
    assert some.contact_cents == 7.0
