"""The files behind a source, one by one: how each is known, what columns it has, how its rows are read.

A file is taken by itself: Parquet is read in place, anything else is copied to Parquet once, when its
rows are needed. What a file's columns are is remembered, so that the types of the whole source are
known without opening the files that have not changed.
"""

from __future__ import annotations

import codecs
import glob
import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from features.sources.connection import (
    Connection,
    database_file,
    described,
    faults_worded,
    literal,
    quoted,
    source_files,
)
from features.sources.databases import copy_database, is_address
from features.sources.excel import EXCEL_SUFFIXES, copy_excel
from features.vocabulary.errors import DataRefused

_TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
_PARQUET_SUFFIXES = (".parquet", ".pq")
_READ_BYTES = 1 << 22
Schema = Mapping[str, str]
NO_TYPE = ""
"""The type of a column in a text file without rows: that of the other files."""


@dataclass(frozen=True)
class SourceFile:
    """One file of a source; ``stamp`` is another when the file is, and empty when nobody can tell."""

    name: str
    stamp: str
    path: Path | None


@dataclass(frozen=True)
class FileReader:
    """Reads the files of one source as Parquet, each copied at most once."""

    connection: Connection
    source: str
    shown: str
    folder: Path
    scratch: Path
    _copies: dict[tuple[str, tuple[tuple[str, str], ...]], list[Path]] = field(default_factory=dict)

    def schema(self, file: SourceFile) -> Schema:
        """A file's own columns and their types."""
        if file.path is not None and _ends(file.path, _TEXT_SUFFIXES):
            _require_utf8(file.path, self.source)
            reader = _csv_reader(file.path, {})
            types = self._described(reader)
            with self._faults_worded():
                rows = self.connection.execute(f"SELECT 1 FROM {reader} LIMIT 1").fetchall()
            return types if rows else dict.fromkeys(types, NO_TYPE)
        return self._described(_parquet_reader(self.pieces(file, {})))

    def pieces(self, file: SourceFile, types: Schema) -> list[Path]:
        """The Parquet files with a file's rows; text columns are read as ``types`` where these differ."""
        path = file.path
        if path is not None and _ends(path, _PARQUET_SUFFIXES):
            return [path]
        wanted = tuple(sorted(types.items()))
        known = file.name, wanted if path is not None and _ends(path, _TEXT_SUFFIXES) else ()
        if known not in self._copies:
            place = self.scratch / f"{len(self._copies):06d}"
            self._copies[known] = self._copied(file, types, place)
        return self._copies[known]

    def _copied(self, file: SourceFile, types: Schema, place: Path) -> list[Path]:
        path = file.path
        if path is None or is_address(self.source):
            return copy_database(self.source, folder=self.folder, scratch=place)
        if _ends(path, EXCEL_SUFFIXES):
            return copy_excel([path], self.source, scratch=place)
        place.mkdir(parents=True, exist_ok=True)
        copy = place / "rows.parquet"
        with self._faults_worded():
            self.connection.execute(
                f"COPY (SELECT * FROM {_csv_reader(path, types)}) TO {literal(str(copy))} "
                "(FORMAT parquet, COMPRESSION snappy)"
            )
        return [copy]

    def _described(self, reader: str) -> Schema:
        with self._faults_worded():
            return dict(described(self.connection, f"SELECT * FROM {reader}"))

    def _faults_worded(self) -> AbstractContextManager[None]:
        return faults_worded(
            expected=f"a readable table in {self.shown}",
            remedy="Open the file to see whether it is whole, or export it again.",
        )

    def relation(
        self, files: Sequence[SourceFile], schemas: Mapping[str, Schema]
    ) -> tuple[str, int]:
        """SQL over the rows of some files, in the types of all, and how many empty files come first.

        The empty files have the columns of all files of the source, so that DuckDB gives the rows of
        a few the types they have among all.
        """
        empty = self._empty(schemas)
        types = self._described(_parquet_reader(empty))
        pieces: list[Path] = []
        for file in files:
            own = schemas[file.name]
            pieces += self.pieces(file, {n: types[n] for n in own if types[n] != own[n]})
        return _parquet_reader([*empty, *pieces]), len(empty)

    def _empty(self, schemas: Mapping[str, Schema]) -> list[Path]:
        found: dict[str, Path] = {}
        typed = {one for own in schemas.values() for one, kind in own.items() if kind}
        self.scratch.mkdir(parents=True, exist_ok=True)
        for name in sorted(schemas):
            columns = ", ".join(
                f"CAST(NULL AS {kind or 'VARCHAR'}) AS {quoted(column)}"
                for column, kind in schemas[name].items()
                if kind or column not in typed
            )
            if not columns:
                continue
            known_as = hashlib.sha256(columns.encode()).hexdigest()[:16]
            path = self.scratch / f"empty-{known_as}.parquet"
            if known_as not in found and not path.exists():
                with self._faults_worded():
                    self.connection.execute(
                        f"COPY (SELECT {columns} WHERE false) TO {literal(str(path))} (FORMAT parquet)"
                    )
            found.setdefault(known_as, path)
        return list(found.values())


