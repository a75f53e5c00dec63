"""Statements of SQLite that count all or none."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from features.company.transactions import together


@pytest.fixture
def two(tmp_path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """Two connections to one database with an empty table, which wait for nobody."""
    first, second = (
        sqlite3.connect(tmp_path / "some.db", isolation_level=None, timeout=0) for _ in range(2)
    )
    first.execute("CREATE TABLE told (number INTEGER)")
    return first, second


def test_a_block_that_ends_counts_as_a_whole_and_one_that_fails_not_at_all(
    two: tuple[sqlite3.Connection, sqlite3.Connection],
) -> None:
    first, second = two
    with together(first):
        first.executemany("INSERT INTO told VALUES (?)", [(1,), (2,)])
        assert second.execute("SELECT count(*) FROM told").fetchone() == (0,)
    with pytest.raises(ValueError, match="broken"), together(first):
        first.execute("INSERT INTO told VALUES (3)")
        raise ValueError("broken")
    assert second.execute("SELECT sum(number) FROM told").fetchone() == (3,)
    for one in two:
        one.close()


def test_nobody_else_writes_meanwhile(two: tuple[sqlite3.Connection, sqlite3.Connection]) -> None:
    first, second = two
    with together(first), pytest.raises(sqlite3.OperationalError, match="locked"):
        second.execute("INSERT INTO told VALUES (1)")
    second.execute("INSERT INTO told VALUES (1)")
    for one in two:
        one.close()


def test_who_waits_comes_in_as_soon_as_the_other_is_done(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    first, second = (
        sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
        for _ in range(2)
    )
    first.execute("CREATE TABLE told (number INTEGER)")

    def write() -> None:
        with together(second):
            second.execute("INSERT INTO told VALUES (2)")

    waiting = threading.Thread(target=write)
    with together(first):
        waiting.start()
        first.execute("INSERT INTO told VALUES (1)")
    waiting.join()
    assert first.execute("SELECT number FROM told ORDER BY rowid").fetchall() == [(1,), (2,)]
    assert second.execute("PRAGMA busy_timeout").fetchone() == (60_000,)
    for one in (first, second):
        one.close()


def test_what_is_no_waiting_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        connection = sqlite3.connect(tmp_path / "some.db", isolation_level=None, timeout=60)
        with together(connection), together(connection):
            pass
    connection.close()
