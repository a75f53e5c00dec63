"""Whether the purchases of a store show that their files were read wrong, whichever of them were read just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from features.checks.breaches import Breach, CheckReport
from features.checks.checking import CheckedTable
from features.checks.overview.exchanged_days import exchanged_days
from features.checks.overview.money import without_money
from features.sources.connection import Connection
from features.store.month_files import stored_rows
from features.vocabulary.tables import PURCHASES

_ORDERS_SEEN = 100_000
"""Of a store with more lines, the orders of about so many are looked at for days that are exchanged."""


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
