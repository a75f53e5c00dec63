"""The routes of the CRM contract ``/v1``; what they take and give is declared in ``messages``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from features.vocabulary import DAY_SECONDS
from serving.belonging import Belonging
from serving.desk import Desk, InUse
from serving.ledger import Decision
from serving.messages import (
    ModelsAnswer,
    ProblemAnswer,
    ScoreAnswer,
    ScoreRequest,
    VersionAnswer,
)
from serving.next_order import NextOrder
from serving.problems import MEDIA_TYPE, FieldFault, Problem, Refusal
from serving.scoring import ScoredRow, Status
from training.manifest import Manifest
from training.reasons.explanation import Explanation
from training.reasons.language import Language
from training.reasons.languages import language_of
from training.reasons.wording import Fact
from training.value.explanation import ValueExplanation

VERSION = "0.1.0"
STALE_AFTER_DAYS = 7
_LONGEST_NAME_REPEATED = 64

router = APIRouter(prefix="/v1")


def build_api(*routers: APIRouter, contract: Sequence[APIRouter] = ()) -> FastAPI:
    """The web application: the contract, further routers, and one way to say no.

    The routers of ``contract`` belong to ``/v1`` and are described with it.
    Its ``state.desk`` must be set before it answers.
    """
    application = FastAPI(
        title="Regulars",
        version=VERSION,
        description="Scores with reasons, by customer id.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    for part in (router, *contract):
        application.include_router(part)
    for one in routers:
        application.include_router(one, include_in_schema=False)
    application.add_exception_handler(Refusal, _refused)
    application.add_exception_handler(RequestValidationError, _invalid)
    return application


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer, "description": "A problem document."}
    for status in (400, 401, 403, 409, 413, 415, 422, 429, 500, 503, 504)
}


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


@router.get("/models", responses={200: {"model": ModelsAnswer}, **PROBLEMS})
def models(request: Request) -> Response:
    """The models in use and how well they did on customers they had not seen."""
    bundle = required(desk_of(request)).scorer.bundle
    manifest = bundle.manifest
    entry = identity(manifest) | {
        "family": manifest.family,
        "horizon_days": manifest.horizon_days,
        "gap_days": manifest.gap_days,
        "question": bundle.question.said,
        "base_rate": manifest.base_rate,
        "population": manifest.population,
        "metrics": manifest.metrics,
    }
    return json_answer({"models": [entry]})


@router.get("/version", responses={200: {"model": VersionAnswer}, **PROBLEMS})
def version(request: Request) -> Response:
    """What is running, whether it can answer and, when it cannot, why not."""
    desk = desk_of(request)
    in_use = desk.in_use
    return json_answer(
        {
            "service": VERSION,
            "ready": in_use is not None,
            "model": identity(in_use.scorer.bundle.manifest) if in_use else None,
            "snapshot": in_use.snapshot.name if in_use else None,
            "vector_as_of": instant(in_use.snapshot.cutoff_seconds) if in_use else None,
            "fault": desk.fault,
        }
    )


def desk_of(request: Request) -> Desk:
    """The desk this process answers from."""
    desk = getattr(request.app.state, "desk", None)
    if not isinstance(desk, Desk):
        raise Refusal("not_ready")
    return desk


def answer_in(asked: str | None, desk: Desk) -> Language:
    """The language of an answer: the one asked for, or the company's own."""
    return language_of(asked) if asked else desk.language


def required(desk: Desk) -> InUse:
    """The model and scores in use; a refusal while there are none."""
    in_use = desk.in_use
    if in_use is None:
        raise Refusal("not_ready")
    return in_use


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


def identity(manifest: Manifest) -> dict[str, Any]:
    """Which model answered."""
    return {
        "name": manifest.name,
        "version": manifest.version,
        "title": manifest.title,
        "digest": manifest.digest,
        "data_cut": manifest.data_cut,
    }


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


def instant(seconds: int) -> str:
    """An instant as the contract writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def json_answer(content: object) -> Response:
    """An answer as JSON."""
    return Response(orjson.dumps(content), media_type="application/json")


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return _problem(request, refusal)


async def _invalid(request: Request, fault: Exception) -> Response:
    """Say which fields are wrong and how, without repeating what they held."""
    assert isinstance(fault, RequestValidationError)
    found = fault.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return _problem(request, Refusal("invalid_json"))
    errors = [FieldFault(_pointer(one["loc"]), str(one["type"]), f"{one['msg']}.") for one in found]
    return _problem(request, Refusal("invalid_request", errors=errors))


def _problem(request: Request, refusal: Refusal) -> Response:
    correlation_id = getattr(request.state, "correlation_id", secrets.token_hex(8))
    problem = Problem(refusal.kind, correlation_id, refusal.detail, refusal.errors)
    return Response(problem.as_json(), status_code=refusal.kind.status, media_type=MEDIA_TYPE)


def _pointer(location: Sequence[str | int]) -> str:
    parts = [str(one)[:_LONGEST_NAME_REPEATED] for one in location if one != "body"]
    escaped = [one.replace("~", "~0").replace("/", "~1") for one in parts]
    return "".join(f"/{one}" for one in escaped)
