"""Whether the tables of a store meet: looked for in all its rows, whichever of them were read just now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from features.checks.breaches import Breach, CheckReport
from features.checks.checking import CheckedTable
from features.checks.identities.conflicts import never_seen
from features.checks.judging.rules import FEW_ROWS
from features.checks.overview.meetings import meeting_breaches, unmet
from features.sources.connection import Connection
from features.store.month_files import stored_rows
from features.vocabulary.tables import CUSTOMER_ID, IDENTITIES, PERSON_ID, TABLES


def strangers(
    connection: Connection, tables: Sequence[CheckedTable], report: CheckReport, folder: Path
) -> CheckReport:
    """The report with nothing but a refusal for each pair of tables that have no key in common."""
    columns = {
        one.table.name: frozenset(column.column.name for column in one.columns) for one in tables
    }
    rows = {one.table.name: stored_rows(folder, one.table, one.record.months) for one in tables}
    found = unmet(connection, columns, rows)
    breaches = [*meeting_breaches(connection, found, rows), *_nobody_known(connection, rows)]
    return replace(report, breaches=tuple(breaches))


def _nobody_known(connection: Connection, rows: Mapping[str, str]) -> Iterator[Breach]:
    """Refuse identities of more than a few ids that make nobody of whom there is a row anywhere."""
    if IDENTITIES.name not in rows:
        return
    others = [
        f"SELECT {CUSTOMER_ID} FROM ({query})"
        for name, query in rows.items()
        if name != IDENTITIES.name and CUSTOMER_ID in TABLES[name].column_names
    ]
    found, met = connection.execute(f"""
        SELECT count(*), count(*) FILTER ({PERSON_ID} IN ({" UNION ALL ".join(others)}))
        FROM ({rows[IDENTITIES.name]})
    """).fetchall()[0]
    if found > FEW_ROWS and not met:
        yield never_seen(found, found)
