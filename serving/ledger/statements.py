"""The few statements every call needs, by SQLite itself: what SQLAlchemy adds to them costs more than they do."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from features.company.transactions import together

Values = Sequence[Any]


class Statements:
    """One connection to the service's database for short statements; safe to share between threads.

    The tables are declared and made elsewhere; here they are only read and added to.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        set_up(self._connection)
        # Nobody who waits for an answer waits for the log to be written back; see ``Ledger.write_back``.
        self._connection.execute("PRAGMA wal_autocheckpoint=0")
        self._lock = threading.Lock()

    def rows(self, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def write(self, statement: str, rows: Sequence[Values]) -> int:
        """Do one statement for several rows, all or none; how many rows it changed."""
        with self.together() as connection:
            return connection.executemany(statement, rows).rowcount

    @contextmanager
    def together(self) -> Iterator[sqlite3.Connection]:
        """Statements that count all or none; nobody else writes meanwhile."""
        with self._lock, together(self._connection):
            yield self._connection

    def version(self) -> int:
        """Another number after any other connection, of whatever process, has written."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


def set_up(connection: sqlite3.Connection) -> None:
    """Make a connection one of several: readers do not wait, and writers wait for one another."""
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=5000",
        "foreign_keys=ON",
        # Nothing of what was deleted or moved stays readable in the file.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def columns(names: Sequence[str]) -> str:
    """Names as a list in a statement."""
    return ", ".join(names)


def places(names: Sequence[object]) -> str:
    """As many places for values as there are names.

    >>> places(["a", "b"])
    '?, ?'
    """
    return ", ".join("?" for _ in names)
