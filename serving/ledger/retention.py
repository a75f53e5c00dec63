"""What is let go because it was kept long enough: a little at a time, so that nobody who writes waits for it.

Answers for repeats and the results of jobs are kept for a day, by themselves.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from features.company.settings.service import RetentionSettings
from features.vocabulary.time import DAY_SECONDS
from serving.ledger.audit import Audit
from serving.ledger.clearing import REST_SECONDS
from serving.ledger.durable import aside

ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Term:
    """One table, the column by which its rows grow old, and the setting that says how old they may be."""

    table: str
    column: str
    setting: str
    is_in_order: bool
    """Whether the oldest stand first, so that whoever finds none there need not look through the rest."""


TERMS = (
    Term("decisions", "decided_at", "decisions_days", True),
    Term("offer_decisions", "decided_at", "offers_days", True),
    Term("feedback", "given_at", "feedback_days", False),
    Term("campaign_members", "frozen_at", "campaigns_days", True),
    Term("campaign_outcomes", "reported_at", "campaigns_days", True),
)


def let_go(
    path: Path,
    audit: Audit,
    settings: RetentionSettings,
    *,
    at: int,
    rest: Callable[[float], None],
    at_once: int = ROWS_AT_ONCE,
) -> int:
    """Delete what was kept longer than the settings say; says how many rows. A kill loses nothing of it."""
    gone = 0
    for term in TERMS:
        before = at - getattr(settings, term.setting) * DAY_SECONDS
        # Short statements on a connection of its own, as erasures do.
        with aside(path) as connection:
            while found := _old(connection, term, before, at_once):
                connection.execute(
                    f"DELETE FROM {term.table} WHERE rowid IN (SELECT value FROM json_each(?))",
                    (json.dumps(found),),
                )
                gone += len(found)
                rest(REST_SECONDS)
    for count in audit.let_go(before=at - settings.audit_days * DAY_SECONDS, at_once=at_once):
        gone += count
        rest(REST_SECONDS)
    return gone


def _old(connection: sqlite3.Connection, term: Term, before: int, at_once: int) -> list[int]:
    """The rows of a table to be deleted next."""
    if term.is_in_order:
        first = connection.execute(
            f"SELECT rowid, {term.column} FROM {term.table} ORDER BY rowid LIMIT ?", (at_once,)
        )
        return [rowid for rowid, told_at in first if told_at < before]
    query = f"SELECT rowid FROM {term.table} WHERE {term.column} < ? LIMIT ?"
    return [rowid for (rowid,) in connection.execute(query, (before, at_once))]
