"""The routes of objections, erasures and feedback."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from serving.access.problems import Refusal
from serving.contract.answering import PROBLEMS, desk_of, instant, json_answer, required
from serving.contract.privacy_messages import (
    ErasureAnswer,
    ErasuresRequest,
    ErasureStatusRequest,
    FeedbackAnswer,
    FeedbackRequest,
    ObjectionsAnswer,
    ObjectionsRequest,
)
from serving.contract.quick_route import QuickRoute
from serving.in_use.models_in_use import Desk
from serving.ledger.feedback import Verdict
from serving.ledger.privacy import Erasure
from serving.nightly.forgetting import still_held

router = APIRouter(prefix="/v1", route_class=QuickRoute)


@router.post("/objections", responses={200: {"model": ObjectionsAnswer}, **PROBLEMS})
def objections(request: Request, question: ObjectionsRequest) -> Response:
    """Record that customers object to being profiled for marketing; it counts from this answer on."""
    desk = desk_of(request)
    changed = desk.ledger.privacy.decide(
        [(row.customer_id, row.objects) for row in question.rows], at=desk.now()
    )
    return json_answer(
        {
            "rows": [
                {
                    "row_id": row.row_id,
                    "customer_id": row.customer_id,
                    "status": "recorded" if is_new else "unchanged",
                }
                for row, is_new in zip(question.rows, changed, strict=True)
            ]
        }
    )


@router.post("/erasures", status_code=202, responses={202: {"model": ErasureAnswer}, **PROBLEMS})
def erasures(request: Request, question: ErasuresRequest) -> Response:
    """Forget customers: from this answer on nobody knows them; the answer names what is still to be done."""
    desk, named = desk_of(request), list(dict.fromkeys(question.customer_ids))
    erasure = desk.ledger.privacy.erase(named, at=desk.now())
    _drop_jobs(desk, named)
    answer = json_answer(_erasure(erasure))
    answer.status_code = 202
    return answer


@router.post("/erasures/status", responses={200: {"model": ErasureAnswer}, **PROBLEMS})
def erasure_status(request: Request, question: ErasureStatusRequest) -> Response:
    """How far an erasure is."""
    desk = desk_of(request)
    privacy = desk.ledger.privacy
    privacy.finish(still_held(desk.workspace, privacy.withheld.erased), at=desk.now())
    erasure = privacy.erasure(question.erasure_id)
    if erasure is None:
        raise Refusal("not_found")
    return json_answer(_erasure(erasure))


@router.post("/feedback", responses={200: {"model": FeedbackAnswer}, **PROBLEMS})
def feedback(request: Request, question: FeedbackRequest) -> Response:
    """Tell what people think of reasons: the latest verdict on each counts."""
    desk = desk_of(request)
    groups = {one["name"] for one in required(desk).scorer.bundle.manifest.groups}
    known = [row for row in question.rows if row.group in groups]
    verdicts = [Verdict(row.decision_id, row.group, row.verdict) for row in known]
    kept = iter(desk.ledger.feedback.keep(verdicts, at=desk.now()))
    return json_answer(
        {
            "rows": [
                {
                    "row_id": row.row_id,
                    "status": "unknown_group"
                    if row.group not in groups
                    else "stored"
                    if next(kept)
                    else "unknown_decision",
                }
                for row in question.rows
            ]
        }
    )


def _drop_jobs(desk: Desk, customer_ids: list[str]) -> None:
    """Files of jobs that name an erased customer are deleted with their results."""
    for customer_id in customer_ids:
        for job_id in desk.job_files.mentioning(customer_id):
            desk.ledger.jobs.drop(job_id, at=desk.now())
            desk.job_files.delete(job_id)


def _erasure(erasure: Erasure) -> dict[str, Any]:
    return {
        "erasure_id": erasure.erasure_id,
        "status": erasure.status,
        "customers": erasure.customers,
        "requested_at": instant(erasure.requested_at),
        "done_at": None if erasure.done_at is None else instant(erasure.done_at),
    }
