"""The service's own database: one SQLite file that only its owner can read."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock

from features.vocabulary.errors import WorkspaceRefused
from serving.ledger.integrity import is_damage
from serving.ledger.statements import set_up

TABLES = sa.MetaData()
"""Every table of the service; whoever needs one declares it here."""


UNWRITABLE = (sa.exc.OperationalError, sqlite3.OperationalError)
"""Raised when the database cannot be read or written just now, such as on a full disk."""
UNREADABLE = (sa.exc.DatabaseError, sqlite3.DatabaseError)
"""Raised, among much else, when the database is damaged; see ``integrity.is_damage``."""


def opened(path: Path) -> sa.Engine:
    """Open the database, making the file and its tables where they are not there yet.

    Safe to share between threads and between processes. Raises ``WorkspaceRefused`` for a file that
    SQLite cannot use.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", lambda connection, _: set_up(connection))
    try:
        # To change a new file's journal two processes would not wait for one another.
        with FileLock(path.with_name(f".{path.name}.lock"), mode=0o600):
            TABLES.create_all(engine)
            _add_columns(engine)
            _add_indexes(engine)
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


def _add_columns(engine: sa.Engine) -> None:
    """Give the tables of an older version the columns they lack; what is in them stays."""
    for table, column in _missing_columns(engine):
        try:
            with engine.begin() as connection:
                connection.execute(
                    sa.text(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
                )
        except sa.exc.OperationalError:
            # Another process may have been faster.
            if (table, column) in _missing_columns(engine):
                raise


def _add_indexes(engine: sa.Engine) -> None:
    """Give the tables of an older version the indexes they lack."""
    known = {
        one["name"] for found in sa.inspect(engine).get_multi_indexes().values() for one in found
    }
    for table in TABLES.sorted_tables:
        for index in table.indexes:
            if index.name not in known:
                with engine.begin() as connection:
                    connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))


def _missing_columns(engine: sa.Engine) -> list[tuple[str, str]]:
    found = sa.inspect(engine)
    known = {
        table.name: {one["name"] for one in found.get_columns(table.name)}
        for table in TABLES.sorted_tables
    }
    return [
        (table.name, column.name)
        for table in TABLES.sorted_tables
        for column in table.columns
        if column.name not in known[table.name]
    ]
