"""The routes of ``/v1/changes`` and ``/v1/what-if``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

from fastapi import APIRouter, Request, Response

from features.vocabulary.errors import UsageRefused
from serving.access.problems import FieldFault, Refusal
from serving.contract.answering import (
    PROBLEMS,
    answer_in,
    identity,
    instant,
    json_answer,
    models_in_use_of,
    required,
)
from serving.contract.change_messages import (
    ChangesAnswer,
    ChangesRequest,
    WhatIfAnswer,
    WhatIfRequest,
)
from serving.contract.quick_route import QuickRoute
from serving.scores.changes import ChangeAnswer
from serving.scores.score import Status
from serving.scores.what_if import WhatIf
from training.reasons.happenings import Happening

router = APIRouter(prefix="/v1", route_class=QuickRoute)


@router.post("/changes", responses={200: {"model": ChangesAnswer}, **PROBLEMS})
def changes(request: Request, question: ChangesRequest) -> Response:
    """Why customers' risk is another than on an earlier day, and what happened in between."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    language = answer_in(question.language, models_in_use)
    earlier = int(datetime.combine(question.since, time(), UTC).timestamp())
    if earlier >= in_use.snapshot.cutoff_seconds:
        raise Refusal(
            "invalid_request",
            errors=[FieldFault("/since", "not_earlier", "Give a day before `vector_as_of`.")],
        )
    told = in_use.changes
    if told is None:
        raise Refusal("no_past")
    found = {
        one: told.since(one, earlier, language)
        for one in dict.fromkeys(row.customer_id for row in question.rows)
    }
    return json_answer(
        {
            "model": identity(in_use.scorer.bundle.manifest),
            "since": question.since.isoformat(),
            "vector_as_of": instant(in_use.snapshot.cutoff_seconds),
            "rows": [
                {"row_id": row.row_id} | change_answer(found[row.customer_id], language.code)
                for row in question.rows
            ],
        }
    )


@router.post("/what-if", responses={200: {"model": WhatIfAnswer}, **PROBLEMS})
def what_if(request: Request, question: WhatIfRequest) -> Response:
    """What the model would say of a customer of whom something else were known."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    asked = in_use.what_ifs
    if asked is None:
        raise Refusal("no_past")
    language = answer_in(question.language, models_in_use)
    status = in_use.scorer.score_ids([question.customer_id], with_reasons=False)[0].status
    answer: dict[str, Any] = {
        "customer_id": question.customer_id,
        "status": status.word,
        "model": identity(in_use.scorer.bundle.manifest),
    }
    if status == Status.OK:
        field = "play" if question.play is not None else "values"
        try:
            found = (
                asked.play(question.customer_id, question.play, language)
                if question.play is not None
                else asked.with_values(question.customer_id, question.values or {}, language)
            )
        except UsageRefused as refused:
            said = f"Expected {refused.expected}; found {refused.found}. {refused.remedy}"
            fault = FieldFault(f"/{field}", "not_possible", said)
            raise Refusal("invalid_request", errors=[fault]) from None
        answer |= _supposed(found)
    return json_answer(answer)


def change_answer(found: ChangeAnswer, language: str) -> dict[str, Any]:
    """One customer's change as the contract writes it."""
    answer: dict[str, Any] = {
        "customer_id": found.customer_id,
        "status": found.status.word,
        "status_before": found.status_before.word,
    }
    if found.now is not None:
        answer["now"] = found.now
    if found.before is None:
        return answer
    return answer | {
        "before": found.before,
        "points": found.points,
        "headline": found.headline,
        "reasons": [
            {
                "group": one.group,
                "title": one.title,
                "points": one.points,
                "shown_points": one.shown_points,
                "text": one.text,
                "fact": None if one.fact is None else asdict(one.fact),
                "events": _events(one.happened, language),
            }
            for one in found.reasons
        ],
        "other_points": found.other_points,
        "shown": {
            "before": found.shown_before,
            "now": found.shown_now,
            "other": found.shown_other,
        },
        "events": _events(found.happened, language),
    }


def _events(happened: Sequence[Happening], language: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "count": one.count,
            "last": instant(one.last_seconds),
            "text": one.said(language),
        }
        for one in happened
    ]


def _supposed(found: WhatIf) -> dict[str, Any]:
    return {
        "title": found.title,
        "probability": found.probability,
        "would_be": found.would_be,
        "changed": [
            {"feature": one.feature, "meaning": one.meaning, "now": one.now, "then": one.then}
            for one in found.changed
        ],
        "text": found.text,
    }
