"""The route of ``/v1/customers``: customers at risk, a page at a time.

A page goes on behind a place of the ranking of one night's scores, not behind a number of rows: whoever objects or is erased
meanwhile is left out, and nobody else is skipped or told of twice. Other scores have another ranking, so a cursor of them is
refused.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Any, cast

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus, Stage
from features.vocabulary.arrays import Truths
from serving.access.problems import FieldFault, Refusal
from serving.contract.answering import answer_in, identity, instant, models_in_use_of, required
from serving.contract.list_messages import ALWAYS, CustomersAnswer, CustomersRequest
from serving.contract.recorded_scores import answer_rows
from serving.contract.routes import PROBLEMS, contract_routes
from serving.contract.row_messages import ScoredRowAnswer
from serving.scores.score import HIGH_PERCENTILE, MEDIUM_PERCENTILE
from serving.scores.subject import Subject
from serving.snapshot.reading import Snapshot

routes = contract_routes()
_LOWEST = {"high": HIGH_PERCENTILE, "medium": MEDIUM_PERCENTILE}
_NOT_OF_WHO = {"count", "cursor", "fields", "reasons", "language"}
_TOLD_BY_REASONS = {"reasons", "other_points", "shown"}


@routes.post(
    "/customers",
    scope="score",
    is_personal=True,
    row_seconds=0.15,
    operation_id="list_customers",
    responses={410: PROBLEMS[409]},
)
def customers(request: Request, question: CustomersRequest) -> CustomersAnswer:
    """List customers at risk, the likeliest to leave first, a page at a time."""
    models_in_use = models_in_use_of(request)
    in_use = required(models_in_use)
    snapshot, fields = in_use.snapshot, question.fields
    places = matching_places(snapshot, question)
    behind = 0 if question.cursor is None else _place_of(question.cursor, snapshot, question)
    page = places[np.searchsorted(places, behind) :][: question.count]
    keys = snapshot.ranking.customer_keys[page].tolist()
    rows = answer_rows(
        models_in_use,
        in_use,
        [Subject(snapshot.customer_ids[key]) for key in keys],
        at=models_in_use.now(),
        with_reasons=question.reasons and (fields is None or bool(_TOLD_BY_REASONS & {*fields})),
        language=answer_in(question.language, models_in_use),
    )
    goes_on = len(page) > 0 and page[-1] < places[-1]
    return CustomersAnswer(
        model=identity(in_use.scorer.bundle.manifest),
        vector_as_of=instant(snapshot.cutoff_seconds),
        total=len(places),
        next_cursor=_cursor(snapshot, question, int(page[-1]) + 1) if goes_on else None,
        rows=rows if fields is None else [_less(row, {*ALWAYS, *fields}) for row in rows],
    )


def matching_places(snapshot: Snapshot, question: CustomersRequest) -> NDArray[np.intp]:
    """The places of the ranking that a list has, in its order."""
    ranking, keys = snapshot.ranking, snapshot.ranking.customer_keys
    kept = np.ones(snapshot.judged, np.bool_)
    kept[snapshot.withheld_places] = False
    if question.consent != "all":
        kept &= snapshot.has_refused_contact[keys] == (question.consent == "refused")
    if question.band is not None:
        kept &= ranking.percentile >= _LOWEST[question.band]
    if question.stage is not None:
        kept &= snapshot.stage[keys] == Stage[question.stage.upper()]
    if question.lifecycle_status is not None:
        kept &= (
            snapshot.lifecycle_status[keys] == LifecycleStatus[question.lifecycle_status.upper()]
        )
    if question.segment is not None:
        kept &= _in_segment(snapshot, question.segment)
    if question.reason is not None:
        kept &= _is_raised_by(snapshot, question.reason)
    if question.least_value_cents is not None:
        if not snapshot.value_days:
            raise _refused("/least_value_cents", "no_value", "No model of value is in use.")
        kept &= snapshot.value_cents[keys] >= question.least_value_cents
    return np.flatnonzero(kept)


def _in_segment(snapshot: Snapshot, segment: int) -> Truths:
    if snapshot.manifest["segments"] is None:
        raise _refused("/segment", "no_segments", "No segments are in use.")
    return np.asarray(snapshot.membership.segment[snapshot.ranking.customer_keys] == segment)


def _is_raised_by(snapshot: Snapshot, reason: str) -> Truths:
    names = [one["name"] for one in snapshot.manifest["groups"]]
    if reason not in names:
        raise _refused("/reason", "unknown_reason", f"One of {', '.join(names)}.")
    return np.asarray((snapshot.ranking.raising >> names.index(reason)) & 1 == 1)


def _less(row: ScoredRowAnswer, names: set[str]) -> ScoredRowAnswer:
    fields: dict[str, Any] = {name: said for name, said in row.items() if name in names}
    return cast(ScoredRowAnswer, fields)


def _cursor(snapshot: Snapshot, question: CustomersRequest, place: int) -> str:
    """Where a list goes on: which scores, which list, and behind which place; nothing of a customer."""
    return urlsafe_b64encode(f"{_named(snapshot, question)}.{place}".encode()).decode()


def _place_of(cursor: str, snapshot: Snapshot, question: CustomersRequest) -> int:
    try:
        scores, who, place = urlsafe_b64decode(cursor.encode()).decode().split(".")
        at = int(place)
    except (Error, ValueError):
        scores, who, at = "", "", -1
    own_scores, own_who = _named(snapshot, question).split(".")
    if at >= 0 and scores != own_scores:
        raise Refusal("replaced", "Begin the list again, without `cursor`.")
    if at < 0 or who != own_who:
        raise _refused(
            "/cursor", "cursor", "Send `next_cursor` as it came, and ask for the same list."
        )
    return at


def _named(snapshot: Snapshot, question: CustomersRequest) -> str:
    """Short names of the scores and of whom a list is to have."""
    who = question.model_dump_json(exclude=_NOT_OF_WHO)
    return ".".join(hashlib.sha256(one.encode()).hexdigest()[:16] for one in (snapshot.name, who))


def _refused(pointer: str, code: str, message: str) -> Refusal:
    return Refusal("invalid_request", errors=[FieldFault(pointer, code, message)])
