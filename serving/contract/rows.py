"""One row of an answer: a scored customer as the contract writes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from features.vocabulary.time import DAY_SECONDS
from serving.contract.answering import instant
from serving.ledger.decisions import Decision
from serving.scores.next_order import NextOrder
from serving.scores.score import Score
from serving.scores.subject import Caution
from serving.snapshot.segments import CustomerSegment
from training.families.value.reasons.explanation import ValueExplanation
from training.reasons.explanation import Explanation
from training.reasons.wording import Fact

RISK_FIELDS = ("probability", "interval", "percentile", "band", "reasons", "other_points", "shown")
PARTS = ("value", "segment", "next_order")
"""What may be asked for beside the risk; each is a field of the row."""


def row_answer(
    row_id: str | None,
    row: Score,
    decision: Decision | None,
    *,
    currency: str,
    lasts_days: int,
    without: Collection[str] = (),
) -> dict[str, Any]:
    """A row; ``without`` names the fields that were not asked for."""
    answer: dict[str, Any] = {
        "row_id": row_id,
        "customer_id": row.customer_id or None,
        "status": row.status.word,
        "warnings": [_caution(one) for one in row.cautions],
    }
    if decision is not None:
        answer["decision_id"] = decision.decision_id
        if decision.campaign:
            answer["hold_out"] = decision.hold_out == "yes"
    if row.stage is not None:
        answer |= {"stage": row.stage, "lifecycle_status": row.lifecycle_status}
    if row.as_of_seconds is not None and decision is not None:
        answer["vector_as_of"] = instant(row.as_of_seconds)
        answer["expires_at"] = instant(row.as_of_seconds + lasts_days * DAY_SECONDS)
    if row.probability is not None:
        answer |= _risk(row)
    if row.spend_cents is not None or row.value is not None:
        answer["value"] = _value(row, currency)
    if row.segment is not None:
        answer["segment"] = _segment(row.segment)
    if row.next_order is not None:
        answer["next_order"] = _when(row.next_order)
    if row.explanation is not None:
        answer |= _explained(row.explanation)
        if row.explanation.withheld:
            answer["warnings"].append(_withheld(row.explanation.withheld))
    if row.value_explanation is not None and row.value_explanation.withheld:
        answer["warnings"].append(_withheld(row.value_explanation.withheld, "value_"))
    for name in without:
        answer.pop(name, None)
    return answer


def _risk(row: Score) -> dict[str, Any]:
    assert row.interval is not None
    low, high = row.interval
    return {
        "probability": row.probability,
        "interval": {"low": low, "high": high},
        "percentile": row.percentile,
        "band": row.band,
    }


def _caution(one: Caution) -> dict[str, Any]:
    named = {"features": list(one.features)} if one.features else {}
    return {"code": one.code, "message": one.message} | named


def _segment(found: CustomerSegment) -> dict[str, Any]:
    """The segment, and on request what speaks for it and against."""
    segment: dict[str, Any] = {
        "id": found.segment_id,
        "name": found.name,
        "neighbour_id": found.neighbour_id,
        "neighbour": found.neighbour,
        "lead": found.lead,
    }
    if found.reasons:
        segment["reasons"] = [asdict(one) for one in found.reasons]
        segment["other_share"] = found.other_share
    return segment


def _when(order: NextOrder) -> dict[str, Any]:
    return {
        "silent": [{"days": days, "probability": chance} for days, chance in order.silent],
        "earliest": order.earliest,
        "expected": order.expected,
        "latest": order.latest,
        "horizon_days": order.horizon_days,
    }


def _value(row: Score, currency: str) -> dict[str, Any]:
    """Past spend, and what is expected where a value model is in use."""
    value: dict[str, Any] = {"spend_365d_cents": row.spend_cents, "currency": currency}
    if row.value is not None:
        value |= row.value
    if row.at_risk_cents is not None:
        value["at_risk_cents"] = row.at_risk_cents
    if row.value_explanation is not None:
        value |= _value_explained(row.value_explanation)
    return value


def _withheld(sentences: int, of: str = "") -> dict[str, str]:
    message = f"{sentences} sentence(s) withheld because the facts contradict them."
    return {"code": f"{of}sentence_withheld", "message": message}


def _value_explained(explanation: ValueExplanation) -> dict[str, Any]:
    """Base, reasons, limit and everything else, in cents that add up to the expected value."""
    return {
        "base_cents": explanation.base_cents,
        "reasons": [
            {
                "group": one.group,
                "title": one.title,
                "cents": one.shown_cents,
                **({"parts": one.parts} if one.parts else {}),
                "direction": one.direction,
                "actionable": one.actionable,
                "text": one.text,
                "facts": _facts(one.facts),
            }
            for one in explanation.reasons
        ],
        "limit_cents": explanation.limit_cents,
        "other_cents": explanation.other_cents,
    }


def _explained(explanation: Explanation) -> dict[str, Any]:
    return {
        "reasons": [
            {
                "group": one.group,
                "title": one.title,
                "points": one.points,
                "shown_points": one.shown_points,
                "direction": one.direction,
                "actionable": one.actionable,
                "text": one.text,
                "similar": one.similar,
                "facts": _facts(one.facts),
            }
            for one in explanation.reasons
        ],
        "other_points": explanation.other_points,
        "shown": {
            "probability": explanation.shown_probability,
            "base": explanation.shown_base,
            "other": explanation.shown_other,
        },
    }


def _facts(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    return [
        {
            "feature": one.feature,
            "meaning": one.meaning,
            "unit": one.unit,
            "value": one.value,
            "text": one.text,
            "typical": one.typical,
            "peers": one.peers,
        }
        for one in facts
    ]
