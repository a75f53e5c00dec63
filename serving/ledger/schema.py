"""Which version the tables of a database are, and how those of an older one are brought forward."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from features.vocabulary.errors import WorkspaceRefused

NEWEST = "accounts"
"""The last of the steps in ``migrations/versions``."""
_FOLDER = Path(__file__).with_name("migrations")
_VERSION = "alembic_version"


def bring_forward(engine: sa.Engine, tables: sa.MetaData, name: str) -> None:
    """Make the tables of a new database, or bring those of an older version forward; what is in them stays.

    Whoever calls sees to it that nobody else does meanwhile. Raises ``WorkspaceRefused`` for a database of a newer
    version.
    """
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
        version = _version(connection) if _VERSION in found else None
    if version == NEWEST:
        return
    if found:
        _upgrade(engine, version, name)
    else:
        with engine.begin() as connection:
            tables.create_all(connection)
            connection.exec_driver_sql(
                f"CREATE TABLE {_VERSION} (version_num VARCHAR(32) NOT NULL, "
                f"CONSTRAINT {_VERSION}_pkc PRIMARY KEY (version_num))"
            )
            connection.exec_driver_sql(f"INSERT INTO {_VERSION} VALUES ('{NEWEST}')")


def _version(connection: sa.Connection) -> str | None:
    found = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION}").scalar()
    return None if found is None else str(found)


def _upgrade(engine: sa.Engine, version: str | None, name: str) -> None:
    # Alembic takes a tenth of a second to load, which whoever has nothing to bring forward need not wait for.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    if version is not None and version not in known:
        raise WorkspaceRefused(
            expected=f"{name} to be of version {NEWEST} or an older one",
            found=f"version {version}, written by a newer version of the program",
            remedy="Nothing was changed. Run the version that wrote it, or restore it from a backup.",
        )
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, NEWEST)
