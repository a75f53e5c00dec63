"""The files behind a source, one by one: how each is known, what columns it has, how its rows are read.

A file is taken by itself: Parquet is read in place, anything else is copied to Parquet once, when its
rows are needed. Of a text file every value is copied as the text it is; what the texts mean is decided for
the whole source, from what is remembered of each file, so that files that have not changed are not opened.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from features.company.settings.sources import SourceSettings
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
from features.sources.excel import copy_excel, sheet_of
from features.sources.formats import ColumnFormat, Evidence, evidence_of
from features.sources.suffixes import JSON_SUFFIXES, PARQUET_SUFFIXES, ends, is_text, kind_of
from features.sources.texts.encodings import plain_text
from features.sources.texts.json_lines import copy_json_lines
from features.sources.texts.layouts import SaidLayout, TextLayout, layout_of
from features.sources.texts.records import CopiedRecords, RefusedLine, copy_records
from features.vocabulary.errors import DataRefused

TEXT = "VARCHAR"
COPIED = "copied.json"
"""Written beside a copy once it is whole."""
ROW = "file_row_number"
"""The place of a row among those of its file, from 0 on."""


@dataclass(frozen=True)
class SourceFile:
    """One file of a source; ``stamp`` is another when the file is, and empty when nobody can tell."""

    name: str
    stamp: str
    path: Path | None


@dataclass(frozen=True)
class TextFile:
    """What is remembered of a text file: how it was laid out, what became of its records, what its texts look like."""

    encoding: str
    delimiter: str
    header_row: int
    repeated_names: tuple[str, ...]
    records: CopiedRecords
    evidence: Mapping[str, Evidence]


@dataclass(frozen=True)
class Schema:
    """A file's columns with their DuckDB types, and what is remembered of it where it is a text file."""

    columns: Mapping[str, str]
    text: TextFile | None = None
    looked_at: Mapping[str, Evidence] = field(default_factory=dict)
    """What the texts look like in a sheet or a database, whose other columns tell their own types."""

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """What the texts of each column of texts look like."""
        return self.looked_at if self.text is None else self.text.evidence

    def as_dict(self) -> dict[str, Any]:
        """The schema as plain fields."""
        if self.text is None:
            looked_at = {name: one.as_dict() for name, one in self.looked_at.items()}
            return {"columns": dict(self.columns), "looked_at": looked_at}
        evidence = {name: one.as_dict() for name, one in self.text.evidence.items()}
        records = asdict(self.text.records)
        text = {**vars(self.text), "records": records, "evidence": evidence}
        return {"columns": dict(self.columns), "text": text}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Schema:
        """The schema from its plain fields."""
        said = plain.get("text")
        if said is None:
            looked_at = plain.get("looked_at", {})
            seen = {name: Evidence.of(one) for name, one in looked_at.items()}
            return cls(plain["columns"], looked_at=seen)
        first = tuple(RefusedLine(**one) for one in said["records"]["first"])
        return cls(
            plain["columns"],
            TextFile(
                encoding=said["encoding"],
                delimiter=said["delimiter"],
                header_row=said["header_row"],
                repeated_names=tuple(said["repeated_names"]),
                records=CopiedRecords(**{**said["records"], "first": first}),
                evidence={name: Evidence.of(one) for name, one in said["evidence"].items()},
            ),
        )


