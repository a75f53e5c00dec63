"""A mapped source made readable: its files, the meaning of its columns, and the rows of some of its files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from features.company.settings.sources import SourceSettings
from features.sources.beside import JoinedRows
from features.sources.connection import Connection, described, faults_worded, quoted
from features.sources.databases import is_address, shown_address
from features.sources.files import ROW, FileReader, Schema, SourceFile, column_names, listed
from features.sources.formats import (
    ColumnFormat,
    Doubt,
    FormatDecision,
    SaidFormats,
    decided,
    joined,
)


@dataclass(frozen=True)
class Source:
    """One opened source: the relation to select from and its columns with their DuckDB types.

    The relation holds the rows of the ``fresh`` files: those that were not known before.
    """

    relation: str
    columns: Mapping[str, str]
    shown: str
    """How the source is named to people: a path as it was written, or an address without password."""
    files: tuple[SourceFile, ...]
    fresh: tuple[SourceFile, ...]
    schemas: Mapping[str, Schema]
    reader: FileReader
    formats: Mapping[str, ColumnFormat]
    """How the columns of text files are read; empty where the source tells its own types."""
    doubts: tuple[Doubt, ...] = ()
    shape: str = ""
    """An empty table of the relation's columns: against it an expression is bound at once, however they are read."""
    counted: frozenset[str] = frozenset()
    """Columns whose values are reckoned from several rows, so that no text of theirs says them."""
    joins: tuple[JoinedRows, ...] = ()
    """Rows of further files beside those of the source, in the order in which they are joined."""

    def format_of(self, column: str) -> ColumnFormat | None:
        """How the text of a column is read; None where it has none."""
        return None if column in self.counted else self.formats.get(column)

    def reading(self, files: Sequence[SourceFile]) -> Reading:
        """The rows of some files."""
        relation, ahead = self.rows(files)
        # Of a database there may be many pieces, and it counts as one file.
        is_single = len(files) == 1
        return Reading(relation, "0" if is_single else f"(file_index - {ahead})", tuple(files))

    def rows(self, files: Sequence[SourceFile]) -> tuple[str, int]:
        """SQL over the rows of some files with what is joined to them, and how many empty files come first."""
        relation, ahead = self.reader.relation(files, self.schemas, self.own_formats)
        for place, one in enumerate(self.joins):
            # Only of Parquet the place of the file is no column yet.
            also = "" if place or self.own_formats else f", file_index, {ROW}"
            relation = one.beside(relation, self.formats, also)
        return relation, ahead

    @property
    def own_formats(self) -> Mapping[str, ColumnFormat]:
        """How the columns of the source's own text files are read."""
        if not self.joins:
            return self.formats
        joined = {name for one in self.joins for name in one.formats}
        return {name: one for name, one in self.formats.items() if name not in joined}

    def named(self, name: str) -> str | None:
        """The column that a bare name means, in whatever case it is written; None where there is none."""
        if name in self.columns:
            return name
        folded = name.casefold()
        return next((one for one in self.columns if one.casefold() == folded), None)

    def with_texts(self, columns: Collection[str]) -> Source:
        """The source with some of its columns left as the texts they are."""
        text = ColumnFormat("text")
        formats = {name: text if name in columns else one for name, one in self.formats.items()}
        return viewed(replace(self, formats=MappingProxyType(formats)))

    def read_once(self) -> Source:
        """The source with its rows read and kept in the working database, for whoever asks many questions."""
        if not self.formats:
            return self
        relation = f"{self.relation}_rows"
        self.reader.connection.execute(
            f"CREATE OR REPLACE TABLE {relation} AS SELECT * FROM {self.relation}"
        )
        return replace(self, relation=relation)

    @property
    def read_as(self) -> Mapping[str, str]:
        """The columns with their types and the form they are read in: what a value depends on."""
        return {
            name: f"{kind} {replace(self.formats[name], note='')}" if name in self.formats else kind
            for name, kind in self.columns.items()
        }


@dataclass(frozen=True)
class Reading:
    """Rows of some files of a source: SQL for them, and SQL for the place of a row's file among these."""

    relation: str
    file: str
    files: tuple[SourceFile, ...]


def attach(
    connection: Connection,
    name: str,
    mapping: SourceSettings,
    *,
    folder: Path,
    scratch: Path,
    known: Mapping[str, tuple[str, Schema]] | None = None,
) -> Source:
    """Make a mapped source readable as the relation ``source_<name>``.

    Paths are relative to ``folder`` and may be patterns. ``known`` are stamps and columns of files seen
    before: those that still bear their stamp are not opened. Raises ``DataRefused`` when the source is
    missing, unreadable or without columns.
    """
    relation = f"source_{name}"
    files = listed(mapping.source, folder)
    shown = shown_address(mapping.source) if is_address(mapping.source) else mapping.source
    reader = FileReader(connection, mapping, shown, folder, scratch / relation, scratch / "texts")
    fresh: list[SourceFile] = []
    schemas: dict[str, Schema] = {}
    for file in files:
        stamp, schema = (known or {}).get(file.name, ("", None))
        if stamp and stamp == file.stamp and schema is not None:
            schemas[file.name] = schema
        else:
            fresh.append(file)
            schemas[file.name] = reader.schema(file)
    decision = _decision(mapping, schemas)
    source = Source(
        relation,
        {},
        shown,
        tuple(files),
        tuple(fresh),
        schemas,
        reader,
        decision.formats,
        decision.doubts,
    )
    return viewed(source)


def _decision(mapping: SourceSettings, schemas: Mapping[str, Schema]) -> FormatDecision:
    """What the texts of the columns mean, by what all files together show and by what was written down."""
    names: dict[str, str] = {}
    texts = {name: one.text for name, one in sorted(schemas.items()) if one.text is not None}
    ordered = [one for _, one in sorted(schemas.items())]
    for schema in ordered:
        for column in schema.evidence:
            names.setdefault(column.casefold(), column)
    evidence = {
        name: joined(
            one
            for schema in ordered
            for column, one in schema.evidence.items()
            if column.casefold() == folded
        )
        for folded, name in names.items()
    }
    if not evidence:
        return FormatDecision({}, ())
    said = SaidFormats(mapping.decimal, mapping.thousands, mapping.date_format, mapping.formats)
    delimiters = {text.delimiter for text in texts.values()}
    return decided(evidence, said, delimiter=min(delimiters) if len(delimiters) == 1 else "")


def viewed(source: Source) -> Source:
    """The source with its relation made, and with the types its columns have there."""
    connection = source.reader.connection
    rows, _ = source.rows(source.fresh)
    with faults_worded(
        expected=f"a readable table in {source.shown}",
        remedy="Open the file to see whether it is whole, or export it again.",
    ):
        connection.execute(f"CREATE OR REPLACE VIEW {source.relation} AS SELECT * FROM {rows}")
        shape = shape_of(connection, source.relation)
        names = column_names(source.schemas) if source.formats or source.joins else []
        names += [name for one in source.joins for name in one.columns]
        shown = ", ".join(map(quoted, names)) or "*"
        columns = described(connection, f"SELECT {shown} FROM {shape}")
    return replace(source, columns=columns, shape=shape)


def shape_of(connection: Connection, relation: str) -> str:
    """Make an empty table of a relation's columns and types, and answer with its name."""
    shape = f"{relation}_shape"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {shape} AS FROM {relation} WITH NO DATA")
    return shape
