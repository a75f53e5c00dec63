"""Further attributes that are numbers in a column of texts, because a few of them are blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from features.checks.judging.conversions import MappedColumn
from features.sources.attachment import Source
from features.sources.connection import Connection, DatabaseFault, quoted
from features.vocabulary.identifiers import tidied_sql
from features.vocabulary.tables import ColumnKind, RawTable


def with_numbers(
    connection: Connection,
    source: Source,
    table: RawTable,
    columns: Sequence[MappedColumn],
    where: str,
) -> list[MappedColumn]:
    """The mapped columns, of which further attributes in texts that all are numbers count as numbers.

    A column with a zero before other digits, such as 01067, holds names and no numbers.
    """
    asked = [
        one
        for one in columns
        if one.column.name not in table.column_names
        and one.column.kind is ColumnKind.TEXT
        and one.source_type == "VARCHAR"
    ]
    found = _are_numbers(connection, source, asked, where) if asked else set()
    return [_as_number(one) if one.column.name in found else one for one in columns]


def _as_number(column: MappedColumn) -> MappedColumn:
    return replace(column, column=replace(column.column, kind=ColumnKind.NUMBER))


def _are_numbers(
    connection: Connection, source: Source, columns: Sequence[MappedColumn], where: str
) -> set[str]:
    mapped = ", ".join(f"({one.selected}\n) AS {quoted(one.raw)}" for one in columns)
    told = ", ".join(_is_number(_as_number(one)) for one in columns)
    which = f"WHERE ({where}\n)" if where else ""
    try:
        answers = connection.execute(
            f"SELECT {told} FROM (SELECT {mapped} FROM {source.relation} {which})"
        ).fetchall()[0]
    except DatabaseFault:
        # What fails here fails again where rows are read, and is told there.
        return set()
    return {one.column.name for one, is_number in zip(columns, answers, strict=True) if is_number}


def _is_number(column: MappedColumn) -> str:
    """SQL that is true of a column with values of which each is a number; NULL of one without any."""
    raw = quoted(column.raw)
    text = tidied_sql(raw)
    return (
        f"bool_and({column.converted} IS NOT NULL AND NOT regexp_matches({raw}, '^\\s*[+-]?0[0-9]')) "
        f"FILTER ({text} IS NOT NULL)"
    )
