"""A scored customer as a row of an answer: each figure under its own name, and nothing said that is not known."""

from __future__ import annotations

import pytest

from serving.contract.rows import PARTS, RISK_FIELDS, row_answer
from serving.ledger.decisions import Decision
from serving.scores.next_order import NextOrder
from serving.scores.score import Score, Status
from serving.scores.subject import Caution
from serving.snapshot.segments import CustomerSegment, SegmentReason
from training.actions.actions import Action
from training.actions.best import BestAction
from training.actions.groups import ContactGroup
from training.families.value.reasons.explanation import ValueExplanation, ValueReason
from training.reasons.explanation import Explanation, Reason
from training.reasons.wording import Fact

# The first of January 2026.
MIDNIGHT = 1_767_225_600
FACT = Fact(
    "days_since_order",
    "Days since the last order.",
    "days",
    41.0,
    "41 days",
    9.0,
    "9 days",
    "regulars",
)
RISK = Explanation(
    probability=0.62,
    base=0.2,
    reasons=(
        Reason("rhythm", "Buying rhythm", 40.04, 40.0, "raises", "indirect", "Silent", (FACT,)),
        Reason("spend", "Spend", -1.02, -1.1, "lowers", "context", "", (), similar=True),
    ),
    other_points=2.98,
    shown_probability=62.0,
    shown_base=20.0,
    shown_other=3.1,
    withheld=2,
)  # fmt: skip
WORTH = ValueExplanation(
    expected_cents=15_000,
    base_cents=10_000,
    reasons=(
        ValueReason("spend", "Spend", 9_000.4, 9_000, "raises", "now", "Spent", (FACT,), {"chance": 4}),
        ValueReason("trend", "Trend", -40.4, -40, "lowers", "now", "", (), {}),
    ),
    limit_cents=-4_500,
    other_cents=540,
    withheld=1,
)  # fmt: skip
SEGMENT = CustomerSegment(
    4, "Frequent", 2, "Rare", 0.5,
    (SegmentReason("gap", "rhythm", "against", -0.25, "often", "Every 9 days", 9.0, "days"),), 0.75,
)  # fmt: skip
CALL = Action("call", "phone", 500, (0.1, 0.1, 0.2, 0.15, 0.05, 0.1, 0.01), "assumed")
SCORE = Score(
    "anna",
    Status.OK,
    MIDNIGHT,
    cautions=(Caution("out_of_range", "One value", ("a", "b")), Caution("known_events", "Two")),
    stage="client",
    lifecycle_status="slowing",
    probability=0.62,
    interval=(0.55, 0.7),
    percentile=93.5,
    band="high",
    base=0.2,
    spend_cents=12_345,
    at_risk_cents=7_440,
    value={
        "expected_cents": 15_000,
        "low_cents": 1_000,
        "high_cents": 40_000,
        "if_kept_cents": 12_000,
        "horizon_days": 90,
    },
    next_order=NextOrder(((30, 0.8), (60, 0.7)), "2026-01-09", "2026-02-09", None, 90),
    explanation=RISK,
    value_explanation=WORTH,
    segment=SEGMENT,
    # A call keeps a fifth of 62 % of 120.00, less 5.00.
    best_action=BestAction(CALL, 0.124, 12_000, 988),
)
DECIDED = Decision("d1", "anna", "ok", 0.62, "1", "m", MIDNIGHT, MIDNIGHT + 5)
FACT_TOLD = {
    "feature": "days_since_order", "meaning": "Days since the last order.", "unit": "days",
    "value": 41.0, "text": "41 days", "typical": 9.0, "peers": "regulars",
}  # fmt: skip


