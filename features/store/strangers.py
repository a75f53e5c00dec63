"""Whether the tables of a store meet: looked for in all its rows, whichever of them were read just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from features.checks.breaches import CheckReport
from features.checks.checking import CheckedTable
from features.checks.overview.meetings import meeting_breaches, unmet
from features.sources.connection import Connection
from features.store.month_files import stored_rows


def strangers(
    connection: Connection, tables: Sequence[CheckedTable], report: CheckReport, folder: Path
) -> CheckReport:
    """The report with nothing but a refusal for each pair of tables that have no key in common."""
    columns = {
        one.table.name: frozenset(column.column.name for column in one.columns) for one in tables
    }
    rows = {one.table.name: stored_rows(folder, one.table, one.record.months) for one in tables}
    found = unmet(connection, columns, rows)
    return replace(report, breaches=tuple(meeting_breaches(connection, found, rows)))
