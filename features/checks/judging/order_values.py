"""Values that a file states once for an order of several rows: filled into its rows, or split over them.

Exports of shops leave the customer blank on all lines of an order but one, and give an order's total on
every line or on one. Both are mended before the mapping is read, within one file, so that a file means
the same whichever files lie beside it; and whatever the order of the rows, so that equal rows give an
equal store.
"""

from __future__ import annotations

import dataclasses

from features.checks.judging.conversions import as_sql, bind_expression
from features.company.settings.company import TableMapping
from features.sources.attachment import Reading, Source, shape_of
from features.sources.connection import Connection, described, quoted
from features.sources.files import text_of
from features.vocabulary.errors import DataRefused, did_you_mean

_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "DECIMAL",
    "FLOAT",
    "DOUBLE",
    "U",
)
_FILE = '"file of the row"'


def with_order_values(
    connection: Connection, source: Source, mapping: TableMapping, table: str
) -> Source:
    """The source with its filled and split columns; ``DataRefused`` where these cannot be."""
    if not mapping.fill and not mapping.split:
        return source
    for setting, named in (("fill", mapping.fill), ("split", mapping.split)):
        for column, key in named.items():
            where = f"tables.{table}.{setting}"
            if column not in source.columns:
                raise DataRefused(
                    expected=f"{where} to name columns of {source.shown}",
                    found=f'no column "{column}"',
                    remedy=did_you_mean(column, list(source.columns)),
                )
            bind_expression(connection, source, as_sql(source, key), f'{where}."{column}"')
            if setting == "split" and not source.columns[column].startswith(_NUMBERS):
                raise DataRefused(
                    expected=f'numbers in "{column}", which {where} splits',
                    found=f"the type {source.columns[column]}",
                    remedy="Split a column of numbers only.",
                )
    relation = f"{source.relation}_of_orders"
    rows = _completed(source, mapping, source.relation, "0")
    connection.execute(
        f"CREATE OR REPLACE VIEW {relation} AS SELECT * EXCLUDE ({_FILE}) FROM {rows}"
    )
    names = ", ".join(map(quoted, source.columns))
    shape = shape_of(connection, relation)
    columns = described(connection, f"SELECT {names} FROM {shape}")
    counted = frozenset(mapping.split)
    return dataclasses.replace(
        source, relation=relation, columns=columns, shape=shape, counted=counted
    )


def reading_with_order_values(source: Source, mapping: TableMapping, reading: Reading) -> Reading:
    """The rows of some files with their filled and split columns."""
    if not mapping.fill and not mapping.split:
        return reading
    rows = _completed(source, mapping, reading.relation, reading.file)
    return dataclasses.replace(reading, relation=rows, file=_FILE)


def _completed(source: Source, mapping: TableMapping, relation: str, file: str) -> str:
    rows = f"(SELECT *, {file} AS {_FILE} FROM {relation})"
    for column, key in mapping.fill.items():
        filled = [f"{_filled(source, column, key)} AS {quoted(column)}"]
        if column in source.formats:
            text = text_of(column)
            filled.append(f"{_filled(source, text, key)} AS {quoted(text)}")
        rows = f"(SELECT * REPLACE ({', '.join(filled)}) FROM {rows})"
    names = ", ".join(map(quoted, source.columns))
    for column, key in mapping.split.items():
        # Rows that are equal share one place, so that dropping repetitions drops no money.
        numbered = "dense_rank()" if mapping.duplicates == "drop" else "row_number()"
        by = _partition(source, key)
        agreed = (
            f"(SELECT * REPLACE ({_agreed(source, column, key)} AS {quoted(column)}) FROM {rows})"
        )
        placed = (
            f"(SELECT *, {numbered} OVER ({by} ORDER BY hash({names})) AS \"place in order\" "
            f"FROM {agreed})"
        )  # fmt: skip
        shared = _share(source, column, key)
        rows = (
            f'(SELECT * EXCLUDE ("place in order") REPLACE ({shared} AS {quoted(column)}) '
            f"FROM {placed})"
        )
    return rows


def _partition(source: Source, key: str) -> str:
    return f"PARTITION BY {_FILE}, {_key(source, key)}"


def _key(source: Source, key: str) -> str:
    return f"nullif(trim(CAST(({as_sql(source, key)}\n) AS VARCHAR)), '')"


def _said(source: Source, column: str) -> str:
    """SQL for what a cell says; NULL where it is blank."""
    name = quoted(column)
    # What is no column is the text of one.
    is_text = source.columns.get(column, "VARCHAR") == "VARCHAR"
    return f"nullif(trim({name}), '')" if is_text else name


def _filled(source: Source, column: str, key: str) -> str:
    said = _said(source, column)
    return f"coalesce({said}, {_agreed(source, column, key)})"


def _agreed(source: Source, column: str, key: str) -> str:
    """SQL for the one value that all rows of a key have where they have any; NULL where they differ."""
    said, by = _said(source, column), _partition(source, key)
    return (
        f"CASE WHEN {_key(source, key)} IS NULL THEN {said} "
        f"WHEN min({said}) OVER ({by}) = max({said}) OVER ({by}) THEN max({said}) OVER ({by}) END"
    )


def _share(source: Source, column: str, key: str) -> str:
    """SQL for a row's share of a value: whole cents that add up to it."""
    cents = f"CAST(round(CAST({quoted(column)} AS DECIMAL(28, 6)), 2) * 100 AS BIGINT)"
    place = '"place in order"'
    places = f"max({place}) OVER ({_partition(source, key)})"
    share = f"({cents} * {place} // {places} - {cents} * ({place} - 1) // {places})"
    alone = f"{_key(source, key)} IS NULL"
    return f"CASE WHEN {alone} THEN {cents} ELSE {share} END * CAST(0.01 AS DECIMAL(3, 2))"
