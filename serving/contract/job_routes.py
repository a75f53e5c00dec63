"""The routes of ``/v1/jobs``: ask, look, fetch, cancel."""

from __future__ import annotations

from typing import Literal, cast

from fastapi import Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from serving.access.problems import KINDS, Refusal
from serving.access.routes import LONGEST_SECONDS
from serving.contract.answering import (
    caller_of,
    instant,
    models_in_use_of,
    required,
)
from serving.contract.job_lines import COLUMNS, UNSAID
from serving.contract.job_messages import JobAnswer, JobRequest, JobStatus
from serving.contract.quick_route import json_response
from serving.contract.routes import contract_routes
from serving.ledger.jobs import DONE, Job, TooManyJobs

routes = contract_routes()
_MEDIA_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
_LINES = {
    "jsonl": "A line a customer, each one `ScoredRowAnswer`.",
    "csv": f"A line a customer under the names {', '.join(COLUMNS)}.",
}
_RESULT = {
    media_type.partition(";")[0]: {"schema": {"type": "string", "description": _LINES[kind]}}
    for kind, media_type in _MEDIA_TYPES.items()
}


@routes.post(
    "/jobs",
    scope="score",
    is_personal=True,
    body_bytes=16_000_000,
    status_code=202,
    responses={202: {"model": JobAnswer}},
    operation_id="submit_job",
)
def submit(request: Request, question: JobRequest) -> Response:
    """Have a list scored in the background; the answer says where to look."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    asked = question.customer_ids or ()
    rows = len(in_use.snapshot.customer_ids) if question.everybody else len(asked)
    privacy = models_in_use.ledger.privacy
    withheld = privacy.withheld
    erased = privacy.erased_among(set(asked), ignore_case=models_in_use.ignores_case)
    kept = [None if one in erased else one for one in asked]
    terms = {
        "everybody": question.everybody,
        "reasons": question.reasons,
        "campaign": question.campaign or "",
        "language": question.language or "",
        "format": question.format,
    }
    try:
        job = models_in_use.ledger.jobs.submit(
            caller_of(request),
            terms,
            rows,
            at=models_in_use.now(),
            before=lambda job_id: models_in_use.job_files.ask(job_id, kept),
        )
    except TooManyJobs:
        raise Refusal("too_many_jobs") from None
    if privacy.withheld is not withheld:
        models_in_use.job_files.overwrite(privacy.withheld.erased, job.job_id)
    answer = json_response(_answer(job), 202)
    answer.headers["location"] = f"/v1/jobs/{job.job_id}"
    return answer


@routes.get(
    "/jobs/{job_id}",
    scope="score",
    is_personal=True,
    seconds=LONGEST_SECONDS,
    operation_id="job_status",
)
def look(request: Request, job_id: str) -> JobAnswer:
    """How far a job is."""
    return _answer(_own(request, job_id))


@routes.delete(
    "/jobs/{job_id}",
    scope="score",
    is_personal=True,
    seconds=LONGEST_SECONDS,
    operation_id="cancel_job",
)
def cancel(request: Request, job_id: str) -> JobAnswer:
    """Cancel a job before its next block, or delete the result of one that has ended."""
    models_in_use, job = models_in_use_of(request), _own(request, job_id)
    if job.ended_at is None:
        models_in_use.ledger.jobs.cancel(job.job_id, job.owner, at=models_in_use.now())
    else:
        models_in_use.job_files.delete(job.job_id)
        models_in_use.ledger.jobs.drop(job.job_id, at=models_in_use.now())
    return _answer(_own(request, job_id))


@routes.get(
    "/jobs/{job_id}/result",
    scope="score",
    is_personal=True,
    seconds=LONGEST_SECONDS,
    is_whole=False,
    response_class=FileResponse,
    responses={200: {"content": _RESULT}},
    operation_id="job_result",
)
def result(request: Request, job_id: str) -> Response:
    """The result of a job that is done, as a file; who objected or was erased since then is in it as in a score of now."""
    models_in_use, job = models_in_use_of(request), _own(request, job_id)
    files, kind = models_in_use.job_files, str(job.question["format"])
    if job.status != DONE or not files.has_result(job.job_id):
        raise Refusal("no_result")
    withheld = models_in_use.ledger.privacy.withheld
    parts = files.parts(job.job_id, withheld.erased, withheld.objected, UNSAID[kind])
    media_type, filename = _MEDIA_TYPES[kind], f"scores.{kind}"
    if parts is None:
        path = files.result(job.job_id)
        return FileResponse(path, media_type=media_type, filename=filename)
    headers = {"content-disposition": f'attachment; filename="{filename}"'}
    return StreamingResponse(parts, media_type=media_type, headers=headers)


def _own(request: Request, job_id: str) -> Job:
    found = models_in_use_of(request).ledger.jobs.of(job_id, caller_of(request))
    if found is None:
        raise Refusal("not_found", KINDS["not_found"].detail)
    return found


def _answer(job: Job) -> JobAnswer:
    return JobAnswer(
        job_id=job.job_id,
        status=cast(JobStatus, job.status),
        rows_total=job.rows_total,
        rows_done=job.rows_done,
        format=job.question["format"],
        submitted_at=instant(job.submitted_at),
        ended_at=None if job.ended_at is None else instant(job.ended_at),
        expires_at=None if job.expires_at is None else instant(job.expires_at),
        model_digest=job.basis.partition("/")[0] or None,
        fault=cast(Literal["internal"], job.fault) if job.fault else None,
        result=f"/v1/jobs/{job.job_id}/result" if job.status == DONE else None,
    )
