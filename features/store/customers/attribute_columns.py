"""The sorted table of customers as the pack's attributes: one entry a customer key in every column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from features.checks.checking import CheckedTable
from features.checks.judging.conversions import MappedColumn
from features.sources.connection import Connection, literal, quoted
from features.store.pack import Attributes
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER, RARE_CODE, Ints
from features.vocabulary.protected import LAWFUL, is_protected
from features.vocabulary.tables import (
    CONTACT_DETAILS,
    CUSTOMER_ID,
    CUSTOMERS,
    KNOWN_AT,
    ColumnKind,
)

SHARED_BY = 10
"""A text that fewer customers share is no grouping, and may be an address or a name."""


def pack_attributes(
    connection: Connection,
    tables: Sequence[CheckedTable],
    folder: Path,
    keys: Ints,
    customers: int,
    *,
    lawful: Collection[str] = (),
) -> Attributes:
    """The attributes of the table of customers, none where it is not mapped.

    ``keys`` are the places of its rows among all ``customers``.

    Protected attributes are left out unless they are named as ``lawful``, and so are texts that fewer than ten
    customers share.
    """
    table = next((one for one in tables if one.table is CUSTOMERS), None)
    if table is None:
        return Attributes()
    path = literal(str(folder / f"{CUSTOMERS.name}.parquet"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP VIEW declared AS
        SELECT *, file_row_number AS place FROM read_parquet({path}, file_row_number = true)
    """)
    file = "declared"
    columns: dict[str, Ints] = {}
    dictionaries: dict[str, list[str]] = {}
    known: Ints | None = None
    for one in table.columns:
        protected = is_protected(one.column.name)
        is_unlawful = protected and one.column.name not in lawful
        if is_unlawful or one.column.name in (CUSTOMER_ID, *CONTACT_DETAILS):
            continue
        name = f"{LAWFUL}{one.stored}" if protected else one.stored
        if one.column.kind is ColumnKind.TEXT:
            codes, texts = _texts(connection, file, one, keys, customers)
            columns[name], dictionaries[name] = codes, texts
        elif one.column.name == KNOWN_AT:
            known = _numbers(connection, file, one, MISSING_NUMBER, keys, customers)
        else:
            missing = MISSING_CODE if one.column.kind is ColumnKind.FLAG else MISSING_NUMBER
            columns[name] = _numbers(connection, file, one, missing, keys, customers)
    return Attributes(columns, dictionaries, known)


def _numbers(
    connection: Connection,
    file: str,
    column: MappedColumn,
    missing: int,
    keys: Ints,
    customers: int,
) -> Ints:
    values = np.full(customers, missing, np.int64)
    found = connection.execute(f"""
        SELECT place, CAST({quoted(column.stored)} AS BIGINT) AS value FROM {file}
        WHERE {quoted(column.stored)} IS NOT NULL
    """).fetchnumpy()
    values[keys[found["place"]]] = found["value"]
    return values


def _texts(
    connection: Connection, file: str, column: MappedColumn, keys: Ints, customers: int
) -> tuple[Ints, list[str]]:
    """Codes by customer, and the shared texts in the order of their bytes."""
    name = quoted(column.stored)
    shared = f"""
        SELECT {name} AS text, row_number() OVER (ORDER BY {name}) - 1 AS code FROM {file}
        WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) >= {SHARED_BY}
    """
    texts = connection.execute(f"SELECT text FROM ({shared}) ORDER BY code").fetchall()
    found = connection.execute(f"""
        SELECT place, coalesce(code, {RARE_CODE}) AS code
        FROM {file} LEFT JOIN ({shared}) AS shared ON shared.text = {name}
        WHERE {name} IS NOT NULL
    """).fetchnumpy()
    codes = np.full(customers, MISSING_CODE, np.int64)
    codes[keys[found["place"]]] = found["code"]
    return codes, [str(text) for (text,) in texts]
