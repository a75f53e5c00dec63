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

from serving.database import TABLES

KEPT_SECONDS = 30 * 86_400
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


@dataclass(frozen=True)
class ToldEvent:
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


class Events:
    """The events told so far; safe to share between threads and between processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, told: Sequence[ToldEvent]) -> list[bool]:
        """Keep events, all or none; says of each whether it is new. A second one of the same id is not kept."""
        with self._engine.begin() as connection:
            return [
                connection.execute(
                    sa.insert(_EVENTS)
                    .prefix_with("OR IGNORE")
                    .values(
                        event_id=one.event_id,
                        customer_id=one.customer_id,
                        table_name=one.table,
                        content=json.dumps(one.content, ensure_ascii=False, sort_keys=True),
                        happened_at=one.happened_at,
                        known_at=one.known_at,
                        decision_id=one.decision_id,
                    )
                ).rowcount
                == 1
                for one in told
            ]

    def newer(self, customer_ids: Iterable[str], after: int) -> dict[str, list[ToldEvent]]:
        """The events of customers that were known at ``after`` or later, oldest first; few customers have any."""
        distinct = list(dict.fromkeys(customer_ids))
        found: dict[str, list[ToldEvent]] = {}
        with self._engine.connect() as connection:
            for first in range(0, len(distinct), _IDS_AT_ONCE):
                query = (
                    sa.select(_EVENTS)
                    .where(
                        _EVENTS.c.customer_id.in_(distinct[first : first + _IDS_AT_ONCE]),
                        _EVENTS.c.known_at >= after,
                    )
                    .order_by(_EVENTS.c.known_at, _EVENTS.c.event_id)
                )
                for row in connection.execute(query):
                    found.setdefault(row.customer_id, []).append(_told(row))
        return found

    def of_customer(self, customer_id: str) -> list[ToldEvent]:
        """Everything told of one customer and still kept, oldest first."""
        return self.newer([customer_id], 0).get(customer_id, [])

    def forget(self, *, before: int) -> int:
        """Delete events that the scores have overtaken by thirty days or more; says how many."""
        with self._engine.begin() as connection:
            gone = connection.execute(
                sa.delete(_EVENTS).where(_EVENTS.c.known_at < before - KEPT_SECONDS)
            )
        return gone.rowcount


def _told(row: sa.Row[Any]) -> ToldEvent:
    return ToldEvent(
        row.event_id,
        row.customer_id,
        row.table_name,
        json.loads(row.content),
        row.happened_at,
        row.known_at,
        row.decision_id,
    )
