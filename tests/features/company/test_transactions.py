"""Statements of SQLite that count all or none."""

from __future__ import annotations

import sqlite3
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
