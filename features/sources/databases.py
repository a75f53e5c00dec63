"""Database tables and queries, copied to Parquet a batch of rows at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from features.sources.parquet_pieces import write_pieces
from features.vocabulary.errors import DataRefused, did_you_mean

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection, Engine

BATCH_ROWS = 50_000


def is_address(source: str) -> bool:
    """Whether a source is a database address such as ``sqlite:///shop.db#orders``."""
    return "://" in source


def shown_address(source: str) -> str:
    """A database address without its password, as it may be shown and stored."""
    address, mark, what = source.partition("#")
    return _url(address).render_as_string(hide_password=True) + mark + what


def sqlite_file(source: str, folder: Path) -> Path | None:
    """The file behind a SQLite address, or None for any other database."""
    url = _url(source.partition("#")[0])
    if not url.drivername.startswith("sqlite") or not url.database:
        return None
    return folder / url.database


def fault_of_connecting(address: str) -> str:
    """Why a database cannot be connected to, in a line without its password; empty where it can."""
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = sqlalchemy.create_engine(_url(address))
        with engine.connect():
            pass
        engine.dispose()
    except ModuleNotFoundError as fault:
        return f"no module {fault.name}"
    except SQLAlchemyError as fault:
        # What a driver says may repeat the address, so only the kind of its fault is told.
        return type(getattr(fault, "orig", None) or fault).__name__
    return ""


def copy_database(
    source: str, *, folder: Path, scratch: Path, at_once: int = BATCH_ROWS
) -> list[Path]:
    """Copy a database table or query to Parquet, a batch of rows at a time.

    Raises ``DataRefused`` when the address, the driver, the database or the table is not there.
    """
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    address, _, what = source.partition("#")
    shown = shown_address(source)
    if not what.strip():
        raise DataRefused(
            expected="a table or query after the database address",
            found=shown,
            remedy="Write it after a #, such as sqlite:///shop.db#orders.",
        )
    engine = _engine(address, folder, shown)
    try:
        with engine.connect() as connection:
            query = sqlalchemy.text(_query(connection, what.strip()))
            result = connection.execution_options(yield_per=at_once).execute(query)
            return write_pieces(list(result.keys()), result.partitions(), scratch)
    except SQLAlchemyError as fault:
        raise DataRefused(
            expected=f"rows from {shown}",
            found=str(getattr(fault, "orig", None) or fault).strip().splitlines()[0],
            remedy="Correct the address or the query after the #.",
        ) from None
    finally:
        engine.dispose()


def _url(address: str) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        raise DataRefused(
            expected="a database address such as postgresql://user@host/database#orders",
            found="an address that cannot be read",
            remedy="Correct `source`; percent-encode special characters of the password.",
        ) from None


def _engine(address: str, folder: Path, shown: str) -> Engine:
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    url = _url(address)
    file = sqlite_file(address, folder)
    if file is not None:
        if not file.is_file():
            # SQLite would answer a wrong path by making an empty database there.
            raise DataRefused(
                expected=f"a SQLite database at {url.database}",
                found="no such file",
                remedy="Correct the path; it is relative to the folder of regulars.toml.",
            )
        url = url.set(database=str(file))
    try:
        return sqlalchemy.create_engine(url)
    except (ModuleNotFoundError, SQLAlchemyError) as fault:
        name = getattr(fault, "name", None)
        raise DataRefused(
            expected=f"a driver for {shown}",
            found=f"no module {name}" if name else str(fault).splitlines()[0],
            remedy=_driver(url.drivername),
        ) from None


def _driver(name: str) -> str:
    """What to do where no driver is there."""
    if name == "mysql":
        return "Install PyMySQL and write mysql+pymysql:// instead, or export the table as Parquet or CSV."
    return "Install the driver, or export the table as Parquet or CSV."


def _query(connection: Connection, what: str) -> str:
    import sqlalchemy

    if what.split(None, 1)[0].casefold() in ("select", "with"):
        return what
    inspector = sqlalchemy.inspect(connection)
    schema, _, table = what.rpartition(".")
    known = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
    if table not in known:
        raise DataRefused(
            expected=f'a table "{what}" in the database',
            found="no such table",
            remedy=did_you_mean(table, known),
        )
    quote = connection.dialect.identifier_preparer.quote
    return "SELECT * FROM " + ".".join(quote(part) for part in (schema, table) if part)
