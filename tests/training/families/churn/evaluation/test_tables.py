"""The ladder as a table and as a spreadsheet."""

from __future__ import annotations

from training.families.churn.evaluation.tables import churn_ladder, churn_markdown

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


def test_the_ladder_is_a_table_with_intervals_and_a_dash_for_no_answer() -> None:
    table = churn_markdown([ROW])
    assert "| **recency rule** (ships) | 0.7000 [0.6500, 0.7500] |" in table
    assert table.rstrip().endswith("| – |")
    assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_spreadsheet_has_a_column_for_each_test_cutoff() -> None:
    head, row = churn_ladder([ROW]).tables()["ladder.csv"].splitlines()
    assert head.endswith("auc at 2010-06-01") and row.endswith(",0.7")
