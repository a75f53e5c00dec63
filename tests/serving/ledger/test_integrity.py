"""A damaged database is told apart from a full disk and from a mistake."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from features.vocabulary.errors import WorkspaceRefused
from serving.ledger.integrity import fault_in, is_damage, refused_where_damaged
from serving.ledger.ledger import Ledger

NAMES = [f"customer-{number:04d}" for number in range(40)]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger in which forty customers object."""
    path = tmp_path / "ledger.db"
    opened = Ledger(path)
    opened.privacy.decide([(one, True) for one in NAMES], at=1)
    opened.close()
    return path


def renamed(path: Path, before: bytes, after: bytes) -> int:
    """Change the first of the places where a text stands; how many there are."""
    content = path.read_bytes()
    path.write_bytes(content.replace(before, after, 1))
    return content.count(before)


def test_a_name_that_an_index_holds_otherwise_is_found(ledger: Path) -> None:
    assert fault_in(ledger) == ""
    # Once in the table and once in its index.
    assert renamed(ledger, b"customer-0007", b"customer-0O07") == 2
    assert fault_in(ledger) == "pages, rows or indexes that contradict one another"
    with pytest.raises(WorkspaceRefused, match="restore it from a backup"):
        Ledger(ledger)


def test_a_file_that_is_no_database_is_found_and_nothing_is_made_of_it(ledger: Path) -> None:
    ledger.write_bytes(b"no database at all" * 300)
    assert fault_in(ledger) == "DatabaseError while reading it"
    before = ledger.read_bytes()
    with pytest.raises(WorkspaceRefused, match="Restore it from a backup"):
        Ledger(ledger)
    assert ledger.read_bytes() == before


@pytest.mark.parametrize(
    ("fault", "is_one"),
    [
        (sqlite3.DatabaseError("database disk image is malformed"), True),
        (sqlite3.OperationalError("Could not decode to UTF-8 column 'a' with text"), True),
        (sqlite3.OperationalError("database or disk is full"), False),
        (sqlite3.IntegrityError("UNIQUE constraint failed"), False),
        (sa.exc.DatabaseError("", {}, sqlite3.DatabaseError("malformed")), True),
        (sa.exc.IntegrityError("", {}, sqlite3.IntegrityError("UNIQUE")), False),
        (ValueError("malformed"), False),
    ],
)
def test_damage_is_told_apart_from_other_faults(fault: Exception, is_one: bool) -> None:
    assert is_damage(fault) is is_one


def raised(connection: sqlite3.Connection, *statements: str) -> Exception:
    """What SQLite itself raises at the last of some statements."""
    *before, last = statements
    for one in before:
        connection.execute(one)
    with pytest.raises(sqlite3.Error) as fault:
        connection.execute(last)
    return fault.value


@pytest.mark.parametrize(
    ("statements", "is_one"),
    [
        (["SELECT stat5s FROM decisions"], True),
        (["INSERT INTO decisions (stat5s) VALUES (1)"], True),
        (["SELECT 1 FROM decis1ons"], True),
        (["PRAGMA query_only=ON", "DELETE FROM decisions"], False),
        (["PRAGMA max_page_count=1", "CREATE TABLE more (one)"], False),
    ],
)
def test_a_database_whose_tables_are_others_is_damaged_and_a_full_or_closed_one_is_not(
    ledger: Path, statements: list[str], is_one: bool
) -> None:
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        assert is_damage(raised(connection, *statements)) is is_one


def test_a_database_whose_tables_cannot_be_read_is_damaged(ledger: Path) -> None:
    assert renamed(ledger, b"CREATE TABLE decisions", b"CREATE TABLE decis(ons")
    with closing(sqlite3.connect(ledger)) as connection:
        assert is_damage(raised(connection, "SELECT 1 FROM decisions"))


def test_a_database_that_another_is_writing_to_is_not_damaged(ledger: Path) -> None:
    with (
        closing(sqlite3.connect(ledger, isolation_level=None)) as one,
        closing(sqlite3.connect(ledger, timeout=0, isolation_level=None)) as two,
    ):
        one.execute("BEGIN IMMEDIATE")
        assert not is_damage(raised(two, "BEGIN IMMEDIATE"))


@pytest.mark.parametrize(
    "fault",
    [
        sqlite3.DatabaseError("file is not a database"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    ],
)
def test_damage_met_while_opening_is_refused_in_a_sentence_that_names_the_file(
    fault: Exception,
) -> None:
    with (
        pytest.raises(WorkspaceRefused, match=r"ledger\.db as it was written"),
        refused_where_damaged(Path("ledger.db")),
    ):
        raise fault


@pytest.mark.parametrize("fault", [sqlite3.OperationalError("disk I/O error"), ValueError("4711")])
def test_every_other_fault_met_while_opening_stays_what_it_is(fault: Exception) -> None:
    with pytest.raises(type(fault)) as met, refused_where_damaged(Path("ledger.db")):
        raise fault
    assert met.value is fault
