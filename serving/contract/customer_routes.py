"""The route of ``/v1/customer``: everything about one customer in one answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import cast

from fastapi import Request

from features.vocabulary.time import DAY_SECONDS
from serving.access.problems import FieldFault, Refusal
from serving.contract.answering import (
    answer_in,
    identity,
    instant,
    models_in_use_of,
    not_ready,
    required,
)
from serving.contract.change_routes import change_row
from serving.contract.customer_messages import (
    LATEST_DECISIONS,
    CustomerAnswer,
    CustomerRequest,
    DecisionAnswer,
    MomentAnswer,
)
from serving.contract.messages import RowStatus
from serving.contract.recorded_scores import answer_rows
from serving.contract.routes import contract_routes
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.ledger.decisions import Decision
from serving.ledger.reported_events import ReportedEvent
from serving.scores.profile import profile
from serving.scores.subject import Subject
from serving.scores.timeline import TimelineEntry, timeline
from serving.snapshot.earlier_risks import usual_start
from training.reasons.languages.language import Language

routes = contract_routes()
_SAY_NOTHING = ("unknown_id", "no_consent")


@routes.post("/customer", scope="score", is_personal=True)
def customer(request: Request, question: CustomerRequest) -> CustomerAnswer:
    """Show one customer: profile, stage, scores and reasons, what changed, what happened, what was answered."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    language, at = answer_in(question.language, models_in_use), models_in_use.now()
    if in_use.store_fault:
        # Half of what is told of a customer is in the store.
        raise not_ready(in_use.store_fault)
    earlier = _earlier(question, in_use, models_in_use)
    asked = question.customer_id
    decided = models_in_use.latest_decisions(asked, LATEST_DECISIONS)
    subjects = [Subject(asked)]
    row = answer_rows(models_in_use, in_use, subjects, at=at, with_reasons=True, language=language)[
        0
    ]
    answer = CustomerAnswer(customer_id=asked, status=row["status"])
    if row["status"] in _SAY_NOTHING:
        return answer
    answer["model"] = identity(in_use.scorer.bundle.manifest)
    answer["score"] = row
    answer["score_age_days"] = (at - in_use.snapshot.cutoff_seconds) // DAY_SECONDS
    answer["decisions"] = [_decision(decision) for decision in decided]
    if in_use.past is not None and in_use.changes is not None:
        pack, key = in_use.past.pack, in_use.snapshot.find(asked)
        reported = models_in_use.newer_events([asked], in_use.snapshot.cutoff_seconds).get(
            asked, []
        )
        moments = _moments(in_use, key, reported, question.events)
        answer["profile"] = dict(profile(pack, key)) if key >= 0 else {}
        answer["since"] = instant(earlier)[:10]
        answer["timeline"] = [_moment(moment, language) for moment in moments]
        if key >= 0:
            change = in_use.changes.since(asked, earlier, language)
            answer["change"] = change_row(None, change, language.code)
    return answer


def _earlier(question: CustomerRequest, in_use: InUse, models_in_use: ModelsInUse) -> int:
    cutoff = in_use.snapshot.cutoff_seconds
    if question.since is None:
        horizon_days = in_use.scorer.bundle.manifest.horizon_days
        return usual_start(cutoff, horizon_days, models_in_use.settings.reasons.compared_days)
    earlier = int(datetime.combine(question.since, time(), UTC).timestamp())
    if earlier >= cutoff:
        fault = FieldFault("/since", "not_earlier", "Give a day before `vector_as_of`.")
        raise Refusal("invalid_request", errors=[fault])
    return earlier


def _moments(
    in_use: InUse, key: int, reported: Sequence[ReportedEvent], most: int
) -> list[TimelineEntry]:
    assert in_use.past is not None
    return timeline(in_use.past.pack, key, in_use.snapshot.cutoff_seconds, reported, most=most)


def _moment(moment: TimelineEntry, language: Language) -> MomentAnswer:
    details = {
        name.removesuffix("_seconds") + "_at" if name.endswith("_seconds") else name: (
            instant(value) if name.endswith("_seconds") else value
        )
        for name, value in moment.details.items()
    }
    return MomentAnswer(
        at=instant(moment.at_seconds),
        kind=moment.kind,
        text=moment.said(language.code),
        details=details,
        told=moment.was_reported,
    )


def _decision(decision: Decision) -> DecisionAnswer:
    return DecisionAnswer(
        decision_id=decision.decision_id,
        decided_at=instant(decision.decided_at),
        status=cast(RowStatus, decision.status),
        probability=decision.probability,
        model_version=decision.model_version,
        basis=decision.basis,
        campaign=decision.campaign,
        hold_out={"yes": True, "no": False}.get(decision.hold_out),
    )
