"""The rows of a joined file, one a key, and how they are put beside the rows of a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.sources.connection import Connection, quoted
from features.sources.files import Schema, text_of
from features.sources.formats import ColumnFormat, Doubt


@dataclass(frozen=True)
class JoinedFile:
    """What became of the rows of one joined file before the source's rows look for theirs."""

    name: str
    rows: int
    without_key: int
    repeated: int
    refused: int


@dataclass(frozen=True)
class JoinedRows:
    """Rows of further files in the working database, at most one for each row of the source.

    Every column has the name of the join before its own: ``orders.status``.
    """

    name: str
    relation: str
    shown: str
    on: str
    """SQL, over the source's rows, for the key in the normal form of ids."""
    columns: Mapping[str, str]
    formats: Mapping[str, ColumnFormat]
    files: tuple[JoinedFile, ...]
    schemas: Mapping[str, Schema]
    doubts: tuple[Doubt, ...] = ()

    @property
    def key(self) -> str:
        """The name of the column with the key; it is NULL beside rows that found no row here."""
        return f"key of {self.name}"

    def beside(self, rows: str, formats: Mapping[str, ColumnFormat], also: str = "") -> str:
        """SQL over some rows with the joined ones beside them."""
        read = [f"joined.{quoted(self.key)}"]
        for name in self.columns:
            if name not in formats:
                read.append(f"joined.{quoted(name)}")
                continue
            text = quoted(text_of(name))
            value = (
                f"joined.{quoted(name)}"
                if formats[name] == self.formats[name]
                else f"{formats[name].sql(f'joined.{text}')} AS {quoted(name)}"
            )
            read += [value, f"joined.{text}"]
        return (
            f"(SELECT lines.*, {', '.join(read)} FROM (SELECT *{also} FROM {rows}) AS lines "
            f"LEFT JOIN {self.relation} AS joined ON {self.on} = joined.{quoted(self.key)})"
        )

    def met(self, connection: Connection, source: str) -> list[int]:
        """Of each file, how many of its rows stand beside rows of the source."""
        key, file = quoted(self.key), quoted(f"file of {self.name}")
        found = connection.execute(f"""
            SELECT {file}, count(*) FROM {self.relation} AS joined
            WHERE {key} IN (SELECT {key} FROM {source}) GROUP BY {file}
        """).fetchall()
        counts = {int(place): int(rows) for place, rows in found}
        return [counts.get(place, 0) for place in range(len(self.files))]
