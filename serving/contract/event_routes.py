"""The route of ``/v1/events``: what happened to customers since the tables were last read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Literal

import orjson
from fastapi import Request

from features.vocabulary.tables import KNOWN_AT
from features.vocabulary.time import DAY_SECONDS
from serving.contract.answering import instant, models_in_use_of
from serving.contract.event_messages import (
    EVENT_TYPES,
    EventRow,
    EventRowAnswer,
    EventsAnswer,
    EventsRequest,
)
from serving.contract.event_outcomes import stored_outcomes
from serving.contract.identifiers import UNREADABLE
from serving.contract.routes import contract_routes
from serving.in_use.models_in_use import ModelsInUse
from serving.ledger.reported_events import ReportedEvent
from serving.scores.fresh_events import is_made_by_company

AHEAD_SECONDS = DAY_SECONDS
"""Clocks differ; what is further ahead is a mistake."""

routes = contract_routes()


@routes.post("/events", scope="events", is_personal=True, row_seconds=0.0003)
def events(request: Request, question: EventsRequest) -> EventsAnswer:
    """Tell of contacts, purchases and what came of an answer; the customer's next score counts them."""
    models_in_use = models_in_use_of(request)
    at = models_in_use.now()
    in_use = models_in_use.in_use
    cutoff = 0 if in_use is None else in_use.snapshot.cutoff_seconds
    reported = [_reported(row, cutoff) for row in question.rows]
    timely = [
        row.customer_id != UNREADABLE and row.happened_seconds <= at + AHEAD_SECONDS
        for row in question.rows
    ]
    is_new = _keep_all(models_in_use, question.rows, reported, timely, at)
    retention_days = models_in_use.settings.retention.events_days
    models_in_use.ledger.events.forget(before=min(cutoff, at), retention_days=retention_days)
    return EventsAnswer(
        rows=[
            EventRowAnswer(
                row_id=row.row_id,
                event_id=(row.event_id or "") if row.customer_id == UNREADABLE else event.event_id,
                status=_became(one),
                counts=one is not None
                and not is_made_by_company(row.table, row.event)
                and _is_read(models_in_use, event.table),
            )
            for row, event, one in zip(question.rows, reported, is_new, strict=True)
        ]
    )


def _keep_all(
    models_in_use: ModelsInUse,
    rows: Sequence[EventRow],
    reported: Sequence[ReportedEvent],
    timely: Sequence[bool],
    at: int,
) -> list[bool | None]:
    """Keep what can be kept; of each event whether it is new, None of one that is refused."""
    is_outcome = [row.table == "outcomes" for row in rows]
    kinds = list(zip(is_outcome, timely, strict=True))
    events = [one for one, kind in zip(reported, kinds, strict=True) if kind == (False, True)]
    outcomes = [row for row, kind in zip(rows, kinds, strict=True) if kind == (True, True)]
    of_events = iter(_keep(models_in_use, events))
    of_outcomes = iter(stored_outcomes(models_in_use, outcomes, at=at) if outcomes else ())
    return [
        None if not is_timely else next(of_outcomes) if is_one else next(of_events)
        for is_one, is_timely in kinds
    ]


def _keep(models_in_use: ModelsInUse, reported: Sequence[ReportedEvent]) -> list[bool]:
    """Keep what is told; what is told of somebody who was erased is answered alike and kept nowhere."""
    erased = models_in_use.ledger.privacy.erased_among(
        {one.customer_id for one in reported},
        ignore_case=models_in_use.ignores_case,
    )
    is_new = iter(
        models_in_use.ledger.events.keep([one for one in reported if one.customer_id not in erased])
    )
    return [one.customer_id in erased or next(is_new) for one in reported]


def _reported(row: EventRow, cutoff_seconds: int) -> ReportedEvent:
    """The event as it is kept: what the scores in use do not know counts as known from their cutoff on."""
    content: dict[str, Any] = row.event.model_dump(mode="json", exclude_none=True)
    named = row.event_id or _digest([row.customer_id, row.table, content])
    known = max(row.known_seconds, cutoff_seconds)
    if row.table in EVENT_TYPES:
        content[KNOWN_AT] = instant(known)
    return ReportedEvent(
        named,
        row.customer_id,
        row.table,
        content,
        row.happened_seconds,
        known,
        row.decision_id or "",
    )


def _digest(said: list[Any]) -> str:
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _became(is_new: bool | None) -> Literal["stored", "duplicate", "refused"]:
    if is_new is None:
        return "refused"
    return "stored" if is_new else "duplicate"


def _is_read(models_in_use: ModelsInUse, table: str) -> bool:
    """Whether the store has such a table, so that models may read it."""
    in_use = models_in_use.in_use
    if table not in EVENT_TYPES or in_use is None or in_use.past is None:
        return False
    return table in in_use.past.pack.streams
