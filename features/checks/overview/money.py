"""Purchases that bring no money at all: the amount is another column, or one that is blank or taken off itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from features.checks.breaches import Breach, Severity
from features.checks.judging.judged_table import OpenTable

_NAMES_A_COLUMN = re.compile(r"[A-Za-z_\"]")


def without_money(opened: OpenTable, orders: str) -> Iterator[Breach]:
    """Refuse purchases none of which brings more than nothing, unless the mapping itself says 0.

    ``orders`` is the relation of the kept lines or of what they add up to, with ``order_id``, ``rows`` and ``cents``.
    """
    amount = opened.mapping.columns.get("amount", "")
    rows, most = opened.connection.execute(f"""
        SELECT CAST(sum(rows) AS BIGINT), max(cents) FROM (
            SELECT sum(rows) AS rows, sum(cents) AS cents FROM {orders} GROUP BY order_id)
    """).fetchall()[0]
    if not rows or most > 0 or not _NAMES_A_COLUMN.search(amount):
        return
    yield Breach(
        table=opened.table.name,
        rule="no_money.amount",
        what="rows of purchases, none of which brings any money",
        rows=rows,
        becomes="refused",
        severity=Severity.REFUSES,
        advice="Name the column with what was paid as amount in [tables.purchases.columns]; where the files know "
        "no money at all write amount = '0'.",
    )