def test_every_figure_stands_under_its_own_name() -> None:
    row = row_answer("r7", SCORE, DECIDED, currency="EUR", lasts_days=7)
    assert (row["row_id"], row["customer_id"], row["status"]) == ("r7", "anna", "ok")
    assert row["decision_id"] == "d1" and "hold_out" not in row
    assert (row["stage"], row["lifecycle_status"]) == ("client", "slowing")
    assert row["vector_as_of"] == "2026-01-01T00:00:00Z"
    assert row["expires_at"] == "2026-01-08T00:00:00Z"
    assert (row["probability"], row["percentile"], row["band"]) == (0.62, 93.5, "high")
    assert row["interval"] == {"low": 0.55, "high": 0.7}
    assert row["next_order"] == {
        "silent": [{"days": 30, "probability": 0.8}, {"days": 60, "probability": 0.7}],
        "earliest": "2026-01-09", "expected": "2026-02-09", "latest": None, "horizon_days": 90,
    }  # fmt: skip
    assert row["segment"] == {
        "id": 4, "name": "Frequent", "neighbour_id": 2, "neighbour": "Rare", "lead": 0.5,
        "reasons": [{
            "feature": "gap", "group": "rhythm", "speaks": "against", "share": -0.25, "word": "often",
            "text": "Every 9 days", "value": 9.0, "unit": "days",
        }],
        "other_share": 0.75,
    }  # fmt: skip


def test_the_money_is_past_spend_expected_value_and_what_is_at_risk() -> None:
    reason, other = WORTH.reasons
    assert row_answer("r7", SCORE, DECIDED, currency="EUR", lasts_days=7)["value"] == {
        "spend_365d_cents": 12_345, "currency": "EUR", "expected_cents": 15_000, "low_cents": 1_000,
        "high_cents": 40_000, "if_kept_cents": 12_000, "horizon_days": 90, "at_risk_cents": 7_440,
        "base_cents": 10_000, "limit_cents": -4_500, "other_cents": 540,
        "reasons": [
            {"group": "spend", "title": "Spend", "cents": 9_000, "parts": {"chance": 4},
             "direction": "raises", "actionable": "now", "text": "Spent", "joined": [], "facts": [FACT_TOLD]},
            {"group": "trend", "title": "Trend", "cents": -40,
             "direction": "lowers", "actionable": "now", "text": "", "joined": [], "facts": []},
        ],
    }  # fmt: skip
    assert (reason.cents, other.cents) == (9_000.4, -40.4)


def test_the_reasons_and_what_is_shown_of_them_are_told_as_they_were_found() -> None:
    row = row_answer("r7", SCORE, DECIDED, currency="EUR", lasts_days=7)
    assert row["reasons"] == [
        {"group": "rhythm", "title": "Buying rhythm", "points": 40.04, "shown_points": 40.0,
         "direction": "raises", "actionable": "indirect", "text": "Silent", "joined": [], "similar": False,
         "facts": [FACT_TOLD]},
        {"group": "spend", "title": "Spend", "points": -1.02, "shown_points": -1.1,
         "direction": "lowers", "actionable": "context", "text": "", "joined": [], "similar": True, "facts": []},
    ]  # fmt: skip
    assert row["other_points"] == 2.98
    assert row["shown"] == {"probability": 62.0, "base": 20.0, "other": 3.1}
    assert row["warnings"] == [
        {"code": "out_of_range", "message": "One value", "features": ["a", "b"]},
        {"code": "known_events", "message": "Two"},
        {"code": "sentence_withheld",
         "message": "2 sentence(s) withheld because the facts contradict them."},
        {"code": "value_sentence_withheld",
         "message": "1 sentence(s) withheld because the facts contradict them."},
    ]  # fmt: skip
    calm = SCORE._replace(
        cautions=(),
        explanation=RISK._replace(withheld=0),
        value_explanation=ValueExplanation(0, 0, (), 0, 0, withheld=0),
    )
    assert row_answer(None, calm, DECIDED, currency="EUR", lasts_days=7)["warnings"] == []


@pytest.mark.parametrize("status", [Status.UNKNOWN_ID, Status.NO_CONSENT, Status.ERROR])
def test_of_whom_nothing_is_known_nothing_is_told(status: Status) -> None:
    nothing = Score("anna", status, MIDNIGHT)
    told: dict[str, object] = {
        "row_id": None,
        "customer_id": "anna",
        "status": status.word,
        "warnings": [],
    }
    assert row_answer(None, nothing, None, currency="EUR", lasts_days=7) == told
    nameless = row_answer(None, Score("", status), DECIDED, currency="EUR", lasts_days=7)
    assert nameless == told | {"customer_id": None, "decision_id": "d1"}


