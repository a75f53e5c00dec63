"""The route of ``/v1/score``; what it takes and gives is declared in ``score_messages``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from features.vocabulary import DAY_SECONDS
from serving.belonging import Belonging
from serving.contract.answering import (
    PROBLEMS,
    answer_in,
    desk_of,
    identity,
    instant,
    json_answer,
    required,
)
from serving.contract.score_messages import ScoreAnswer, ScoreRequest
from serving.desk import InUse
from serving.ledger import Decision
from serving.next_order import NextOrder
from serving.scoring import ScoredRow, Status
from training.reasons.explanation import Explanation
from training.reasons.wording import Fact
from training.value.explanation import ValueExplanation

STALE_AFTER_DAYS = 7

router = APIRouter(prefix="/v1")


@router.post("/score", responses={200: {"model": ScoreAnswer}, **PROBLEMS})
def score(request: Request, question: ScoreRequest) -> Response:
    """Score customers by id, with the reasons for each score."""
    desk = desk_of(request)
    in_use = required(desk)
    at = desk.now()
    rows = in_use.scorer.score(
        [one.customer_id for one in question.wanted],
        with_reasons=question.reasons,
        language=answer_in(question.language, desk),
    )
    decided = _decisions(in_use, rows, at)
    desk.ledger.append(list(decided.values()))
    answers = [
        _row_answer(wanted.row_id, row, decided.get(row.customer_id), desk.currency)
        for wanted, row in zip(question.wanted, rows, strict=True)
    ]
    manifest = in_use.scorer.bundle.manifest
    return json_answer(
        {
            "model": identity(manifest),
            "horizon_days": manifest.horizon_days,
            "base": in_use.scorer.base,
            "vector_as_of": instant(in_use.snapshot.cutoff_seconds),
            "scored_at": instant(at),
            "warnings": _staleness(in_use.snapshot.cutoff_seconds, at),
            "rows": answers,
        }
    )


def _decisions(in_use: InUse, rows: Sequence[ScoredRow], at: int) -> dict[str, Decision]:
    """One decision a known customer: rows that repeat a customer share it."""
    manifest = in_use.scorer.bundle.manifest
    return {
        row.customer_id: Decision(
            decision_id=secrets.token_hex(16),
            customer_id=row.customer_id,
            status=row.status.word,
            probability=row.probability,
            model_version=manifest.version,
            model_digest=manifest.digest,
            cutoff_seconds=in_use.snapshot.cutoff_seconds,
            decided_at=at,
            data_digest=in_use.snapshot.data_digest,
            vector_digest=in_use.scorer.vector_digest(row.customer_id),
        )
        for row in rows
        if row.status != Status.UNKNOWN_ID
    }


def _row_answer(
    row_id: str | None, row: ScoredRow, decision: Decision | None, currency: str
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "row_id": row_id,
        "customer_id": row.customer_id,
        "status": row.status.word,
        "warnings": [],
    }
    if decision is not None:
        answer["decision_id"] = decision.decision_id
    if row.stage is not None:
        answer |= {"stage": row.stage, "lifecycle_status": row.lifecycle_status}
    if row.probability is not None:
        answer |= {
            "probability": row.probability,
            "percentile": row.percentile,
            "band": row.band,
        }
    if row.spend_cents is not None:
        answer["value"] = _value(row, currency)
    if row.belonging is not None:
        answer["segment"] = _segment(row.belonging)
    if row.next_order is not None:
        answer["next_order"] = _when(row.next_order)
    if row.explanation is not None:
        answer |= _explained(row.explanation)
    if row.value_explanation is not None and row.value_explanation.withheld:
        answer["warnings"] = [
            *answer["warnings"],
            _withheld(row.value_explanation.withheld, "value_"),
        ]
    return answer


def _segment(found: Belonging) -> dict[str, Any]:
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


def _value(row: ScoredRow, currency: str) -> dict[str, Any]:
    """Past spend, and what is expected where a value model is in use."""
    value: dict[str, Any] = {"spend_365d_cents": row.spend_cents, "currency": currency}
    if row.worth is not None:
        value |= row.worth
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
    warnings = []
    if explanation.withheld:
        warnings.append(_withheld(explanation.withheld))
    return {
        "warnings": warnings,
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


def _staleness(cutoff_seconds: int, at: int) -> list[dict[str, str]]:
    age_days = (at - cutoff_seconds) // DAY_SECONDS
    if age_days <= STALE_AFTER_DAYS:
        return []
    return [
        {
            "code": "stale_vectors",
            "message": f"What counted here was known {age_days:,} days ago; later events did not.",
        }
    ]
