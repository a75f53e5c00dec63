"""What the kept rows of a check say together: how many customers, orders and how much money, by month.

A person who knows the shop sees from these figures at a glance whether the files were read as they are
meant. Every figure counts the kept rows and no others, each repeated row once.
"""

from __future__ import annotations

from features.checks.accounts import repeated_relation
from features.checks.breaches import TableReport
from features.checks.figures import (
    FileAccount,
    MonthOfPurchases,
    PurchaseSummary,
    TableSummary,
)
from features.checks.judging.judged_table import OpenTable
from features.sources.connection import literal
from features.vocabulary.months import month_name
from features.vocabulary.tables import CUSTOMER_ID, PURCHASES, UNKNOWN_ITEM

LARGEST = 5
"""So many customers are told of together, as the largest."""
_LOCAL_DATE = "(DATE '1970-01-01' + local_day)"
_LOCAL_MONTH = f"((year({_LOCAL_DATE}) - 1970) * 12 + month({_LOCAL_DATE}) - 1)"


def table_summary(
    opened: OpenTable, report: TableReport, records: tuple[FileAccount, ...]
) -> TableSummary:
    """The figures of a table whose files were all judged just now."""
    bought = None
    if opened.table is PURCHASES:
        write_orders(opened)
        bought = purchase_summary(opened, report)
    return TableSummary(
        table=report.table,
        rows=report.rows_kept,
        customers=report.customers,
        first=report.first_seconds,
        last=report.last_seconds,
        records=records,
        purchases=bought,
    )


def orders_relation(opened: OpenTable) -> str:
    """The relation of the kept purchases by customer, order and local day."""
    return f"orders_{opened.table.name}"


def write_orders(opened: OpenTable) -> None:
    """Add the kept rows up by customer, order and local day: the one look at all rows.

    Repeated rows are taken off again, since those that repeat are few and the rows many.
    """
    unmarked = f"bits & {opened.mask} = 0"
    lines = f"""
        SELECT customer_id, order_id, local_day, count(*) AS rows, sum(amount_cents) AS cents,
               sum(quantity_milli) AS milli, count(*) FILTER (quantity_milli > 0) AS bought
        FROM {opened.judged} WHERE {unmarked} GROUP BY ALL
    """
    if opened.mapping.duplicates == "drop":
        repeated = repeated_relation(opened)
        lines += f"""
            UNION ALL
            SELECT customer_id, order_id, local_day, -extra, -extra * amount_cents, -extra * quantity_milli,
                   0
            FROM (SELECT DISTINCT ON (part, print_1, print_2) * FROM {opened.judged} AS judged
                  SEMI JOIN {repeated} AS repeated USING (part, print_1, print_2)
                  WHERE {unmarked})
            JOIN {repeated} AS repeated USING (part, print_1, print_2)
        """
    opened.connection.execute(f"CREATE OR REPLACE TEMP TABLE {orders_relation(opened)} AS {lines}")


def purchase_summary(opened: OpenTable, report: TableReport) -> PurchaseSummary:
    """The figures of all kept purchases, from what ``write_orders`` added up."""
    orders = orders_relation(opened)
    rows, customers, cents, milli = opened.connection.execute(f"""
        SELECT coalesce(sum(rows), 0), count(DISTINCT {CUSTOMER_ID}), coalesce(sum(cents), 0),
               coalesce(sum(milli), 0) FROM {orders}
    """).fetchall()[0]
    pairs = f"SELECT max(bought) AS bought FROM {orders} GROUP BY {CUSTOMER_ID}, order_id"
    all_orders, bought = opened.connection.execute(
        f"SELECT count(*), count(*) FILTER (bought > 0) FROM ({pairs})"
    ).fetchall()[0]
    return PurchaseSummary(
        rows=int(rows),
        customers=int(customers),
        orders=int(all_orders),
        orders_bought=int(bought),
        cents=int(cents),
        pieces=int(milli) / 1000,
        items=opened.number(
            f"SELECT count(DISTINCT item_id) FROM {opened.judged} "
            f"WHERE bits & {opened.mask} = 0 AND item_id <> {literal(UNKNOWN_ITEM)}"
        ),
        first=report.first_seconds,
        last=report.last_seconds,
        by_month=_by_month(opened),
        largest_share=largest_share(opened, LARGEST),
    )


def _by_month(opened: OpenTable) -> tuple[MonthOfPurchases, ...]:
    found = opened.connection.execute(f"""
        SELECT month, sum(rows), count(*), sum(cents) FROM (
            SELECT {_LOCAL_MONTH} AS month, sum(rows) AS rows, sum(cents) AS cents
            FROM {orders_relation(opened)} GROUP BY month, {CUSTOMER_ID}, order_id)
        GROUP BY month ORDER BY month
    """).fetchall()
    return tuple(
        MonthOfPurchases(month_name(int(month)), int(rows), int(orders), int(cents))
        for month, rows, orders, cents in found
    )


def largest_share(opened: OpenTable, largest: int) -> float | None:
    """What so many customers with the most money bring of all the money."""
    most, total = opened.connection.execute(f"""
        SELECT sum(cents) FILTER (place <= {largest}), sum(cents) FROM (
            SELECT sum(cents) AS cents, row_number() OVER (ORDER BY sum(cents) DESC) AS place
            FROM {orders_relation(opened)} GROUP BY {CUSTOMER_ID})
    """).fetchall()[0]
    return float(most) / float(total) if total is not None and total > 0 else None
