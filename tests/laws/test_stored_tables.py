"""What the service's own database keeps: which row is which, and what no row may lack."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.ledger.ledger import Ledger

KEYS = {
    "accounts": ["account_id"],
    "alembic_version": ["version_num"],
    "answers_about": ["person", "name"],
    "answers_about_crowds": ["name"],
    "audit": ["number"],
    "campaign_members": ["campaign_id", "customer_id"],
    "campaign_outcomes": ["campaign_id", "customer_id", "happened_at", "outcome"],
    "campaigns": ["campaign_id"],
    "decisions": ["decision_id"],
    "demands": ["one"],
    "erasures": ["erasure_id"],
    "events": ["event_id"],
    "failed_sign_ins": ["pair"],
    "feedback": ["decision_id", "reason_group"],
    "first_calls": ["name"],
    "jobs": ["job_id"],
    "kept_contents": ["name"],
    "keys": ["key_id"],
    "objections": ["customer_id"],
    "offer_decisions": ["decision_id", "slot"],
    "salts": ["name"],
    "sessions": ["digest"],
    "tickets": ["digest"],
    "to_be_erased": ["erasure_id", "customer_id"],
}
"""By what each table tells its rows apart: no two rows may agree on all of it."""
MAY_BE_UNKNOWN = {
    "accounts": ["disabled_at"],
    "campaigns": ["measured_at"],
    "decisions": ["probability"],
    "erasures": ["done_at"],
    "jobs": ["ended_at"],
    "keys": ["revoked_at"],
    "sessions": ["account_id", "key_id"],
    "tickets": ["account_id"],
}
"""What has not happened yet, or was never there; everything else is known of every row."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The tables as they are made where there are none."""
    Ledger(tmp_path / "ledger.db").close()
    connection = sqlite3.connect(tmp_path / "ledger.db")
    yield connection
    connection.close()


def columns(database: sqlite3.Connection, table: str) -> list[tuple[str, bool, int]]:
    """Each column, whether it must be filled, and its place in the key, from one on."""
    found = database.execute(f"PRAGMA table_info({table})").fetchall()
    return [(name, bool(filled), key) for _, name, _, filled, _, key in found]


def test_every_table_tells_its_rows_apart_by_its_key(database: sqlite3.Connection) -> None:
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert sorted(name for (name,) in tables) == list(KEYS)
    for table, key in KEYS.items():
        ordered = sorted((place, name) for name, _, place in columns(database, table) if place)
        assert [name for _, name in ordered] == key, table


def test_no_row_lacks_anything_but_what_has_not_happened(database: sqlite3.Connection) -> None:
    for table in KEYS:
        empty = [name for name, filled, _ in columns(database, table) if not filled]
        assert empty == MAY_BE_UNKNOWN.get(table, []), table
