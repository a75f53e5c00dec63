"""The routes of ``/v1/changes`` and ``/v1/what-if``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time

from fastapi import Request

from features.vocabulary.errors import UsageRefused
from serving.access.problems import FieldFault, Refusal
from serving.contract.answering import (
    answer_in,
    identity,
    instant,
    models_in_use_of,
    not_ready,
    required,
    word_of,
)
from serving.contract.change_messages import (
    ChangedAnswer,
    ChangeReasonAnswer,
    ChangeRowAnswer,
    ChangesAnswer,
    ChangesRequest,
    HappeningAnswer,
    MovedFactAnswer,
    ShownChange,
    WhatIfAnswer,
    WhatIfRequest,
)
from serving.contract.identifiers import UNREADABLE
from serving.contract.routes import contract_routes
from serving.in_use.models_in_use import InUse
from serving.scores.changes import ChangeAnswer, ChangeReason
from serving.scores.score import Status
from serving.scores.what_if import WhatIf, WhatIfs
from training.reasons.happenings import Happening
from training.reasons.languages.language import Language
from training.reasons.moved_facts import MovedFact

routes = contract_routes()


@routes.post("/changes", scope="score", is_personal=True, row_seconds=0.005)
def changes(request: Request, question: ChangesRequest) -> ChangesAnswer:
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
    comparing = in_use.changes
    if comparing is None:
        raise no_past(in_use)
    named = dict.fromkeys(row.customer_id for row in question.rows if row.customer_id != UNREADABLE)
    changed = {one: comparing.since(one, earlier, language) for one in named}
    changed[UNREADABLE] = ChangeAnswer(UNREADABLE, Status.ERROR, Status.ERROR)
    return ChangesAnswer(
        model=identity(in_use.scorer.bundle.manifest),
        since=question.since.isoformat(),
        vector_as_of=instant(in_use.snapshot.cutoff_seconds),
        rows=[
            change_row(row.row_id, changed[row.customer_id], language.code) for row in question.rows
        ],
    )


@routes.post("/what-if", scope="score", is_personal=True)
def what_if(request: Request, question: WhatIfRequest) -> WhatIfAnswer:
    """What the model would say of a customer of whom something else were known."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    what_ifs = in_use.what_ifs
    if what_ifs is None:
        raise no_past(in_use)
    status = in_use.scorer.score_ids([question.customer_id], with_reasons=False)[0].status
    answer = WhatIfAnswer(
        customer_id=question.customer_id,
        status=word_of(status),
        model=identity(in_use.scorer.bundle.manifest),
    )
    if status == Status.OK:
        supposed = _supposed(what_ifs, question, answer_in(question.language, models_in_use))
        answer["title"] = supposed.title
        answer["probability"] = supposed.probability
        answer["would_be"] = supposed.would_be
        answer["changed"] = [
            ChangedAnswer(feature=fact.feature, meaning=fact.meaning, now=fact.now, then=fact.then)
            for fact in supposed.changed
        ]
        answer["text"] = supposed.text
    return answer


def no_past(in_use: InUse) -> Refusal:
    """Why other times cannot be told: the store is damaged, or holds other events than the scores were made from."""
    return not_ready(in_use.store_fault) if in_use.store_fault else Refusal("no_past")


def _supposed(what_ifs: WhatIfs, question: WhatIfRequest, language: Language) -> WhatIf:
    """What the model would say; a refusal of what is not possible of this customer."""
    customer_id, play = question.customer_id, question.play
    try:
        if play is not None:
            return what_ifs.play(customer_id, play, language)
        return what_ifs.with_values(customer_id, question.values or {}, language)
    except UsageRefused as refused:
        field = "values" if play is None else "play"
        said = f"Expected {refused.expected}; found {refused.found}. {refused.remedy}"
        fault = FieldFault(f"/{field}", "not_possible", said)
        raise Refusal("invalid_request", errors=[fault]) from None


def change_row(row_id: str | None, change: ChangeAnswer, language: str) -> ChangeRowAnswer:
    """One customer's change as the contract writes it."""
    answer = ChangeRowAnswer(
        row_id=row_id,
        customer_id=change.customer_id or None,
        status=word_of(change.status),
        status_before=word_of(change.status_before),
    )
    if change.now is not None:
        answer["now"] = change.now
    if change.before is None:
        return answer
    answer["before"] = change.before
    answer["points"] = change.points
    answer["headline"] = change.headline
    answer["reasons"] = [_reason(reason, language) for reason in change.reasons]
    answer["other_points"] = change.other_points
    answer["shown"] = ShownChange(
        before=change.shown_before, now=change.shown_now, other=change.shown_other
    )
    answer["events"] = _events(change.happened, language)
    return answer


def _reason(reason: ChangeReason, language: str) -> ChangeReasonAnswer:
    return ChangeReasonAnswer(
        group=reason.group,
        title=reason.title,
        points=reason.points,
        shown_points=reason.shown_points,
        text=reason.text,
        fact=None if reason.fact is None else _moved(reason.fact),
        events=_events(reason.happened, language),
    )


def _moved(fact: MovedFact) -> MovedFactAnswer:
    return MovedFactAnswer(
        feature=fact.feature, meaning=fact.meaning, before=fact.before, now=fact.now
    )


def _events(happened: Sequence[Happening], language: str) -> list[HappeningAnswer]:
    return [
        HappeningAnswer(
            kind=happening.kind,
            count=happening.count,
            last=instant(happening.last_seconds),
            text=happening.said(language),
        )
        for happening in happened
    ]
