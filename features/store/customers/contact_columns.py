"""The columns of the table of customers that say who they are, taken out of it into a place of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from features.checks.checking import CheckedTable
from features.sources.connection import Connection, quoted
from features.store.customers.contact_details import (
    CONTACT_FOLDER,
    ContactDetails,
    write_contact_details,
)
from features.store.month_arrays import text_buffers
from features.store.month_files import write_reference
from features.store.pack import TextColumn
from features.store.table_events import link
from features.vocabulary.tables import CONTACT_DETAILS, CUSTOMER_ID


def write_customers(connection: Connection, table: CheckedTable, path: Path, draft: Path) -> None:
    """Write the table of customers without what they are called, and that into a folder of its own, if it is mapped."""
    names = [one.stored for one in table.columns if one.column.name in CONTACT_DETAILS]
    query = write_reference(connection, table, path, without=names)
    if names:
        _write_contact_columns(connection, table, query, draft)


def take_over_contact_details(last: Path, draft: Path) -> None:
    """Give the files of the store before another name in the next one."""
    if not (last / CONTACT_FOLDER).is_dir():
        return
    (draft / CONTACT_FOLDER).mkdir()
    for file in sorted((last / CONTACT_FOLDER).iterdir()):
        link(file, draft / CONTACT_FOLDER / file.name)


def _write_contact_columns(
    connection: Connection, table: CheckedTable, query: str, draft: Path
) -> None:
    """Write what a query of one row a customer says of who they are; customers of whom nothing is known have no row."""
    mapped = {one.column.name: quoted(one.stored) for one in table.columns}
    picked = {
        name: f"coalesce(trim({mapped[name]}), '')" if name in mapped else "''"
        for name in CONTACT_DETAILS
    }
    selected = ", ".join(f"{value} AS {name}" for name, value in picked.items())
    known = " OR ".join(f"{name} != ''" for name in picked)
    found = connection.sql(f"""
        SELECT * FROM (SELECT {CUSTOMER_ID}, {selected} FROM ({query}))
        WHERE {known} ORDER BY {CUSTOMER_ID}
    """).to_arrow_table()
    columns = []
    for name in (CUSTOMER_ID, *CONTACT_DETAILS):
        offsets, content = text_buffers(found.column(name))
        columns.append(TextColumn(np.ascontiguousarray(offsets), np.ascontiguousarray(content)))
    write_contact_details(ContactDetails(*columns), draft / CONTACT_FOLDER)
