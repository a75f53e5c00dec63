"""A company's own files or database tables, opened for reading by the mapping in ``regulars.toml``.

This is the one door to DuckDB. Parquet files are read in place; CSV, Excel and database rows are
copied once into the working database, because DuckDB would otherwise read them again for every
question. Nothing is ever downloaded: extensions are neither installed nor loaded by themselves.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import duckdb

from features.databases import copy_database, is_address, shown_address, sqlite_file
from features.encodings import first_byte_outside_utf8
from features.errors import DataRefused
from features.excel import EXCEL_SUFFIXES, copy_excel, sheet_of
from features.settings import TableMapping

Connection: TypeAlias = duckdb.DuckDBPyConnection
DatabaseFault = duckdb.Error

MEMORY = "2500MB"
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
_PARQUET_SUFFIXES = (".parquet", ".pq")


@dataclass(frozen=True)
class Source:
    """One opened source: the relation to select from and its columns with their DuckDB types."""

    relation: str
    columns: Mapping[str, str]
    shown: str
    """How the source is named to people: a path as it was written, or an address without password."""


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


def attach(
    connection: Connection, name: str, mapping: TableMapping, *, folder: Path, scratch: Path
) -> Source:
    """Make a mapped source readable as the relation ``source_<name>``.

    Paths are relative to ``folder`` and may be patterns. Raises ``DataRefused`` when the source is
    missing, unreadable or without columns.
    """
    relation = f"source_{name}"
    if is_address(mapping.source):
        shown = shown_address(mapping.source)
        pieces = copy_database(mapping.source, folder=folder, scratch=scratch / relation)
        _read(connection, relation, "VIEW", _parquet_reader(pieces), shown)
    else:
        shown = mapping.source
        _attach_files(connection, relation, mapping.source, folder, scratch)
    return Source(relation, described(connection, f"SELECT * FROM {relation}"), shown)


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


def fingerprint(source: str, folder: Path) -> list[list[str | int]] | None:
    """Name, size and time of change of every file behind a source; None when it has no files."""
    if is_address(source):
        database = sqlite_file(source, folder)
        if database is None or not database.is_file():
            return None
        files = [database]
    else:
        files = source_files(source, folder)
    found = [(one, one.stat()) for one in files]
    return [[one.name, status.st_size, status.st_mtime_ns] for one, status in found]


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
        raise DataRefused(expected=expected, found=sentence(fault), remedy=remedy) from None


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _attach_files(
    connection: Connection, relation: str, source: str, folder: Path, scratch: Path
) -> None:
    files = source_files(source, folder)
    name = files[0].name.casefold()
    for one in files:
        if one.stat().st_size == 0:
            raise DataRefused(
                expected=f"a table in {source}",
                found=f"an empty file, {one.name}",
                remedy="Export it again, or name another file.",
            )
    if name.endswith(_PARQUET_SUFFIXES):
        _read(connection, relation, "VIEW", _parquet_reader(files), source)
    elif name.endswith(_TEXT_SUFFIXES):
        _require_utf8(files, source)
        _read(connection, relation, "TABLE", _csv_reader(files), source)
    elif name.endswith(EXCEL_SUFFIXES):
        pieces = copy_excel(files, source, scratch=scratch / relation)
        _read(connection, relation, "VIEW", _parquet_reader(pieces), source)
    else:
        raise DataRefused(
            expected=f"a Parquet, CSV or Excel file, or a database address, for {source}",
            found=f'the ending "{files[0].suffix}"',
            remedy="Export the table as one of these.",
        )


def _parquet_reader(files: list[Path]) -> str:
    return f"read_parquet([{_listed(files)}], union_by_name = true)"


def _csv_reader(files: list[Path]) -> str:
    # The whole file is looked at: an order number with a letter may first appear in its last line.
    return f"read_csv([{_listed(files)}], header = true, sample_size = -1, union_by_name = true)"


def _listed(files: list[Path]) -> str:
    # DuckDB would read a bracket or a star in a file's own name as a pattern.
    return ", ".join(literal(glob.escape(str(one))) for one in files)


def _read(connection: Connection, relation: str, form: str, reader: str, source: str) -> None:
    with faults_worded(
        expected=f"a readable table in {source}",
        remedy="Open the file to see whether it is whole, or export it again.",
    ):
        connection.execute(f"CREATE OR REPLACE {form} {relation} AS SELECT * FROM {reader}")


def _require_utf8(files: list[Path], source: str) -> None:
    for path in files:
        if path.suffix == ".gz":
            continue
        position = first_byte_outside_utf8(path)
        if position is not None:
            line, hint = position
            raise DataRefused(
                expected=f"{source} in the encoding UTF-8",
                found=f"bytes of another encoding in line {line:,} of {path.name}{hint}",
                remedy="Save it as UTF-8; in Excel: Save as, CSV UTF-8.",
            )


def _found_instead(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    if not path.parent.is_dir() and not glob.has_magic(str(path.parent)):
        return f"no folder {path.parent.name}"
    return "no such file"
