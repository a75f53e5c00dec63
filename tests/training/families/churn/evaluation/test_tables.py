"""The ladder as a table and as a spreadsheet."""

from __future__ import annotations

from typing import Any

import pytest

from training.families.churn.evaluation.tables import (
    churn_ladder,
    churn_markdown,
    contacts_markdown,
    money_sentences,
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


def test_the_ladder_is_a_table_with_intervals_and_a_dash_for_no_answer() -> None:
    table = churn_markdown([ROW])
    assert "| **recency rule** (ships) | 0.7000 [0.6500, 0.7500] |" in table
    assert table.rstrip().endswith("| – |")
    assert len({line.count("|") for line in table.splitlines()}) == 1


def test_the_spreadsheet_has_a_column_for_each_test_cutoff() -> None:
    head, row = churn_ladder([ROW]).tables()["ladder.csv"].splitlines()
    assert head.endswith("auc at 2010-06-01") and row.endswith(",0.7")


def a_list_worked_with(name: str, source: str) -> dict[str, Any]:
    """60 euros kept with 2 of 100 called, at 3 euros a call."""
    campaign = {
        "kept_value_is_known": True,
        "costs": {"value": 6_000.0, "incentive": 0.0, "contact": 300.0, "success": 0.1},
        "half_value_cents": -20_000.0,
        "more_value_cents": 40_000.0,
    }
    return {
        "campaign": campaign,
        "currency": "EUR",
        "list_contact": {"name": name, "source": source},
    }


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "assumed",
            "What a contact keeps is assumed until a campaign with a hold-out has measured it.",
        ),
        ("measured", "What it keeps was measured in the company's own campaigns."),
    ],
)
def test_the_money_of_a_list_says_with_what_it_is_worked_and_how_that_is_known(
    source: str, said: str
) -> None:
    sentences = money_sentences(a_list_worked_with("letter", source))
    assert "a letter and 10.0% of those on the list kept who would have left" in sentences
    # 3 euros are what 60 × 10 % bring where half of those on the list leave.
    assert "Such a list pays where 50% of those on it leave." in sentences
    assert sentences.endswith(said)


def test_one_campaign_is_not_one_campaigns() -> None:
    counted = {"name": "call", "first_day": "a", "last_day": "b", "shortest_days": 90}
    told = [
        "\n".join(
            contacts_markdown([{**counted, "longest_days": 120, "campaigns": many, "statuses": {}}])
        )
        for many in (1, 12)
    ]
    assert "**Call**: 1 campaign from" in told[0] and "**Call**: 12 campaigns from" in told[1]
