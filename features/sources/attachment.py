"""A mapped source made readable: its files, the types of its columns, and the rows of some of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from features.company.settings.reading import TableMapping
from features.sources.connection import Connection, described, faults_worded
from features.sources.databases import is_address, shown_address
from features.sources.files import FileReader, Schema, SourceFile, listed


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

    def reading(self, files: Sequence[SourceFile]) -> Reading:
        """The rows of some files."""
        relation, ahead = self.reader.relation(files, self.schemas)
        # Of a database there may be many pieces, and it counts as one file.
        is_single = len(files) == 1
        return Reading(relation, "0" if is_single else f"(file_index - {ahead})", tuple(files))


@dataclass(frozen=True)
class Reading:
    """Rows of some files of a source: SQL for them, and SQL for the place of a row's file among these."""

    relation: str
    file: str
    files: tuple[SourceFile, ...]


def attach(
    connection: Connection,
    name: str,
    mapping: TableMapping,
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
    reader = FileReader(connection, mapping.source, shown, folder, scratch / relation)
    fresh: list[SourceFile] = []
    schemas: dict[str, Schema] = {}
    for file in files:
        stamp, schema = (known or {}).get(file.name, ("", {}))
        if stamp and stamp == file.stamp:
            schemas[file.name] = schema
        else:
            fresh.append(file)
            schemas[file.name] = reader.schema(file)
    rows, _ = reader.relation(fresh, schemas)
    with faults_worded(
        expected=f"a readable table in {shown}",
        remedy="Open the file to see whether it is whole, or export it again.",
    ):
        connection.execute(f"CREATE OR REPLACE VIEW {relation} AS SELECT * FROM {rows}")
    columns = MappingProxyType(dict(described(connection, f"SELECT * FROM {relation}")))
    return Source(relation, columns, shown, tuple(files), tuple(fresh), schemas, reader)
