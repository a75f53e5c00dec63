"""Day and month that have changed places in some of the dates, as where a spreadsheet has read a file of another country."""

from __future__ import annotations

from collections.abc import Iterator

from features.checks.breaches import Breach, Severity
from features.checks.judging.judged_table import OpenTable

MOST_AS_READ, LEAST_EXCHANGED = 0.9, 0.99
"""Dates have changed places where fewer neighbouring orders than the first share run with time, and more than the
second one would if day and month were exchanged wherever they can be."""
_FEWEST_ORDERS = 30
_DAY = "(DATE '1970-01-01' + local_day)"
_EXCHANGED = f"CASE WHEN day({_DAY}) <= 12 THEN make_date(year({_DAY}), day({_DAY}), month({_DAY})) ELSE {_DAY} END"


def exchanged_days(opened: OpenTable, relation: str) -> Iterator[Breach]:
    """Refuse purchases whose order numbers rise with time only once days and months are exchanged.

    ``relation`` is that of the kept lines or of what they add up to, with ``order_id``, ``local_day`` and ``rows``.
    """
    orders, as_read, exchanged, rows = opened.connection.execute(f"""
        WITH numbered AS (
            SELECT TRY_CAST(regexp_replace(order_id, '[^0-9]', '', 'g') AS HUGEINT) AS number,
                   min({_DAY}) AS as_read, min({_EXCHANGED}) AS exchanged,
                   sum(rows) FILTER ({_DAY} <> {_EXCHANGED}) AS rows
            FROM {relation} GROUP BY order_id
        ), placed AS (
            SELECT rows, as_read >= lag(as_read) OVER by_number AS is_read_rising,
                   exchanged >= lag(exchanged) OVER by_number AS is_exchanged_rising
            FROM numbered WHERE number IS NOT NULL WINDOW by_number AS (ORDER BY number)
        )
        SELECT count(*), avg(CAST(is_read_rising AS INTEGER)), avg(CAST(is_exchanged_rising AS INTEGER)), sum(rows)
        FROM placed
    """).fetchall()[0]
    if orders < _FEWEST_ORDERS or as_read >= MOST_AS_READ or exchanged < LEAST_EXCHANGED:
        return
    date = opened.mapping.columns["ordered_at"]
    yield Breach(
        table=opened.table.name,
        rule="exchanged.ordered_at",
        what="rows whose day and month seem to have changed places, as where a spreadsheet read them",
        rows=int(rows),
        becomes="refused",
        severity=Severity.REFUSES,
        advice="Export the file again and do not open it in a spreadsheet, or exchange them: ordered_at = "
        f'"CASE WHEN day({date}) <= 12 THEN make_date(year({date}), day({date}), month({date})) ELSE {date} END".',
        detail=f"{as_read:.0%} of the order numbers rise with the dates as they are read, {exchanged:.0%} where day and "
        "month are exchanged if they can be",
    )
