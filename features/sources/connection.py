"""The working database, and where the files that a mapping in ``regulars.toml`` names are.

This is the one door to DuckDB. Nothing is ever downloaded: extensions are neither installed nor
loaded by themselves.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import duckdb

from features.company.disk import is_full
from features.sources.databases import is_address, sqlite_file
from features.sources.excel import sheet_of
from features.vocabulary.errors import DataRefused

Connection: TypeAlias = duckdb.DuckDBPyConnection
DatabaseFault = duckdb.Error

MEMORY = "2500MB"
"""What a working database may hold in memory, unless somebody says otherwise."""


def connect(scratch: Path, *, threads: int = 2, memory: str = MEMORY) -> Connection:
    """Open a working database in an empty folder; what exceeds ``memory`` is written there too."""
    scratch.mkdir(parents=True, exist_ok=True)
    return duckdb.connect(
        str(scratch / "working.duckdb"),
        config={
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": str(scratch / "spilled"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        },
    )


def database_version() -> str:
    """The version of DuckDB, on which depends how it reads a file and converts a value."""
    return duckdb.__version__


def described(connection: Connection, query: str) -> Mapping[str, str]:
    """The columns of a query with their DuckDB types, without running it."""
    rows = connection.execute(f"DESCRIBE {query}").fetchall()
    return MappingProxyType({str(row[0]): str(row[1]) for row in rows})


def source_files(source: str, folder: Path) -> list[Path]:
    """The files a source names, sorted; ``DataRefused`` when there are none."""
    path_text, _ = sheet_of(source)
    exact = folder / path_text
    if exact.is_file():
        return [exact]
    if glob.has_magic(path_text):
        files = _matching(path_text, folder)
        if files:
            return files
    is_pattern = glob.has_magic(path_text)
    raise DataRefused(
        expected=f"{'files matching' if is_pattern else 'a file at'} {path_text}",
        found=_found_instead(exact),
        remedy="Correct the path; it is relative to the folder of regulars.toml.",
    )


def _matching(pattern: str, folder: Path) -> list[Path]:
    anchor = Path(pattern).anchor
    base = Path(anchor) if anchor else folder
    try:
        return sorted(one for one in base.glob(pattern.removeprefix(anchor)) if one.is_file())
    except ValueError:
        return []


def database_file(source: str, folder: Path) -> Path | None:
    """The file behind the address of a SQLite database; None when there is none to look at."""
    database = sqlite_file(source, folder)
    return database if database is not None and database.is_file() else None


def fingerprint(source: str, folder: Path) -> list[list[str | int]] | None:
    """Name, size and time of change of every file behind a source; None when it has no files."""
    if is_address(source):
        database = database_file(source, folder)
        if database is None:
            return None
        files = [database]
    else:
        files = source_files(source, folder)
    found = [(one, one.stat()) for one in files]
    return [[str(one), status.st_size, status.st_mtime_ns] for one, status in found]


def sentence(fault: Exception) -> str:
    """The first line of a DuckDB fault, without the name of its class."""
    first = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
    return first.partition(" Error: ")[2] or first


@contextmanager
def faults_worded(expected: str, remedy: str) -> Iterator[None]:
    """Turn whatever DuckDB says inside the block into a refusal in our words."""
    try:
        yield
    except duckdb.OutOfMemoryException as fault:
        raise DataRefused(
            expected=expected,
            found="not enough memory or disk for it",
            remedy=f"Free some disk space beside the workspace. ({sentence(fault)})",
        ) from None
    except duckdb.Error as fault:
        if is_full(fault):
            # No table is to blame for it; whoever began the work says how much room there is.
            raise
        raise DataRefused(expected=expected, found=sentence(fault), remedy=remedy) from None


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _found_instead(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    if not path.parent.is_dir() and not glob.has_magic(str(path.parent)):
        return f"no folder {path.parent.name}"
    return "no such file"