def listed(source: str, folder: Path) -> list[SourceFile]:
    """The files behind a source, sorted; a database without a file is one that is always another."""
    if is_address(source):
        path = database_file(source, folder)
        return [SourceFile("database", _stamp(path) if path else "", path)]
    files = source_files(source, folder)
    for one in files:
        if one.stat().st_size == 0:
            raise DataRefused(
                expected=f"a table in {source}",
                found=f"an empty file, {one.name}",
                remedy="Export it again, or name another file.",
            )
    if not _ends(files[0], (*_PARQUET_SUFFIXES, *_TEXT_SUFFIXES, *EXCEL_SUFFIXES)):
        raise DataRefused(
            expected=f"a Parquet, CSV or Excel file, or a database address, for {source}",
            found=f'the ending "{files[0].suffix}"',
            remedy="Export the table as one of these.",
        )
    return [SourceFile(_name(one, folder), _stamp(one), one) for one in files]


def _name(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def _ends(path: Path, suffixes: tuple[str, ...]) -> bool:
    return path.name.casefold().endswith(suffixes)


def _parquet_reader(files: Sequence[Path]) -> str:
    # DuckDB would read a bracket or a star in a file's own name as a pattern.
    named = ", ".join(literal(glob.escape(str(one))) for one in files)
    return f"read_parquet([{named}], union_by_name = true)"


def _csv_reader(path: Path, types: Schema) -> str:
    # The whole file is looked at: an order number with a letter may first appear in its last line.
    forced = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    more = f", types = {{{forced}}}" if forced else ""
    named = literal(glob.escape(str(path)))
    return f"read_csv([{named}], header = true, sample_size = -1{more})"


def _require_utf8(path: Path, source: str) -> None:
    if path.suffix == ".gz":
        return
    position = _first_byte_outside_utf8(path)
    if position is not None:
        line, hint = position
        raise DataRefused(
            expected=f"{source} in the encoding UTF-8",
            found=f"bytes of another encoding in line {line:,} of {path.name}{hint}",
            remedy="Save it as UTF-8; in Excel: Save as, CSV UTF-8.",
        )


def _first_byte_outside_utf8(path: Path, *, at_once: int = _READ_BYTES) -> tuple[int, str] | None:
    """The line of the first byte that is not UTF-8, with a guess at the encoding; None when all is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    with path.open("rb") as file:
        if file.peek(2).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return 1, " (it looks like UTF-16)"
        while True:
            block = file.read(at_once)
            try:
                # A letter that is cut off by the end of the file is none.
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as fault:
                # The fault's own bytes may begin with the tail of the block before.
                return lines + fault.object[: fault.start].count(b"\n"), _encoding_hint(fault)
            if not block:
                return None
            lines += block.count(b"\n")


def _encoding_hint(fault: UnicodeDecodeError) -> str:
    return " (it looks like Windows-1252 or Latin-1)" if fault.object[fault.start] >= 0x80 else ""
