"""Whether a database of SQLite holds together: its pages, its rows and its indexes.

SQLite keeps no checksums. What it finds is a page that is none, and a value that an index holds otherwise; a number or
a text that no index holds may be changed into another unseen, but for the record of calls, whose rows are sealed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from features.vocabulary.errors import WorkspaceRefused
from serving.ledger.statements import Statements

RESTORED = (
    "Stop the service and restore it from a backup; `regulars verify` says what else is damaged."
)
_NO_TEXT = "decode to UTF-8"
_OTHER_SCHEMA = sqlite3.SQLITE_ERROR
"""What SQLite says where a statement does not fit the tables: ours fit those that were made."""


def fault_in(path: Path) -> str:
    """What SQLite itself finds wrong with a file; empty where nothing is."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            found = opened.execute("PRAGMA integrity_check(1)").fetchall()
    except (sqlite3.Error, UnicodeDecodeError) as fault:
        return f"{type(fault).__name__} while reading it"
    return "" if found == [("ok",)] else "pages, rows or indexes that contradict one another"


def is_damage(fault: Exception) -> bool:
    """Whether a fault says that a database is damaged: SQLite has no narrower kind for it."""
    # SQLAlchemy wraps it.
    cause = getattr(fault, "orig", fault)
    if isinstance(cause, sqlite3.OperationalError):
        # Both are counted among the passing faults.
        code = getattr(cause, "sqlite_errorcode", None)
        return code == _OTHER_SCHEMA or _NO_TEXT in str(cause)
    return type(cause) is sqlite3.DatabaseError


def damaged(path: Path) -> WorkspaceRefused:
    """The refusal of a database that is damaged."""
    return WorkspaceRefused(
        expected=f"{path.name} as it was written", found="damage in it", remedy=RESTORED
    )


@contextmanager
def refused_where_damaged(path: Path) -> Iterator[None]:
    """Say so in a sentence where the block finds a database damaged."""
    try:
        yield
    except Exception as fault:
        # What SQLite complains of may itself be no text.
        if not is_damage(fault) and not isinstance(fault, UnicodeDecodeError):
            raise
        raise damaged(path) from None


def require_sound(statements: Statements, path: Path, tables: Iterable[str]) -> None:
    """Refuse a database some of whose tables contradict their indexes; only for small ones, every row is read."""
    for table in tables:
        if statements.rows(f"PRAGMA integrity_check({table})") != [("ok",)]:
            raise damaged(path)
