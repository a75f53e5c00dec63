"""Orders whose lines lie far apart: their numbers are used again, and several orders count as one."""

from __future__ import annotations

from collections.abc import Iterator

from features.checks.breaches import SAMPLE_ROWS, Breach, Severity
from features.checks.judging.conversions import as_sql
from features.checks.judging.judged_table import OpenTable
from features.checks.judging.rules import as_written
from features.checks.overview.summaries import orders_relation
from features.vocabulary.tables import CUSTOMER_ID

FAR_DAYS = 30
"""Lines of one order that lie further apart than so many days are taken for several orders."""
FAR_SHARE = 0.03
"""So large a share of orders may have parts that came late, and is not told."""


def numbers_used_again(opened: OpenTable) -> Iterator[Breach]:
    """Note the orders of one customer with what was bought on days that lie far apart."""
    orders, far, rows, sample = opened.connection.execute(f"""
        SELECT count(*), count(*) FILTER (far), coalesce(CAST(sum(rows) FILTER (far) AS BIGINT), 0),
               min('order ' || order_id, {SAMPLE_ROWS}) FILTER (far)
        FROM (SELECT order_id, sum(rows) AS rows, max(local_day) - min(local_day) > {FAR_DAYS} AS far
              FROM {orders_relation(opened)} WHERE bought > 0 GROUP BY {CUSTOMER_ID}, order_id)
    """).fetchall()[0]
    if far <= FAR_SHARE * orders:
        return
    assert opened.event is not None
    number = as_sql(opened.source, opened.mapping.columns["order_id"])
    instant = opened.event.expression
    joined = as_written(
        f"CAST({number} AS VARCHAR) || ' ' || CAST(CAST({instant} AS DATE) AS VARCHAR)"
    )
    yield Breach(
        table=opened.table.name,
        rule="order_numbers_used_again",
        what=f"rows of orders whose lines lie more than {FAR_DAYS} days apart",
        rows=rows,
        becomes="kept as one order for each number and customer",
        severity=Severity.NOTES,
        kept=rows,
        sample=tuple(sample or ()),
        advice="If a till or a year begins its numbers anew, several orders count as one: write "
        f"order_id = {joined} under [tables.{opened.table.name}.columns], with the store or till where each has numbers "
        "of its own.",
        detail=f"{far:,} of {orders:,} orders, {far / orders:.1%}",
    )
