"""Statements of SQLite that count all or none."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

_ASK_AGAIN_SECONDS = 0.001


@contextmanager
def together(connection: sqlite3.Connection) -> Iterator[None]:
    """What is done in the block counts as a whole when it ends, or not at all; nobody else writes meanwhile.

    Whether a power cut may take it back is for the connection's ``synchronous`` to say.
    """
    _begin(connection)
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _begin(connection: sqlite3.Connection) -> None:
    """Begin once nobody else writes, waiting as long as the connection's ``busy_timeout`` says.

    SQLite itself asks again after ever longer pauses, up to a tenth of a second: whoever waits while another does many
    short statements would find one under way again and again.
    """
    (patience_milliseconds,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout=0")
    until = time.monotonic() + patience_milliseconds / 1_000
    try:
        while not _has_begun(connection, is_last=time.monotonic() >= until):
            time.sleep(_ASK_AGAIN_SECONDS)
    finally:
        connection.execute(f"PRAGMA busy_timeout={patience_milliseconds}")


def _has_begun(connection: sqlite3.Connection, *, is_last: bool) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as refused:
        if is_last or refused.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
