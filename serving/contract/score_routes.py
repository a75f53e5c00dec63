"""The route of ``/v1/score``; what it takes and gives is declared in ``score_messages``."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request

from serving.access.problems import FieldFault, Refusal
from serving.access.routes import LARGE_BYTES
from serving.contract.answering import (
    answer_in,
    identity,
    instant,
    models_in_use_of,
    required,
)
from serving.contract.messages import WarningAnswer
from serving.contract.recorded_scores import answer_rows, unreadable_subject
from serving.contract.routes import contract_routes
from serving.contract.rows import PARTS, RISK_FIELDS, RowPart
from serving.contract.score_messages import ScoreAnswer, ScoreRequest, ScoreRow
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.scores.subject import Subject
from serving.snapshot.freshness import days_out_of_date, expires_at

routes = contract_routes()


@routes.post("/score", scope="score", is_personal=True, body_bytes=LARGE_BYTES)
def score(request: Request, question: ScoreRequest) -> ScoreAnswer:
    """Score customers by id, with the reasons for each score."""
    return scored(models_in_use_of(request), question)


def scored(models_in_use: ModelsInUse, question: ScoreRequest) -> ScoreAnswer:
    """The answer to a question, however it came."""
    in_use = required(models_in_use)
    _refuse_other_version(in_use, question.model_version)
    without = _not_asked(in_use, question.outcomes)
    at = models_in_use.now()
    rows = answer_rows(
        models_in_use,
        in_use,
        [_subject(row, in_use, len(question.wanted) > 1) for row in question.wanted],
        at=at,
        with_reasons=question.reasons,
        language=answer_in(question.language, models_in_use),
        campaign=question.campaign or "",
        without=without,
    )
    manifest = in_use.scorer.bundle.manifest
    cutoff, lasts_days = (
        in_use.snapshot.cutoff_seconds,
        models_in_use.settings.service.scores_last_days,
    )
    return ScoreAnswer(
        model=identity(manifest),
        horizon_days=manifest.horizon_days,
        base=in_use.scorer.base,
        vector_as_of=instant(cutoff),
        expires_at=instant(expires_at(cutoff, lasts_days)),
        scored_at=instant(at),
        warnings=_staleness(cutoff, at, lasts_days),
        rows=rows,
    )


def _subject(row: ScoreRow, in_use: InUse, is_one_of_many: bool) -> Subject:
    """A row as it is answered; what it says is kept where another row could say the same."""
    if not row.is_readable:
        return unreadable_subject(row.row_id)
    events = {} if row.events is None else row.events.by_table
    return Subject(
        row_id=row.row_id,
        customer_id=row.customer_id or "",
        vector=None if row.vector is None else in_use.scorer.vectors.read(row.vector),
        events=events,
        key=row.model_dump_json().encode()
        if is_one_of_many and (events or row.vector is not None)
        else b"",
    )


def _refuse_other_version(in_use: InUse, version: str | None) -> None:
    if version is not None and version != in_use.scorer.bundle.manifest.version:
        raise Refusal("other_model")


def _not_asked(in_use: InUse, outcomes: Sequence[str] | None) -> tuple[RowPart, ...]:
    """The fields of a row that were not asked for."""
    if outcomes is None:
        return ()
    known = (in_use.scorer.bundle.manifest.name, *PARTS)
    for place, outcome in enumerate(outcomes):
        if outcome not in known:
            raise Refusal(
                "invalid_request",
                errors=[
                    FieldFault(
                        f"/outcomes/{place}", "unknown_outcome", f"One of {', '.join(known)}."
                    )
                ],
            )
    risk = () if known[0] in outcomes else RISK_FIELDS
    return (*risk, *(part for part in PARTS if part not in outcomes))


def _staleness(cutoff_seconds: int, at: int, lasts_days: int) -> list[WarningAnswer]:
    age_days = days_out_of_date(cutoff_seconds, at, lasts_days)
    if age_days is None:
        return []
    message = f"What counted here was known {age_days:,} days ago; later events did not."
    return [WarningAnswer(code="stale_vectors", message=message)]
