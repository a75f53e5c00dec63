"""A campaign that was started, worked and measured, for pages to show."""

from __future__ import annotations

from features.vocabulary.time import Cutoff
from serving.campaigns.freezing import CampaignTerms, start
from serving.campaigns.measuring import CampaignResult, Contaminated, WastedMoney
from serving.campaigns.plannable import PlanLimits
from serving.campaigns.planning import planned
from serving.ledger.campaigns import ContactOutcome
from tests.serving.calling import NOW, Service
from training.measures.estimates import Estimate

RESULT = CampaignResult(
    contacted=100, held_out=50, gone_from_data=0, spend_cents=1_000, money_kind="margin",
    bought=Estimate(4.25, -2.0, 10.5), money_cents=Estimate(5_000, 100, 9_900), retained_cents=Estimate(9_000, 4_000, 14_000),
    share_bought=0.5, share_bought_untreated=0.4, variance_explained=0.2, expected_kept=3.0, expected_gain_cents=7_000.0,
    wasted=WastedMoney(Estimate(500, 0, 900), Estimate(300, 0, 500), Estimate(100, 0, 200), Estimate(100, 0, 300), ("mail, probably gone",)),
    contamination=Contaminated(3, 0, 2), reached=60, reported=80, by_outcome={"reached": 60},
)  # fmt: skip


def measured_campaign(service: Service) -> str:
    """Start a campaign of everybody whom it pays to contact, with an outcome and that result; its id."""
    in_use, ledger = service.models_in_use.in_use, service.models_in_use.ledger
    assert in_use is not None
    plan = planned(in_use.snapshot, PlanLimits(hold_out_percent=40, statuses=("active", "slowing")))
    terms = CampaignTerms("Corner & Sons", "Corner & Sons", "", Cutoff.parse("2026-12-01"), 30)
    found = start(ledger, in_use.snapshot, plan, terms, without_measurement=True, at=NOW)
    campaign_id = found.campaign.campaign_id
    [one, *_] = ledger.campaigns.members(campaign_id)
    outcome = ContactOutcome(campaign_id, one.customer_id, NOW, "accepted", NOW)
    ledger.campaigns.report([outcome])
    ledger.campaigns.keep_result(campaign_id, RESULT.as_dict(), at=NOW)
    return campaign_id
