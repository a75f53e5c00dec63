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
from features.sources.databases import is_address
from features.sources.expressions import not_blank, said_as_text
from features.sources.files import ROW, text_of
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
_GROUP = '"rows of one above"'
ABOVE = "the row above"
"""Written for the key of filled columns: where all of them are blank, a row belongs to the one above it."""


def with_order_values(
    connection: Connection, source: Source, mapping: TableMapping, table: str
) -> Source:
    """The source with its filled and split columns; ``DataRefused`` where these cannot be."""
    if not mapping.fill and not mapping.split:
        return source
    if ABOVE in mapping.fill.values():
        _require_rows_in_order(source, mapping, f"tables.{table}.fill")
    for setting, named in (("fill", mapping.fill), ("split", mapping.split)):
        for column, key in named.items():
            where = f"tables.{table}.{setting}"
            if column not in source.columns:
                raise DataRefused(
                    expected=f"{where} to name columns of {source.shown}",
                    found=f'no column "{column}"',
                    remedy=did_you_mean(column, list(source.columns)),
                )
            if setting == "fill" and key == ABOVE:
                continue
            bind_expression(connection, source, as_sql(source, key), f'{where}."{column}"')
            if setting == "split" and not source.columns[column].startswith(_NUMBERS):
                raise DataRefused(
                    expected=f'numbers in "{column}", which {where} splits',
                    found=f"the type {source.columns[column]}",
                    remedy="Split a column of numbers only.",
                )
    relation = f"{source.relation}_of_orders"
    # Only the files themselves tell the order of their rows, and which orders are one.
    reading = source.reading(source.fresh)
    rows = _completed(source, mapping, reading.relation, reading.file)
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
    if above := [column for column, key in mapping.fill.items() if key == ABOVE]:
        rows = _from_above(source, above, relation, file)
    for column, key in mapping.fill.items():
        if key == ABOVE:
            continue
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


def _from_above(source: Source, columns: list[str], relation: str, file: str) -> str:
    """Rows of which those that say nothing in some columns take what the last one above says that does."""
    begins = " OR ".join(f"{_said(source, column)} IS NOT NULL" for column in columns)
    numbered = (
        f"(SELECT *, {file} AS {_FILE}, count(*) FILTER ({begins}) OVER (PARTITION BY {file} "
        f"ORDER BY {ROW} ROWS UNBOUNDED PRECEDING) AS {_GROUP} FROM {relation})"
    )
    texts = [text_of(column) for column in columns if column in source.formats]
    by = f"PARTITION BY {_FILE}, {_GROUP}"
    # One row of a group says anything there, the first.
    filled = ", ".join(
        f"max({_said(source, name)}) OVER ({by}) AS {quoted(name)}" for name in (*columns, *texts)
    )
    return f"(SELECT * EXCLUDE ({_GROUP}) REPLACE ({filled}) FROM {numbered})"


def _require_rows_in_order(source: Source, mapping: TableMapping, where: str) -> None:
    """Refuse to fill from above where there is no order of rows, or one row of it could not be read."""
    if is_address(mapping.source):
        raise DataRefused(
            expected=f'files for "{ABOVE}" in {where}',
            found="a database, whose rows have no order of their own",
            remedy="Fill the values in by the query, or by the column that names the order.",
        )
    for name, schema in source.schemas.items():
        if schema.text is not None and schema.text.records.broken:
            lines = [f"{one.line:,}" for one in schema.text.records.first]
            raise DataRefused(
                expected=f'every line of {name} to be read, for {where} takes "{ABOVE}"',
                found=f"{schema.text.records.broken:,} that could not be",
                rows=f"line {', '.join(lines)}",
                remedy="Export the file again: the rows below would be taken for those of another order.",
            )


def _partition(source: Source, key: str) -> str:
    return f"PARTITION BY {_FILE}, {_key(source, key)}"


def _key(source: Source, key: str) -> str:
    return said_as_text(f"({as_sql(source, key)}\n)")


def _said(source: Source, column: str) -> str:
    """SQL for what a cell says; NULL where it is blank."""
    name = quoted(column)
    # What is no column is the text of one.
    is_text = source.columns.get(column, "VARCHAR") == "VARCHAR"
    return not_blank(name) if is_text else name


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
