"""Statements of SQLite that count all or none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def together(connection: sqlite3.Connection) -> Iterator[None]:
    """What is done in the block counts as a whole when it ends, or not at all; nobody else writes meanwhile.

    Whether a power cut may take it back is for the connection's ``synchronous`` to say.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
