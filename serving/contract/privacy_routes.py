"""The routes of objections, erasures and feedback."""

from __future__ import annotations

from typing import Literal, cast

from fastapi import Request

from serving.access.problems import Refusal
from serving.contract.answering import instant, models_in_use_of, required
from serving.contract.identifiers import UNREADABLE
from serving.contract.privacy_messages import (
    ErasureAnswer,
    ErasuresRequest,
    ErasureStatusRequest,
    FeedbackAnswer,
    FeedbackRequest,
    FeedbackRowAnswer,
    ObjectionRowAnswer,
    ObjectionsAnswer,
    ObjectionsRequest,
)
from serving.contract.routes import contract_routes
from serving.ledger.feedback import Verdict
from serving.ledger.privacy import Erasure
from serving.process.pacing import paced
from serving.snapshot.forgetting import still_held

routes = contract_routes()


@routes.post("/objections", scope="privacy", is_personal=True, row_seconds=0.0003)
def objections(request: Request, question: ObjectionsRequest) -> ObjectionsAnswer:
    """Record that customers object to being profiled for marketing; it counts from this answer on."""
    models_in_use = models_in_use_of(request)
    named = [row for row in question.rows if row.customer_id != UNREADABLE]
    changed = iter(
        models_in_use.ledger.privacy.decide(
            [(row.customer_id, row.objects) for row in named],
            at=models_in_use.now(),
            ignore_case=models_in_use.ignores_case,
            all_ids=models_in_use.all_ids_of,
        )
    )
    return ObjectionsAnswer(
        rows=[
            ObjectionRowAnswer(
                row_id=row.row_id,
                customer_id=row.customer_id or None,
                status="error"
                if row.customer_id == UNREADABLE
                else "recorded"
                if next(changed)
                else "unchanged",
            )
            for row in question.rows
        ]
    )


@routes.post("/erasures", scope="privacy", is_personal=True, seconds=60.0, status_code=202)
def erasures(request: Request, question: ErasuresRequest) -> ErasureAnswer:
    """Forget customers: from this answer on nobody knows them; the answer names what is still to be done."""
    models_in_use, named = models_in_use_of(request), list(dict.fromkeys(question.customer_ids))
    # Thousands may be named at once, and whoever calls meanwhile shares the interpreter.
    with paced():
        erasure = models_in_use.ledger.privacy.erase(
            named,
            at=models_in_use.now(),
            ignore_case=models_in_use.ignores_case,
            all_ids=models_in_use.all_ids_of,
        )
    return _erasure(erasure)


@routes.post("/erasures/status", scope="privacy", is_personal=True)
def erasure_status(request: Request, question: ErasureStatusRequest) -> ErasureAnswer:
    """How far an erasure is."""
    models_in_use = models_in_use_of(request)
    privacy = models_in_use.ledger.privacy
    privacy.finish(
        still_held(models_in_use.workspace, privacy.withheld.erased), at=models_in_use.now()
    )
    erasure = privacy.erasure(question.erasure_id)
    if erasure is None:
        raise Refusal("not_found")
    return _erasure(erasure)


@routes.post("/feedback", scope="events", is_personal=True, row_seconds=0.0003)
def feedback(request: Request, question: FeedbackRequest) -> FeedbackAnswer:
    """Tell what people think of reasons: the latest verdict on each counts."""
    models_in_use = models_in_use_of(request)
    groups = {one["name"] for one in required(models_in_use).scorer.bundle.manifest.groups}
    known = [row for row in question.rows if row.group in groups]
    verdicts = [Verdict(row.decision_id, row.group, row.verdict) for row in known]
    kept = iter(models_in_use.ledger.feedback.keep(verdicts, at=models_in_use.now()))
    return FeedbackAnswer(
        rows=[
            FeedbackRowAnswer(
                row_id=row.row_id,
                status="unknown_group"
                if row.group not in groups
                else "stored"
                if next(kept)
                else "unknown_decision",
            )
            for row in question.rows
        ]
    )


def _erasure(erasure: Erasure) -> ErasureAnswer:
    return ErasureAnswer(
        erasure_id=erasure.erasure_id,
        status=cast(Literal["pending", "done"], erasure.status),
        customers=erasure.customers,
        requested_at=instant(erasure.requested_at),
        done_at=None if erasure.done_at is None else instant(erasure.done_at),
    )
