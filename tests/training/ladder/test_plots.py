"""What a run shows: tables and curves one can check by head."""

from __future__ import annotations

import numpy as np

from training.ladder.plots import (
    decay_plot,
    gains,
    gains_plot,
    ladder_csv,
    ladder_markdown,
    lift_plot,
    profit_plot,
    reliability_plot,
)

ROW = {
    "name": "recency rule",
    "auc": 0.7,
    "auc_low": 0.65,
    "auc_high": 0.75,
    "gain": 0.0,
    "gain_low": 0.0,
    "gain_high": 0.0,
    "pr_auc": 0.5,
    "lift_10": 2.0,
    "log_loss": 0.6,
    "brier": 0.2,
    "ece": 0.01,
    "observed_over_expected": 1.0,
    "calibration_slope": None,
    "empc": None,
    "auc_by_cutoff": {"2010-06-01": 0.7},
    "ships": True,
}

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


def test_the_ladder_is_a_table_with_intervals_and_a_dash_for_no_answer() -> None:
    table = ladder_markdown([ROW])
    assert "| **recency rule** (ships) | 0.7000 [0.6500, 0.7500] |" in table
    assert table.rstrip().endswith("| – |")
    assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_spreadsheet_has_a_column_for_each_test_cutoff() -> None:
    head, row = ladder_csv([ROW]).splitlines()
    assert head.endswith("auc at 2010-06-01") and row.endswith(",0.7")


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