def test_nought_is_told_as_nought() -> None:
    poor = Score("anna", Status.NOT_ELIGIBLE, MIDNIGHT, spend_cents=0)
    row = row_answer(None, poor, DECIDED, currency="EUR", lasts_days=0)
    assert row["value"] == {"spend_365d_cents": 0, "currency": "EUR"}
    assert row["expires_at"] == row["vector_as_of"] and "probability" not in row
    sure = SCORE._replace(probability=0.0, percentile=0.0, band="low", at_risk_cents=0)
    row = row_answer(None, sure, DECIDED, currency="EUR", lasts_days=7)
    assert (row["probability"], row["percentile"]) == (0.0, 0.0)
    assert row["value"] is not None and row["value"]["at_risk_cents"] == 0
    valued = SCORE._replace(spend_cents=None, at_risk_cents=None, value_explanation=None)
    value = row_answer(None, valued, DECIDED, currency="EUR", lasts_days=7)["value"]
    assert value is not None
    assert value["spend_365d_cents"] is None and value["expected_cents"] == 15_000
    assert "at_risk_cents" not in value and "base_cents" not in value


@pytest.mark.parametrize(("kept", "told"), [("yes", True), ("no", False)])
def test_a_campaign_says_who_is_held_out_of_it(kept: str, told: bool) -> None:
    decided = Decision("d1", "anna", "ok", 0.6, "1", "m", 1, 2, campaign="spring", hold_out=kept)
    assert row_answer(None, SCORE, decided, currency="EUR", lasts_days=7)["hold_out"] is told


def test_what_was_not_asked_for_is_left_out_and_the_rest_is_there() -> None:
    whole = row_answer(None, SCORE, DECIDED, currency="EUR", lasts_days=7)
    for without in ((), RISK_FIELDS, PARTS, ("segment",), (*RISK_FIELDS, *PARTS)):
        row = row_answer(None, SCORE, DECIDED, currency="EUR", lasts_days=7, without=without)
        assert set(whole) - set(row) == set(without)
    assert set(RISK_FIELDS) == {
        "probability", "interval", "percentile", "band", "reasons", "other_points", "shown",
        "best_action",
    }  # fmt: skip
    assert PARTS == ("value", "segment", "next_order")


def test_the_best_action_is_told_with_its_sum_or_why_there_is_none() -> None:
    row = row_answer(None, SCORE, DECIDED, currency="EUR", lasts_days=7)
    assert row["best_action"] == {
        "name": "call", "channel": "phone", "cost_cents": 500, "chance_kept": 0.124,
        "if_kept_cents": 12_000, "net_gain_cents": 988, "source": "assumed",
    }  # fmt: skip
    left = BestAction(None, 0.0, 12_000, 0, "contact_refused")
    alone = SCORE._replace(best_action=left)
    row = row_answer(None, alone, DECIDED, currency="EUR", lasts_days=7)
    assert row["best_action"] == {
        "name": "nothing", "if_kept_cents": 12_000, "net_gain_cents": 0,
        "why_nothing": "contact_refused",
    }  # fmt: skip
    lost = left._replace(why_nothing="no_gain", group=ContactGroup.LOST_CAUSE)
    row = row_answer(None, SCORE._replace(best_action=lost), DECIDED, currency="EUR", lasts_days=7)
    assert row["best_action"] == {
        "name": "nothing", "if_kept_cents": 12_000, "net_gain_cents": 0,
        "why_nothing": "no_gain", "group": "lost cause",
    }  # fmt: skip


def test_a_segment_without_reasons_says_no_shares() -> None:
    alone = SEGMENT.__class__(4, "Frequent", None, "", 1.0, (), 1.0)
    row = row_answer(None, SCORE._replace(segment=alone), DECIDED, currency="EUR", lasts_days=7)
    assert row["segment"] == {
        "id": 4, "name": "Frequent", "neighbour_id": None, "neighbour": "", "lead": 1.0,
    }  # fmt: skip
