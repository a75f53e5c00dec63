"""The service's own database: one SQLite file that only its owner can read."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock

from features.vocabulary.errors import WorkspaceRefused
from serving.ledger.integrity import is_damage
from serving.ledger.schema import bring_forward
from serving.ledger.statements import set_up

TABLES = sa.MetaData()
"""Every table of the service; whoever needs one declares it here."""


UNWRITABLE = (sa.exc.OperationalError, sqlite3.OperationalError)
"""Raised when the database cannot be read or written just now, such as on a full disk."""
UNREADABLE = (sa.exc.DatabaseError, sqlite3.DatabaseError)
"""Raised, among much else, when the database is damaged; see ``integrity.is_damage``."""


def opened(path: Path) -> sa.Engine:
    """Open the database, making the file and its tables where they are not there yet, or bringing older ones forward.

    Safe to share between threads and between processes. Raises ``WorkspaceRefused`` for a file that
    SQLite cannot use, and for one of a newer version.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", lambda connection, _: set_up(connection))
    try:
        # To change a new file's journal two processes would not wait for one another.
        with FileLock(path.with_name(f".{path.name}.lock"), mode=0o600):
            bring_forward(engine, TABLES, path.name)
    except WorkspaceRefused:
        engine.dispose()
        raise
    except sa.exc.OperationalError as fault:
        engine.dispose()
        if is_damage(fault):
            raise _unusable(path) from None
        raise WorkspaceRefused(
            expected="room on the disk beside the service's database",
            found="none, or no right to write there",
            remedy="Free some, then run this again. Nothing was lost.",
        ) from None
    except (sa.exc.DatabaseError, UnicodeDecodeError):
        engine.dispose()
        raise _unusable(path) from None
    return engine


def _unusable(path: Path) -> WorkspaceRefused:
    return WorkspaceRefused(
        expected=f"{path.name} to be the service's database",
        found="a file SQLite cannot use",
        remedy="Restore it from a backup, or move it away and create the keys anew.",
    )
