"""The tables as they were before their versions were counted; older ones get the columns they lack.

A process that is killed leaves a part of a step behind, for SQLite's driver ends a transaction with every change of a
table: so whatever is there already is passed over.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "rooms", None
_TABLES = sa.MetaData()


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _added(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=False, server_default="") for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _key(*names: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*names)


def _table(name: str, *parts: sa.Column[Any] | sa.PrimaryKeyConstraint | sa.Index) -> None:
    sa.Table(name, _TABLES, *parts)


_table(
    "keys",
    *_texts("key_id", "name", "digest", "scopes"),
    *_numbers("created_at"),
    sa.Column("revoked_at", sa.Integer),
    _key("key_id"),
)
_table(
    "sessions",
    *_texts("digest"),
    sa.Column("key_id", sa.Text, sa.ForeignKey("keys.key_id")),
    *_numbers("expires_at"),
    _key("digest"),
)
_table("tickets", *_texts("digest"), *_numbers("expires_at"), _key("digest"))
_table("salts", *_texts("name", "salt"), _key("name"))
_table("objections", *_texts("customer_id"), *_numbers("objected_at"), _key("customer_id"))
_table(
    "erasures",
    *_texts("erasure_id", "status"),
    *_numbers("customers", "requested_at"),
    sa.Column("done_at", sa.Integer),
    _key("erasure_id"),
)
_table("to_be_erased", *_texts("erasure_id", "customer_id"), _key("erasure_id", "customer_id"))
_table(
    "audit",
    *_numbers("number", "at"),
    *_texts("caller", "method", "route", "correlation_id", "seal"),
    _key("number"),
)
_table(
    "feedback",
    *_texts("decision_id", "reason_group", "verdict"),
    *_numbers("given_at"),
    _key("decision_id", "reason_group"),
)
_table(
    "decisions",
    *_texts("decision_id", "customer_id", "status"),
    sa.Column("probability", sa.Float),
    *_texts("model_version", "model_digest"),
    *_numbers("cutoff_seconds", "decided_at"),
    *_added("data_digest", "vector_digest", "basis", "campaign", "hold_out"),
    _key("decision_id"),
    sa.Index("ix_decisions_customer_id", "customer_id"),
)
_table(
    "offer_decisions",
    *_texts("decision_id"),
    *_numbers("slot"),
    *_texts("customer_id", "offer_id", "arm"),
    sa.Column("action_probability", sa.Float, nullable=False),
    sa.Column("priority_cents", sa.Float, nullable=False),
    *_numbers("is_shown"),
    *_texts("model_digest"),
    *_numbers("decided_at"),
    _key("decision_id", "slot"),
    sa.Index("ix_offer_decisions_customer_id", "customer_id"),
)
_table(
    "events",
    *_texts("event_id", "customer_id", "table_name", "content"),
    *_numbers("happened_at", "known_at"),
    *_added("decision_id"),
    _key("event_id"),
    sa.Index("events_of_customers", "customer_id", "known_at"),
)
_table(
    "jobs",
    *_texts("job_id", "owner", "status", "question"),
    *_numbers("rows_total", "rows_done", "bytes_done"),
    *_texts("basis", "fault"),
    *_numbers("submitted_at"),
    sa.Column("ended_at", sa.Integer),
    *_texts("holder"),
    *_numbers("held_until"),
    _key("job_id"),
    sa.Index("ix_jobs_status", "status"),
)


def upgrade() -> None:
    """Make the tables and columns that are not there."""
    connection = op.get_bind()
    there = set(sa.inspect(connection).get_table_names()) | set(
        sa.inspect(connection).get_view_names()
    )
    for table in _TABLES.sorted_tables:
        if table.name not in there:
            table.create(connection)
            continue
        for column in table.columns:
            if column.name not in _columns(connection, table.name):
                op.add_column(table.name, *_added(column.name))
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _columns(connection: sa.Connection, table: str) -> set[str]:
    return {one["name"] for one in sa.inspect(connection).get_columns(table)}
