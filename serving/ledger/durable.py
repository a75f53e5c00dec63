"""Transactions on a connection of their own: on the disk when they end, and news to every other connection."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from features.company.transactions import together

_A_MOMENT_MILLISECONDS, _TRIES = 3, 1_000


@contextmanager
def durably(path: Path) -> Iterator[sqlite3.Connection]:
    """Statements that count all or none, and that no power cut takes back once this ends.

    Being another connection it also tells every other one, of every process, that something changed.
    """
    with aside(path) as connection:
        with together(connection):
            yield connection
        # By now nobody waits for this any more, as they would if the statement that ends it did it.
        _flush(path)


@contextmanager
def aside(path: Path, *, overwrites: bool = True) -> Iterator[sqlite3.Connection]:
    """A connection that nobody waits for meanwhile; what is deleted on it is overwritten, where it ``overwrites``."""
    with closing(_opened(path, overwrites=overwrites)) as connection:
        yield connection


def looked_up(path: Path, query: str, values: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """What a query finds, on such a connection."""
    with aside(path) as connection:
        return connection.execute(query, values).fetchall()


def wipe(path: Path) -> None:
    """Leave nothing of what was deleted in the log beside the database."""
    with closing(_opened(path)) as connection:
        # Whoever reads the log keeps this waiting, and it all who write: so it waits a moment, and then asks again.
        connection.execute(f"PRAGMA busy_timeout={_A_MOMENT_MILLISECONDS}")
        for _ in range(_TRIES):
            # The first brings nearly all of it over while others write.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            (is_busy, *_rest) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not is_busy:
                return
            time.sleep(_A_MOMENT_MILLISECONDS / 1_000)


def _flush(path: Path) -> None:
    """Bring the log beside the database onto the disk; where it is gone, the database itself was brought there."""
    for one in (path.with_name(f"{path.name}-wal"), path.parent):
        with suppress(FileNotFoundError):
            descriptor = os.open(one, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _opened(path: Path, *, overwrites: bool = True) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    secure_delete = "ON" if overwrites else "OFF"
    for pragma in (
        "busy_timeout=10000",
        "synchronous=NORMAL",
        f"secure_delete={secure_delete}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection
