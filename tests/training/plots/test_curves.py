"""What a run shows: curves one can check by head."""

from __future__ import annotations

import numpy as np

from training.plots.curves import (
    decay_plot,
    gains,
    gains_plot,
    lift_plot,
    profit_plot,
    reliability_plot,
)

AGED = [
    {"cutoff": "2010-06-01", "auc": 0.7, "auc_fresh": 0.7},
    {"cutoff": "2010-08-01", "auc": 0.68, "auc_fresh": 0.71},
]


def test_gains_count_leavers_among_the_riskiest() -> None:
    outcomes = np.array([1.0, 0.0, 1.0, 0.0])
    share, found = gains(outcomes, np.array([0.9, 0.8, 0.4, 0.1]), points=5)
    assert share.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert found.tolist() == [0.0, 0.5, 0.5, 1.0, 1.0]


def test_equal_probabilities_find_leavers_evenly() -> None:
    share, found = gains(np.array([1.0, 0.0, 0.0, 1.0]), np.full(4, 0.3), points=5)
    assert found.tolist() == share.tolist()


def test_plots_are_png() -> None:
    outcomes, probability = np.r_[np.ones(20), np.zeros(30)], np.linspace(0.1, 0.9, 50)
    for picture in (
        reliability_plot(outcomes, probability, "a test"),
        gains_plot({"a rung": (outcomes, probability)}, "a test"),
        lift_plot({"a rung": (outcomes, probability)}, "a test"),
        profit_plot({"a rung": (np.arange(9.0), np.arange(9.0) * 100)}, 3, "a test", "EUR"),
        decay_plot(AGED, "a test"),
    ):
        assert picture.startswith(b"\x89PNG")
