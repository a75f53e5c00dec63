"""A source whose rows are told of in several files, such as the lines of orders and the orders themselves.

Each further file has one row at most for each row of the source, found by a key that is compared in the
normal form of ids. A key that two different rows have is refused: it would tell every line twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from features.company.settings.company import TableMapping
from features.company.settings.sources import JoinedSource
from features.sources.attachment import Source, attach, viewed
from features.sources.beside import JoinedFile, JoinedRows
from features.sources.connection import (
    Connection,
    DatabaseFault,
    described,
    faults_worded,
    quoted,
    sentence,
)
from features.sources.files import Schema, text_of
from features.vocabulary.errors import DataRefused, did_you_mean
from features.vocabulary.identifiers import normal_id_sql

_SHOWN_KEYS = 3
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")


def attach_joined(
    connection: Connection,
    name: str,
    mapping: TableMapping,
    *,
    folder: Path,
    scratch: Path,
    known: Mapping[str, tuple[str, Schema]] | None = None,
) -> Source:
    """Make a mapped source readable with the files that are joined to it, as ``attach`` does without.

    Raises ``DataRefused`` when a file is missing or unreadable, or a key is not there or not unique.
    """
    source = attach(connection, name, mapping, folder=folder, scratch=scratch, known=known)
    for joined, said in mapping.join.items():
        source = with_joined(source, name, joined, said, scratch)
    return source


def with_joined(source: Source, table: str, name: str, said: JoinedSource, scratch: Path) -> Source:
    """A source with the rows of one further file beside its own."""
    where = f"tables.{table}.join.{name}"
    connection = source.reader.connection
    relation = f"{table}_join_{name}"
    further = attach(connection, relation, said, folder=source.reader.folder, scratch=scratch)
    on = key_sql(source, said.on, f"{where}.on")
    own = key_sql(further, said.own_key, f"{where}.key")
    columns = {f"{name}.{column}": kind for column, kind in further.columns.items()}
    taken = next((one for one in columns if source.named(one)), None)
    if taken is not None:
        raise DataRefused(
            expected=f"no column of {source.shown} to be called as one of [{where}]",
            found=f'"{taken}"',
            remedy=f"Call the join by another name than {name}.",
        )
    rows = JoinedRows(
        name=name,
        relation=f"joined_{relation}",
        shown=further.shown,
        on=on,
        columns=MappingProxyType(columns),
        formats={f"{name}.{column}": one for column, one in further.formats.items()},
        files=(),
        schemas=further.schemas,
        doubts=further.doubts,
    )
    with faults_worded(
        expected=f"a readable table in {further.shown}",
        remedy="Open the file to see whether it is whole, or export it again.",
    ):
        rows = _written(connection, rows, further, own)
    _require_unique(connection, rows, said, where)
    formats = MappingProxyType({**source.formats, **rows.formats})
    return viewed(replace(source, joins=(*source.joins, rows), formats=formats))


def key_sql(source: Source, expression: str, where: str) -> str:
    """SQL for a key in the normal form of ids: of a text column by its text, with all of its zeros."""
    alone = source.named(expression.strip())
    if alone is not None and source.format_of(alone) is not None:
        return normal_id_sql(quoted(text_of(alone)))
    value = quoted(alone) if alone is not None else f"({expression}\n)"
    try:
        kind = described(source.reader.connection, f"SELECT {value} AS key FROM {source.shape}")
    except DatabaseFault as fault:
        is_name = expression.strip().replace(" ", "").replace(".", "").isidentifier()
        raise DataRefused(
            expected=f"{where} to name a column of {source.shown}",
            found=f'no column "{expression}"' if is_name else sentence(fault),
            remedy=did_you_mean(expression, list(source.columns)),
        ) from None
    text = f"CAST({value} AS VARCHAR)"
    if kind["key"].startswith(_FRACTIONS):
        whole = f"CAST(TRY_CAST({value} AS HUGEINT) AS VARCHAR)"
        return f"CASE WHEN {value} = floor({value}) THEN {whole} ELSE {text} END"
    return normal_id_sql(text)


def _written(connection: Connection, rows: JoinedRows, further: Source, own: str) -> JoinedRows:
    """The rows of a further file in the working database; those that repeat another in all are one."""
    reading = further.reading(further.files)
    file, key = quoted(f"file of {rows.name}"), quoted(rows.key)
    told = {column: f"{rows.name}.{column}" for column in further.columns}
    told |= {text_of(one): text_of(f"{rows.name}.{one}") for one in further.formats}
    named = ", ".join(f"{quoted(column)} AS {quoted(joined)}" for column, joined in told.items())
    connection.execute(f"""
        CREATE OR REPLACE TABLE {rows.relation} AS
        SELECT min({file}) AS {file}, * EXCLUDE ({file}) FROM (
            SELECT CAST({reading.file} AS INTEGER) AS {file}, {own} AS {key}, {named}
            FROM {reading.relation}) WHERE {key} IS NOT NULL GROUP BY ALL
    """)
    read = connection.execute(f"""
        SELECT CAST({reading.file} AS INTEGER) AS place, count(*), count({own})
        FROM {reading.relation} GROUP BY place
    """).fetchall()
    counted = {int(place): (int(all_rows), int(keyed)) for place, all_rows, keyed in read}
    found = connection.execute(
        f"SELECT {file}, count(*) FROM {rows.relation} GROUP BY {file}"
    ).fetchall()
    kept = {int(place): int(number) for place, number in found}
    files = []
    for place, one in enumerate(further.files):
        in_file, keyed = counted.get(place, (0, 0))
        text = further.schemas[one.name].text
        refused = 0 if text is None else text.records.refused
        files.append(
            JoinedFile(one.name, in_file, in_file - keyed, keyed - kept.get(place, 0), refused)
        )
    return replace(rows, files=tuple(files))


def _require_unique(
    connection: Connection, rows: JoinedRows, said: JoinedSource, where: str
) -> None:
    key = quoted(rows.key)
    several = f"SELECT {key} AS key FROM {rows.relation} GROUP BY {key} HAVING count(*) > 1"
    keys, first = connection.execute(
        f"SELECT count(*), min(key, {_SHOWN_KEYS}) FROM ({several})"
    ).fetchall()[0]
    if not keys:
        return
    # A number may be shown, the address of a person may not.
    shown = [one for one in first if "@" not in one]
    raise DataRefused(
        expected=f"one row for each {said.own_key} in {rows.shown}, so that [{where}] tells no line twice",
        found=f"{keys:,} that stand on several different rows",
        rows=f"{said.own_key} {', '.join(shown)}" if shown else "",
        remedy="Export the file with one row for each, or, where it is the file of lines, "
        "let it be the source and join the other one to it.",
    )
