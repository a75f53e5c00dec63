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
    kept = [one for one, is_timely in zip(reported, timely, strict=True) if is_timely]
    is_new = iter(_keep(models_in_use, kept))
    retention_days = models_in_use.settings.retention.events_days
    models_in_use.ledger.events.forget(before=min(cutoff, at), retention_days=retention_days)
    return EventsAnswer(
        rows=[
            EventRowAnswer(
                row_id=row.row_id,
                event_id=(row.event_id or "") if row.customer_id == UNREADABLE else event.event_id,
                status=_became(next(is_new)) if is_timely else "refused",
                counts=is_timely
                and not is_made_by_company(row.table, row.event)
                and _is_read(models_in_use, event.table),
            )
            for row, event, is_timely in zip(question.rows, reported, timely, strict=True)
        ]
    )


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


def _became(is_new: bool) -> Literal["stored", "duplicate"]:
    return "stored" if is_new else "duplicate"


def _is_read(models_in_use: ModelsInUse, table: str) -> bool:
    """Whether the store has such a table, so that models may read it."""
    in_use = models_in_use.in_use
    return in_use is not None and in_use.past is not None and table in in_use.past.pack.streams
