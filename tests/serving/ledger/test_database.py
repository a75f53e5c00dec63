"""The file behind the service: its owner's alone, mended where an older version made it, refused where it is none."""

from __future__ import annotations

import multiprocessing
import sqlite3
import stat
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import sqlalchemy as sa

from features.vocabulary.errors import WorkspaceRefused
from serving.ledger.database import TABLES, opened
from tests.waiting import GENEROUS_SECONDS


def columns(path: Path, table: str) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [one[1] for one in connection.execute(f"PRAGMA table_info({table})")]


def made_by_an_older_version(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for one in statements:
            connection.execute(one)
    connection.close()


def test_the_file_and_the_folder_made_for_it_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "one" / "two" / "ledger.db"
    opened(path).dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    opened(path).dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_table_is_there_and_what_was_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    first = opened(path)
    with first.begin() as connection:
        connection.execute(sa.text("INSERT INTO salts VALUES ('campaign', 'salt')"))
    first.dispose()
    again = opened(path)
    names = {one.name for one in TABLES.sorted_tables} | {"alembic_version"}
    assert set(sa.inspect(again).get_table_names()) == names
    with again.connect() as connection:
        assert connection.execute(sa.text("SELECT * FROM salts")).all() == [("campaign", "salt")]
    again.dispose()


def test_a_table_of_an_older_version_gets_what_it_lacks_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    made_by_an_older_version(
        path,
        "CREATE TABLE salts (name TEXT PRIMARY KEY NOT NULL)",
        "INSERT INTO salts VALUES ('campaign')",
    )
    opened(path).dispose()
    assert columns(path, "salts") == ["name", "salt"]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT * FROM salts").fetchall() == [("campaign", "")]


def test_a_table_that_cannot_be_given_what_it_lacks_is_refused(tmp_path: Path) -> None:
    """A view of that name shows what there is, and takes no column."""
    path = tmp_path / "ledger.db"
    made_by_an_older_version(path, "CREATE VIEW salts AS SELECT 'campaign' AS name")
    with pytest.raises(WorkspaceRefused, match=r"ledger\.db to be the service's database"):
        opened(path)


def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database at all" * 400)
    with pytest.raises(WorkspaceRefused, match=r"ledger\.db to be the service's database"):
        opened(path)


def test_readers_do_not_wait_for_who_writes_and_writers_wait_five_seconds(tmp_path: Path) -> None:
    engine = opened(tmp_path / "ledger.db")
    with engine.connect() as connection:
        said = {
            name: connection.execute(sa.text(f"PRAGMA {name}")).scalar()
            for name in (
                "journal_mode",
                "busy_timeout",
                "foreign_keys",
                "synchronous",
                "secure_delete",
            )
        }
    assert said == {
        "journal_mode": "wal",
        "busy_timeout": 5_000,
        "foreign_keys": 1,
        "synchronous": 1,
        # What was deleted or moved within the file cannot be read in it.
        "secure_delete": 1,
    }
    engine.dispose()


def _open(path: Path, together: Barrier) -> None:
    together.wait(GENEROUS_SECONDS)
    opened(path).dispose()


def test_processes_that_begin_at_once_all_open_a_new_database(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    together = context.Barrier(4)
    path = tmp_path / "ledger.db"
    working = [context.Process(target=_open, args=(path, together)) for _ in range(4)]
    for one in working:
        one.start()
    for one in working:
        one.join(GENEROUS_SECONDS)
    assert [one.exitcode for one in working] == [0] * 4
