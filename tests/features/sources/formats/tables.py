"""Small tables of texts, and what is decided about their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from features.sources.formats import (
    ColumnFormat,
    Evidence,
    FormatDecision,
    SaidFormats,
    decided,
    evidence_of,
    joined,
)

Columns = Mapping[str, Sequence[str | None]]


def filled(connection: duckdb.DuckDBPyConnection, columns: Columns) -> str:
    """The name of a table with these columns."""
    named = ", ".join(f'"{name}" VARCHAR' for name in columns)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE texts ({named})")
    lists = ", ".join(f"unnest(${at}::VARCHAR[])" for at in range(1, len(columns) + 1))
    connection.execute(f"INSERT INTO texts SELECT {lists}", [list(one) for one in columns.values()])
    return "texts"


def evidence(connection: duckdb.DuckDBPyConnection, columns: Columns) -> dict[str, Evidence]:
    """The evidence of a table with these columns."""
    return evidence_of(connection, filled(connection, columns), list(columns))


def decision(
    connection: duckdb.DuckDBPyConnection,
    *files: Columns,
    said: SaidFormats | None = None,
    delimiter: str = "",
) -> FormatDecision:
    """What is decided about files with these columns."""
    found = [evidence(connection, one) for one in files]
    together = {
        name: joined(one[name] for one in found if name in one)
        for name in {n: 0 for f in files for n in f}
    }
    return decided(together, said or SaidFormats(), delimiter=delimiter)


def read(
    connection: duckdb.DuckDBPyConnection, form: ColumnFormat, texts: Sequence[str | None]
) -> list[Any]:
    """What a format makes of some texts; instants as texts, those with a zone in UTC."""
    relation = filled(connection, {"a": texts})
    connection.execute("SET TimeZone = 'UTC'")
    found = f"({form.sql('a')})"
    if form.kind in ("instant", "zoned instant"):
        found = f"CAST({found} AS VARCHAR)"
    return [one for (one,) in connection.execute(f"SELECT {found} FROM {relation}").fetchall()]
