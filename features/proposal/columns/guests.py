"""Customers who are nobody: guests and sales over the counter, whose lines are without a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from features.proposal.columns.roles import ChosenColumn
from features.proposal.wording.writing import ProposedRule
from features.sources.attachment import Source
from features.sources.connection import Connection, literal
from features.vocabulary.placeholder_customers import (
    PlaceholderCertainty,
    has_far_more,
    placeholder_certainty,
)

_LEFT_OUT_SHARE = 0.25
"""From this share of lines without a customer on a rule is proposed, for a check takes a third for a fault."""
_MOST_NAMED = 5


@dataclass(frozen=True)
class _Guest:
    """What is written for nobody, with its orders and lines."""

    written: str
    orders: int
    lines: int


def without_guests(
    connection: Connection, source: Source, roles: Mapping[str, ChosenColumn]
) -> tuple[dict[str, ChosenColumn], ProposedRule | None]:
    """The roles with a customer who is missing where a word for nobody stands, and a rule for many such lines."""
    kept = dict(roles)
    customer = roles.get("customer_id")
    if customer is None:
        return kept, None
    guests = _guests(connection, source, roles, customer)
    if not guests:
        return kept, None
    expression = _expression(customer, [one.written for one in guests])
    lines = sum(one.lines for one in guests)
    named = ", ".join(
        f'"{one.written.strip()}" has {one.orders:,} orders on {one.lines:,} lines'
        for one in guests[:_MOST_NAMED]
    )
    reason = f"{customer.reason}; {named} and stands for nobody, so that these lines are without a customer"
    look = replace(customer.look, filled=customer.look.filled - lines)
    kept["customer_id"] = ChosenColumn(look, reason, expression)
    if look.missing <= _LEFT_OUT_SHARE * look.rows:
        return kept, None
    rule = ProposedRule(
        name="no customer",
        condition=f"nullif(trim(CAST({expression} AS VARCHAR)), '') IS NULL",
        rows=look.missing,
        reason="guests and others nobody knows, who cannot be scored; without this rule a check refuses so many",
    )
    return kept, rule


def _guests(
    connection: Connection,
    source: Source,
    roles: Mapping[str, ChosenColumn],
    customer: ChosenColumn,
) -> list[_Guest]:
    order = roles.get("order_id", roles.get("ordered_at"))
    orders = "count(*)" if order is None else f"count(DISTINCT {order.look.sql})"
    found = connection.execute(f"""
        WITH customers AS (
            SELECT CAST({customer.sql} AS VARCHAR) AS written, {orders} AS orders, count(*) AS lines
            FROM {source.relation} WHERE nullif(trim(written), '') IS NOT NULL GROUP BY written),
        shown AS (SELECT *, quantile_disc(orders, 0.9) OVER () AS most, count(*) OVER () AS all_of_them
                  FROM customers)
        SELECT * FROM shown WHERE NOT regexp_matches(written, '[0-9]') OR contains(written, '@')
            OR regexp_matches(trim(written), '^(0+|9+|-1)([.]0)?$')
        ORDER BY orders DESC, written
    """).fetchall()
    guests = []
    for written, count, lines, most, customers in found:
        sure = placeholder_certainty(written)
        if sure is PlaceholderCertainty.ALWAYS or (
            sure is PlaceholderCertainty.WITH_MANY_ORDERS and has_far_more(count, most, customers)
        ):
            guests.append(_Guest(written, int(count), int(lines)))
    # Where everybody is nobody the column says something else.
    return guests if found and len(guests) < found[0][4] - 1 else []


def _expression(customer: ChosenColumn, written: list[str]) -> str:
    """SQL for a customer that is missing where any of these stands."""
    sql = customer.sql
    if customer.look.type != "VARCHAR":
        numbers = sorted({int(float(one)) for one in written})
        for number in numbers:
            sql = f"nullif({sql}, {number})"
        return sql
    if customer.expression:
        for one in written:
            sql = f"nullif({sql}, {literal(one)})"
        return sql
    words = sorted({one.strip().lower() for one in written})
    return f"CASE WHEN lower(trim({sql})) NOT IN ({', '.join(map(literal, words))}) THEN {sql} END"
