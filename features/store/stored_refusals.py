"""What is refused of a store for all its rows together, whichever of them were read just now.

Tables that do not meet, purchases without any money, dates whose day and month have changed places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from features.checks.breaches import Breach, CheckReport
from features.checks.checking import CheckedTable
from features.checks.identities.conflicts import never_seen
from features.checks.judging.rules import FEW_ROWS
from features.checks.overview.exchanged_days import exchanged_days
from features.checks.overview.meetings import meeting_breaches, unmet
from features.checks.overview.money import without_money
from features.sources.connection import Connection
from features.store.month_files import stored_rows
from features.vocabulary.tables import CUSTOMER_ID, IDENTITIES, PERSON_ID, PURCHASES, TABLES

_ORDERS_SEEN = 100_000
"""Of a store with more lines, the orders of about so many are looked at for days that are exchanged."""


def strangers(
    connection: Connection, tables: Sequence[CheckedTable], report: CheckReport, folder: Path
) -> CheckReport:
    """The report with nothing but a refusal for each pair of tables that have no key in common."""
    columns = {
        one.table.name: frozenset(column.column.name for column in one.columns) for one in tables
    }
    rows = {one.table.name: stored_rows(folder, one.table, one.record.months) for one in tables}
    found = unmet(connection, columns, rows)
    breaches = [*meeting_breaches(connection, found, rows), *_unknown_identities(connection, rows)]
    return replace(report, breaches=tuple(breaches))


def _unknown_identities(connection: Connection, rows: Mapping[str, str]) -> Iterator[Breach]:
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


def misread(
    connection: Connection, tables: Sequence[CheckedTable], report: CheckReport, folder: Path
) -> CheckReport:
    """The report with nothing but what refuses the stored purchases as a whole."""
    purchases = [one for one in tables if one.table is PURCHASES]
    breaches: list[Breach] = []
    for one in purchases:
        lines = f"""(
            SELECT order_id, local_day, 1 AS rows, amount_cents AS cents
            FROM ({stored_rows(folder, one.table, one.record.months)}))"""
        rows, cents = connection.execute(
            f"SELECT sum(rows), coalesce(sum(cents), 0) FROM {lines}"
        ).fetchall()[0]
        if not rows:
            continue
        if cents <= 0:
            breaches += without_money(one.opened, lines)
        part = max(1, int(rows) // _ORDERS_SEEN)
        breaches += exchanged_days(
            one.opened, f"(SELECT * FROM {lines} WHERE hash(order_id) % {part} = 0)"
        )
    return replace(report, breaches=tuple(breaches))
