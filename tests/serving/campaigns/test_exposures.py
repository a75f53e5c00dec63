"""Campaigns come back as rows of exposures, from which a training measures what contacts do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as parquet

from features.vocabulary.time import DAY_SECONDS
from serving.campaigns.exposures import write_exposures
from serving.ledger.campaigns import CampaignMember, FrozenCampaign
from serving.ledger.ledger import ledger_of
from tests.serving.company import Company

SPRING = FrozenCampaign("c1", "spring", "", "", 20_000 * DAY_SECONDS, 30, 20, True, {}, 100)
ANNA = CampaignMember("c1", "anna", "d1", "call", False, "at_risk", 0.4, 0.02, 900, 500, 13, 100)
BERT = replace(ANNA, customer_id="bert", decision_id="d2", action="mail", is_held_out=True)
CARL = replace(ANNA, customer_id="carl", decision_id="d3")


def test_everybody_who_was_drawn_is_a_row_with_arm_and_exact_chance(
    company: Company, tmp_path: Path
) -> None:
    with ledger_of(company.workspace) as ledger:
        ledger.campaigns.freeze(SPRING, [ANNA, BERT, CARL])
        for_all = replace(SPRING, campaign_id="c2", name="for all", hold_out_percent=0)
        ledger.campaigns.freeze(for_all, [replace(ANNA, campaign_id="c2")])
        ledger.privacy.decide([("carl", True)], at=200)
    assert write_exposures(company.workspace, tmp_path / "rows.parquet") == 2
    rows = parquet.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [(one["customer_id"], one["offer_id"], one["arm"]) for one in rows] == [
        ("anna", "call", "treated"),
        ("bert", "mail", "control"),
    ]
    assert {one["action_probability"] for one in rows} == {0.8}
    assert {f"{one['shown_at']:%Y-%m-%d %H:%M}" for one in rows} == {"2024-10-04 00:00"}


def test_without_a_campaign_the_file_has_its_heading_alone(
    company: Company, tmp_path: Path
) -> None:
    assert write_exposures(company.workspace, tmp_path / "rows.csv") == 0
    [heading, *rows] = (tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()
    assert "action_probability" in heading and rows == []
