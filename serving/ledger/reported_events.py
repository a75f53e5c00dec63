"""What callers tell of customers between two nights: kept until the store has it, and read with every score.

An event is kept as it was told. It counts in a customer's scores as long as it is newer than the scores
themselves; then the company's own tables have it, by way of the next ``regulars ingest``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from features.vocabulary.time import DAY_SECONDS
from serving.ledger.database import TABLES
from serving.ledger.statements import Statements, columns, places

RETENTION_DAYS = 30
_IDS_AT_ONCE = 500

_EVENTS = sa.Table(
    "events",
    TABLES,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("happened_at", sa.Integer, nullable=False),
    sa.Column("known_at", sa.Integer, nullable=False),
    sa.Column("decision_id", sa.Text, nullable=False, server_default=""),
    sa.Index("events_of_customers", "customer_id", "known_at"),
)

_COLUMNS = tuple(one.name for one in _EVENTS.columns)
_KEEP = f"INSERT OR IGNORE INTO events ({columns(_COLUMNS)}) VALUES ({places(_COLUMNS)})"
_NEWER = (
    f"SELECT {columns(_COLUMNS)} FROM events "
    "WHERE customer_id IN ({}) AND known_at >= ? ORDER BY known_at, event_id"
)

_CUSTOMERS_SINCE = "SELECT DISTINCT customer_id, table_name FROM events WHERE known_at >= ?"


@dataclass(frozen=True)
class ReportedEvent:
    """One event: ``content`` is its row as plain JSON, ``known_at`` when it had happened and was known.

    ``decision_id`` names the answer it followed, where there was one.
    """

    event_id: str
    customer_id: str
    table: str
    content: Mapping[str, Any]
    happened_at: int
    known_at: int
    decision_id: str = ""


class ReportedEvents:
    """The events told so far; safe to share between threads and between processes."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def keep(self, events: Sequence[ReportedEvent]) -> list[bool]:
        """Keep events, all or none; says of each whether it is new. A second one of the same id is not kept."""
        with self._statements.together() as connection:
            return [connection.execute(_KEEP, _stored(one)).rowcount == 1 for one in events]

    def newer(
        self, customer_ids: Iterable[str], after: int, *, at_once: int = _IDS_AT_ONCE
    ) -> dict[str, list[ReportedEvent]]:
        """The events of customers that were known at ``after`` or later, oldest first; few customers have any."""
        distinct = list(dict.fromkeys(customer_ids))
        found: dict[str, list[ReportedEvent]] = {}
        for first in range(0, len(distinct), at_once):
            some = distinct[first : first + at_once]
            for row in self._statements.rows(_NEWER.format(places(some)), (*some, after)):
                found.setdefault(row[1], []).append(_event_of(row))
        return found

    def customers_since(self, after: int) -> list[tuple[str, str]]:
        """Of whom something was told that was known at ``after`` or later, and of which table, in no order."""
        rows = self._statements.rows(_CUSTOMERS_SINCE, (after,))
        return [(customer_id, table) for customer_id, table in rows]

    def of_customer(self, customer_id: str) -> list[ReportedEvent]:
        """Everything told of one customer and still kept, oldest first."""
        return self.newer([customer_id], 0).get(customer_id, [])

    def forget(self, *, before: int, retention_days: int = RETENTION_DAYS) -> int:
        """Delete events that the scores have overtaken by so many days or more; says how many."""
        return self._statements.write(
            "DELETE FROM events WHERE known_at < ?", [(before - retention_days * DAY_SECONDS,)]
        )


def _stored(one: ReportedEvent) -> tuple[Any, ...]:
    content = json.dumps(one.content, ensure_ascii=False, sort_keys=True)
    happened, known = one.happened_at, one.known_at
    return one.event_id, one.customer_id, one.table, content, happened, known, one.decision_id


def _event_of(row: tuple[Any, ...]) -> ReportedEvent:
    event_id, customer_id, table, content, happened_at, known_at, decision_id = row
    return ReportedEvent(
        event_id, customer_id, table, json.loads(content), happened_at, known_at, decision_id
    )
