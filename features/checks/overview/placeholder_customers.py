"""One customer with a very large share of the orders, who may stand for nobody: a guest, a till, a filler."""

from __future__ import annotations

import re
from collections.abc import Iterator

from features.checks.breaches import Breach, Severity
from features.checks.judging.conversions import as_sql
from features.checks.judging.judged_table import OpenTable
from features.checks.judging.rules import UNKNOWN_CUSTOMERS_SHARE, as_written
from features.checks.overview.summaries import orders_relation
from features.sources.connection import literal
from features.vocabulary.placeholder_customers import (
    ANYBODY_TIMES,
    LARGE_TIMES,
    WORD_TIMES,
    PlaceholderCertainty,
    has_far_more,
    placeholder_certainty,
)
from features.vocabulary.tables import CUSTOMER_ID

ORDERS_SHARE = 0.05
"""A customer with more of the orders than this may stand for nobody, whatever the number."""
_LARGE_SHARE = 0.2
_MOST_LOOKED_AT = 20


def placeholder_breaches(opened: OpenTable) -> Iterator[Breach]:
    """Note the customers with far more orders than all others have, where they may stand for nobody.

    Orders are counted and not money: a wholesaler's money comes in orders like anybody's.
    """
    found = opened.connection.execute(f"""
        WITH pairs AS (SELECT {CUSTOMER_ID} AS id, order_id, CAST(sum(rows) AS BIGINT) AS rows
                       FROM {orders_relation(opened)} GROUP BY id, order_id HAVING max(bought) > 0),
        customers AS (SELECT id, count(*) AS orders, CAST(sum(rows) AS BIGINT) AS rows FROM pairs GROUP BY id),
        whole AS (SELECT quantile_disc(orders, 0.9) AS most, count(*) AS n,
                         CAST(sum(orders) AS BIGINT) AS all_orders, CAST(sum(rows) AS BIGINT) AS all_rows
                  FROM customers)
        SELECT id, orders, rows, most, n, all_orders, all_rows FROM customers, whole
        WHERE orders > {WORD_TIMES} * most ORDER BY orders DESC, id LIMIT {_MOST_LOOKED_AT}
    """).fetchall()
    for customer, orders, rows, most, customers, all_orders, all_rows in found:
        share = orders / all_orders
        times = LARGE_TIMES if share > _LARGE_SHARE else ANYBODY_TIMES
        stands_out = share > ORDERS_SHARE and has_far_more(orders, most, customers, times)
        is_word = placeholder_certainty(customer) is not PlaceholderCertainty.NEVER
        if stands_out or (is_word and has_far_more(orders, most, customers)):
            yield _breach(opened, customer, rows, rows / all_rows, f"{orders:,} orders, {share:.1%} of all; "
                          f"nine in ten customers have {most:,} or fewer")  # fmt: skip


def _breach(opened: OpenTable, customer: str, rows: int, share: float, detail: str) -> Breach:
    # An address, a telephone number or a name is no number to be shown.
    is_word = (
        placeholder_certainty(customer) is not PlaceholderCertainty.NEVER and "@" not in customer
    )
    may_be_named = is_word or _is_a_number(customer)
    table = opened.table.name
    said = as_sql(opened.source, opened.mapping.columns[CUSTOMER_ID])
    named = literal(customer) if may_be_named else "'that customer'"
    text = f"lower(trim(CAST({said} AS VARCHAR)))"
    known = as_written(f"CASE WHEN {text} <> {named.lower()} THEN {said} END")
    advice = (
        "If this stands for nobody, as guests and sales over the counter do, all of them are taken for one "
        f"person: write {CUSTOMER_ID} = {known} under [tables.{table}.columns], and the lines are without a customer."
    )
    if share > UNKNOWN_CUSTOMERS_SHARE:
        rule = as_written(f"{text} = {named.lower()}")
        advice += (
            f' So many are refused unless [tables.{table}.set_aside] says "no customer" = {rule}.'
        )
    return Breach(
        table=table,
        rule="perhaps_nobody.customer_id",
        what="one customer with so many of the orders that nobody may be meant",
        rows=rows,
        becomes="kept as one customer",
        severity=Severity.NOTES,
        kept=rows,
        sample=(f"customer {customer}",) if may_be_named else (),
        advice=advice,
        detail=detail,
    )


def _is_a_number(customer: str) -> bool:
    """Whether this is a number such as C-108 and no telephone, card or name."""
    return re.fullmatch(r"[A-Za-z#-]{0,4}[0-9]{1,7}", customer) is not None
