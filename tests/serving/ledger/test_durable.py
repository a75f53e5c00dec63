"""What is said to be on the disk was brought there before it counts, and what is deleted is overwritten where that is said."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from features.company.transactions import together
from serving.ledger.durable import aside, durably, looked_up, wipe
from tests.holding import files_holding


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE people (name TEXT)")
        connection.commit()
    return path


def test_the_log_is_on_the_disk_before_a_durable_statement_counts(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    flush = os.fsync

    def watched(descriptor: int) -> None:
        flush(descriptor)
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    monkeypatch.setattr(os, "fsync", watched)
    with durably(database) as connection:
        connection.execute("INSERT INTO people VALUES ('anna')")
        assert flushed == []
    assert flushed == ["ledger.db-wal", database.parent.name]
    assert looked_up(database, "SELECT name FROM people WHERE name = ?", ("anna",)) == [("anna",)]


def test_what_fails_counts_not_at_all(database: Path) -> None:
    with pytest.raises(ValueError, match="broken"), durably(database) as connection:
        connection.execute("INSERT INTO people VALUES ('anna')")
        raise ValueError("broken")
    with aside(database) as other:
        with pytest.raises(ValueError, match="broken"), together(other):
            other.execute("INSERT INTO people VALUES ('bert')")
            raise ValueError("broken")
        assert not other.in_transaction
    assert looked_up(database, "SELECT name FROM people") == []


@pytest.mark.parametrize("overwrites", [True, False])
def test_what_is_deleted_is_overwritten_where_that_is_said(
    database: Path, overwrites: bool
) -> None:
    with aside(database), durably(database) as connection:
        connection.execute("INSERT INTO people VALUES ('anna is gone')")
    with aside(database, overwrites=overwrites) as connection, together(connection):
        connection.execute("DELETE FROM people")
    wipe(database)
    assert bool(files_holding(database.parent, "anna is gone")) is not overwrites


def test_nothing_of_what_was_deleted_is_left_in_the_log(database: Path) -> None:
    with aside(database) as connection:
        connection.execute("SELECT * FROM people").fetchall()
        for statement in ("INSERT INTO people VALUES ('anna is gone')", "DELETE FROM people"):
            with durably(database) as writing:
                writing.execute(statement)
        assert files_holding(database.parent, "anna is gone") != []
        wipe(database)
        assert files_holding(database.parent, "anna is gone") == []


def test_whoever_reads_the_log_is_waited_for_and_nobody_else(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with aside(database) as reader:
        for statement in ("INSERT INTO people VALUES ('anna is gone')", "DELETE FROM people"):
            with durably(database) as writing:
                writing.execute(statement)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM people").fetchall()
        rests: list[float] = []

        def rest(seconds: float) -> None:
            rests.append(seconds)
            if len(rests) == 2:
                reader.execute("COMMIT")

        monkeypatch.setattr("time.sleep", rest)
        wipe(database)
        assert len(rests) == 2
        assert files_holding(database.parent, "anna is gone") == []
        wipe(database)
        assert len(rests) == 2
