"""Rows that are no sales: prices of nothing, summaries of orders and repetitions, found by looking at the values."""

from __future__ import annotations

from features.proposal.columns.looking import Look
from features.proposal.wording.writing import ProposedColumn, ProposedRule
from features.sources.attachment import Source
from features.sources.connection import Connection, quoted
from features.sources.expressions import said_as_text

_NEARLY_ALL = 0.98


def zero_prices(
    connection: Connection,
    source: Source,
    price: Look,
    is_service: str = "",
    *,
    only_zero: bool = False,
) -> ProposedRule | None:
    """A rule for prices of zero or below, where there are any; those below stay where they are refunds.

    ``is_service`` is SQL that is true for discounts and the like, whose price below zero is what they
    take off; it is empty where there are none.
    """
    zero, below, of_services = connection.execute(f"""
        SELECT count(*) FILTER ({price.as_number} = 0), count(*) FILTER ({price.as_number} < 0),
               count(*) FILTER ({price.as_number} < 0 AND ({is_service or "false"}))
        FROM {source.relation}
    """).fetchall()[0]
    below -= of_services
    if not zero + below or (only_zero and not zero):
        return None
    if only_zero or (of_services and not below):
        return ProposedRule(
            name="price zero",
            condition=f"{price.as_number} = 0",
            rows=int(zero),
            reason="lines at a price of zero: gifts and corrections",
        )
    condition = f"{price.as_number} <= 0"
    return ProposedRule(
        name="price zero or below",
        condition=f"{condition} AND NOT coalesce({is_service}, false)"
        if of_services
        else condition,
        rows=int(zero + below),
        reason=f"{zero:,} lines at a price of zero and {below:,} below: gifts, write-offs, corrections",
    )


def cancelling_letters(
    connection: Connection, source: Source, order: Look, quantity: Look
) -> tuple[str, int] | None:
    """The letters with which order numbers of cancellations begin, and how many lines they have."""
    rows = connection.execute(f"""
        SELECT regexp_extract(CAST({order.sql} AS VARCHAR), '^[A-Za-z]+') AS letters, count(*) AS lines
        FROM {source.relation} WHERE letters <> '' GROUP BY letters
        HAVING count(*) FILTER ({quantity.as_number} < 0) >= 0.99 * count(*)
        ORDER BY lines DESC, letters LIMIT 1
    """).fetchall()
    return (str(rows[0][0]), int(rows[0][1])) if rows else None


def order_summaries(
    connection: Connection,
    source: Source,
    order: Look | None,
    item: Look | None,
    quantity: Look | None,
) -> ProposedRule | None:
    """A rule for rows without article and quantity that stand above the lines of their order."""
    if order is None or item is None or quantity is None or not item.missing * quantity.missing:
        return None
    blank = " AND ".join(f"{look.said} IS NULL" for look in (item, quantity))
    rows, above = connection.execute(f"""
        SELECT coalesce(sum(blank), 0), coalesce(sum(blank) FILTER (lines > blank), 0) FROM (
            SELECT count(*) AS lines, count(*) FILTER ({blank}) AS blank FROM {source.relation}
            WHERE {order.said} IS NOT NULL GROUP BY {order.sql})
    """).fetchall()[0]
    if not rows or above < _NEARLY_ALL * rows:
        return None
    return ProposedRule(
        name="summaries of orders",
        condition=blank,
        rows=int(rows),
        reason="rows without article and quantity that sum up the lines of their order",
    )


def without_a_key(
    connection: Connection, source: Source, key: ProposedColumn
) -> tuple[ProposedRule, ...]:
    """A rule for the rows of a describing table that describe nothing."""
    blank = f"{said_as_text(key.expression)} IS NULL"
    rows = connection.execute(f"SELECT count(*) FROM {source.relation} WHERE {blank}").fetchall()
    if not rows[0][0]:
        return ()
    name = key.column.removesuffix("_id")
    return (ProposedRule(f"no {name}", blank, f"they name no {name}", int(rows[0][0])),)


def repeated_rows(connection: Connection, source: Source) -> int:
    """How many rows repeat an earlier row in every column."""
    names = ", ".join(map(quoted, source.columns))
    return int(
        connection.execute(f"""
            SELECT coalesce(sum(n - 1), 0) FROM (
                SELECT count(*) AS n FROM {source.relation} GROUP BY {names} HAVING count(*) > 1)
        """).fetchall()[0][0]
    )


def duplicates_reason(repeated: int, *, is_by_line: bool) -> str:
    """What speaks for dropping rows that repeat another, or for keeping them."""
    if not is_by_line:
        rows = f"{repeated:,} rows repeat another in every column, " if repeated else "Equal rows, "
        return f"{rows}which without order and article numbers may be purchases of their own."
    if not repeated:
        return ""
    return f"{repeated:,} rows repeat another in every column: one of each is kept."
