"""What is said of a measured campaign: its figures with their ranges beside the plan, and what went otherwise."""

from __future__ import annotations

from dataclasses import replace

from regulars.campaign_tables import measured_outcome
from serving.campaigns.measuring import CampaignResult, Contaminated, WastedMoney
from serving.ledger.campaigns import FrozenCampaign
from training.measures.estimates import Estimate

SPRING = FrozenCampaign("c1", "spring", "", "Anna", 0, 30, 20, True, {}, 0)
VAIN = WastedMoney(
    Estimate(300_00, 100_00, 400_00),
    Estimate(200_00, 0, 300_00),
    Estimate(100_00, 0, 200_00),
    Estimate(0, 0, 0),
    ("call, active",),
)
RESULT = CampaignResult(
    contacted=800,
    held_out=200,
    gone_from_data=0,
    spend_cents=500_00,
    money_kind="margin",
    bought=Estimate(12.0, -3.0, 27.0),
    money_cents=Estimate(900_00, 100_00, 1_700_00),
    retained_cents=Estimate(1_500_00, 600_00, 2_400_00),
    share_bought=0.7,
    share_bought_untreated=0.685,
    variance_explained=0.25,
    expected_kept=9.0,
    expected_gain_cents=400_00,
    wasted=VAIN,
    contamination=Contaminated(0, 0, 0),
    reached=600,
    reported=700,
    by_outcome={},
)


def test_a_gain_beyond_chance_is_told_with_its_range_beside_the_plan() -> None:
    found = measured_outcome(SPRING, RESULT, "EUR")
    assert found.said.startswith('"spring" brought 1,000 EUR (100 … 1,900) net, 800 contacted')
    brought, vain = found.tables
    assert brought.rows[0] == ("customers who bought because of it", "12.0 (−3.0 … 27.0)", "9.0")
    assert brought.rows[-1] == ("net", "1,000 EUR (100 … 1,900)", "400 EUR")
    assert vain.rows[-1] == ("all", "300 EUR (100 … 400)")
    assert found.lines[-1] == "  Not worth it next time: call, active."


def test_what_chance_alone_may_explain_is_not_told_as_a_gain() -> None:
    unsure = replace(RESULT, retained_cents=Estimate(600_00, 500_00, 700_00))
    assert "net (chance alone may explain it)" in measured_outcome(SPRING, unsure, "EUR").said


def test_what_went_otherwise_than_the_lot_had_it_stands_in_a_line_each() -> None:
    mixed = replace(RESULT, contamination=Contaminated(3, 0, 2))
    told = [one for one in measured_outcome(SPRING, mixed, "EUR").lines if one.startswith("  !")]
    assert [one.split()[1] for one in told] == ["3", "2"]