@dataclass(frozen=True)
class FileReader:
    """Reads the files of one source as Parquet, each copied at most once."""

    connection: Connection
    mapping: SourceSettings
    shown: str
    folder: Path
    scratch: Path
    shared: Path
    """Where copies lie that every table of a run may read: one file is often the source of several."""
    _copies: dict[str, list[Path]] = field(default_factory=dict)

    def schema(self, file: SourceFile) -> Schema:
        """A file's own columns and their types; of a text file also what its texts look like."""
        if file.path is not None and is_text(file.path):
            return self._text_schema(file, file.path)
        rows = _parquet_reader(self.pieces(file))
        columns = self._described(rows)
        if file.path is not None and ends(file.path, PARQUET_SUFFIXES):
            return Schema(columns)
        texts = [name for name, kind in columns.items() if kind == TEXT]
        with self._faults_worded():
            seen = evidence_of(self.connection, rows, texts, self.mapping.null_texts)
        return Schema(columns, looked_at=seen)

    def pieces(self, file: SourceFile) -> list[Path]:
        """The Parquet files with a file's rows."""
        path = file.path
        if path is not None and ends(path, PARQUET_SUFFIXES):
            return [path]
        if file.name not in self._copies:
            if path is not None and is_text(path):
                self._text_schema(file, path, looks=False)
            else:
                self._copies[file.name] = self._copied(file)
        return self._copies[file.name]

    def _place(self) -> Path:
        return self.scratch / f"{len(self._copies):06d}"

    def _copied(self, file: SourceFile) -> list[Path]:
        source = self.mapping.source
        if file.path is None or is_address(source):
            return copy_database(source, folder=self.folder, scratch=self._place())
        place = self.shared / _digest([str(file.path.absolute()), file.stamp, sheet_of(source)[1]])
        if not (place / COPIED).exists():
            (copy,) = copy_excel([file.path], source, scratch=place)
            (place / COPIED).write_text(copy.name, encoding="utf-8")
        return [place / (place / COPIED).read_text(encoding="utf-8")]

    def _text_schema(self, file: SourceFile, path: Path, *, looks: bool = True) -> Schema:
        said = self.mapping
        layout = (said.encoding, said.delimiter, str(said.header_row))
        place = self.shared / _digest([str(path.absolute()), file.stamp, *layout])
        schema = _remembered(place / COPIED)
        if schema is None:
            schema = self._copied_text(path, place)
            _remember(schema, place / COPIED)
        self._copies[file.name] = [place / "rows.parquet"]
        text = schema.text
        if not looks or text is None:
            return schema
        looked = place / f"looked-at-{_digest([*said.null_texts])}.json"
        found = _remembered(looked)
        if found is None:
            with self._faults_worded():
                rows = _parquet_reader(self._copies[file.name])
                evidence = evidence_of(self.connection, rows, list(schema.columns), said.null_texts)
            found = replace(schema, text=replace(text, evidence=evidence))
            _remember(found, looked)
        return found

    def _copied_text(self, path: Path, place: Path) -> Schema:
        """Copy a text file, and tell how it is laid out and what became of its records."""
        said = self.mapping
        place.mkdir(parents=True, exist_ok=True)
        plain = plain_text(path, self.shown, said.encoding, place)
        copy = place / "rows.parquet"
        if ends(path, JSON_SUFFIXES):
            names, records = copy_json_lines(plain.path, copy)
            layout = TextLayout("", "", 0, names)
        else:
            layout = layout_of(plain.path, path.name, SaidLayout(said.delimiter, said.header_row))
            records = copy_records(plain.path, plain.lines, layout, copy)
        if plain.path != path:
            plain.path.unlink()
        text = TextFile(
            plain.encoding, layout.delimiter, layout.header_line, layout.repeated, records, {}
        )
        return Schema(dict.fromkeys(layout.names, TEXT), text)

    def _described(self, reader: str) -> Mapping[str, str]:
        with self._faults_worded():
            return dict(described(self.connection, f"SELECT * FROM {reader}"))

    def _faults_worded(self) -> AbstractContextManager[None]:
        return faults_worded(
            expected=f"a readable table in {self.shown}",
            remedy="Open the file to see whether it is whole, or export it again.",
        )

    def relation(
        self,
        files: Sequence[SourceFile],
        schemas: Mapping[str, Schema],
        formats: Mapping[str, ColumnFormat],
    ) -> tuple[str, int]:
        """SQL over the rows of some files, in the types of all, and how many empty files come first.

        The empty files have the columns of all files of the source, so that DuckDB gives the rows of
        a few the types they have among all. Columns with a format are read by it, and each has its text
        beside it.
        """
        empty = self._empty(schemas)
        pieces = [piece for file in files for piece in self.pieces(file)]
        rows = _parquet_reader([*empty, *pieces])
        if formats:
            texts = ", ".join(
                f"{self._said(quoted(name))} AS {quoted(text_of(name))}" for name in formats
            )
            read = ", ".join(
                f"{one.sql(quoted(text_of(name)))} AS {quoted(name)}"
                for name, one in formats.items()
            )
            read_here = {name.casefold() for name in formats}
            typed = [one for one in column_names(schemas) if one.casefold() not in read_here]
            others = "".join(f"{quoted(name)}, " for name in typed)
            rows = (
                f"(SELECT {read}, * FROM (SELECT {texts}, {others}file_index, {ROW} FROM {rows}))"
            )
        return rows, len(empty)

    def _said(self, text: str) -> str:
        """SQL for what a text says: nothing where a person wrote down that it stands for an empty value."""
        nulls = ", ".join(literal(one.strip().casefold()) for one in self.mapping.null_texts)
        return f"CASE WHEN lower(trim({text})) NOT IN ({nulls}) THEN {text} END" if nulls else text

    def _empty(self, schemas: Mapping[str, Schema]) -> list[Path]:
        found: dict[str, Path] = {}
        self.scratch.mkdir(parents=True, exist_ok=True)
        for name in sorted(schemas):
            columns = ", ".join(
                f"CAST(NULL AS {kind}) AS {quoted(column)}"
                for column, kind in schemas[name].columns.items()
            )
            known_as = hashlib.sha256(columns.encode()).hexdigest()[:16]
            path = self.scratch / f"empty-{known_as}.parquet"
            if known_as not in found and not path.exists():
                with self._faults_worded():
                    self.connection.execute(
                        f"COPY (SELECT {columns} WHERE false) TO {literal(str(path))} (FORMAT parquet)"
                    )
            found.setdefault(known_as, path)
        return list(found.values())


def _digest(said: Sequence[str | None]) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:24]


def _remember(schema: Schema, path: Path) -> None:
    path.write_text(json.dumps(schema.as_dict()), encoding="utf-8")


def _remembered(path: Path) -> Schema | None:
    return Schema.of(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def column_names(schemas: Mapping[str, Schema]) -> list[str]:
    """The columns of all files, each as it is spelt first."""
    names: dict[str, str] = {}
    for _, schema in sorted(schemas.items()):
        for name in schema.columns:
            names.setdefault(name.casefold(), name)
    return list(names.values())


def text_of(column: str) -> str:
    """The name under which a column's own text stands beside what is read from it."""
    return f"text of {column}"


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
    kinds = {kind_of(one) for one in files}
    if "" in kinds or len(kinds) > 1:
        odd = next((one for one in files if not kind_of(one)), files[-1])
        raise DataRefused(
            expected=f"Parquet, CSV, JSON lines or Excel files, or a database address, for {source}",
            found=f'the ending "{odd.suffix}"' if "" in kinds else "files of several kinds",
            remedy="Export the table as one of these.",
        )
    return [SourceFile(_name(one, folder), _stamp(one), one) for one in files]


def _name(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def _parquet_reader(files: Sequence[Path]) -> str:
    # DuckDB would read a bracket or a star in a file's own name as a pattern.
    named = ", ".join(literal(glob.escape(str(one))) for one in files)
    return f"read_parquet([{named}], union_by_name = true)"
