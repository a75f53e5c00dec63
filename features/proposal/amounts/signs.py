"""Rows that give money back although their quantity, or all their values, stand above zero."""

from __future__ import annotations

from collections.abc import Mapping

from features.proposal.amounts.totals import LineTotal
from features.proposal.columns.roles import ChosenColumn
from features.proposal.exclusions.services import NO_ODD_CODES, NoArticles
from features.proposal.exclusions.statuses import StatusFindings
from features.proposal.wording.writing import ProposedColumn
from features.sources.attachment import Source
from features.sources.connection import Connection, literal

_HALF = 0.5


def signed(
    connection: Connection,
    source: Source,
    total: LineTotal,
    roles: Mapping[str, ChosenColumn],
    statuses: StatusFindings,
    sales: str,
    odd: NoArticles = NO_ODD_CODES,
) -> None:
    """Turn quantity and amount of rows that give back below zero, so that they are returns and no orders.

    ``sales`` is SQL that is true for sales, ``odd`` the items that are services. What is only ever taken
    off, as a discount is, stays part of the order it is taken off from.
    """
    if not total.amount:
        return
    if statuses.returns:
        back = " OR ".join(f"({condition})" for condition in statuses.returns)
        total.quantity = f"CASE WHEN {back} THEN -abs({total.quantity}) ELSE {total.quantity} END"
        total.amount = f"CASE WHEN {back} THEN -abs({total.amount}) ELSE {total.amount} END"
        total.quantity_reason += "; below zero where a line gives back"
        total.amount_reason += "; below zero where a line gives back"
        return
    if "quantity" not in roles:
        return
    quantity = roles["quantity"].look.as_number
    unlike = f"({total.amount}) < 0 AND ({quantity}) > 0 AND ({sales}) AND {odd.is_article}"
    rows = _count(connection, source, unlike)
    if not rows or _of_known_items(connection, source, total, roles, unlike) < _HALF * rows:
        return
    below = f"{total.amount} < 0{_but_taken_off(connection, source, total, odd)}"
    total.quantity = f"CASE WHEN {below} THEN -abs({quantity}) ELSE {quantity} END"
    total.quantity_reason += (
        f"; on {rows:,} lines the amount is below zero and the quantity is not: these give money back, so they are "
        "turned into returns, which are no orders"
    )


def _but_taken_off(
    connection: Connection, source: Source, total: LineTotal, odd: NoArticles
) -> str:
    """SQL that leaves out the services which never cost anything; empty where there are none."""
    if not odd.services:
        return ""
    found = connection.execute(f"""
        SELECT {odd.code} AS code FROM {source.relation} WHERE {odd.is_service}
        GROUP BY code HAVING count(*) FILTER (({total.amount}) > 0) = 0 ORDER BY code
    """).fetchall()
    codes = ", ".join(literal(code) for (code,) in found)
    return f" AND NOT coalesce({odd.code} IN ({codes}), false)" if codes else ""


def _of_known_items(
    connection: Connection,
    source: Source,
    total: LineTotal,
    roles: Mapping[str, ChosenColumn],
    unlike: str,
) -> int:
    """How many of the rows are of an item that is sold too; the others may be discounts."""
    if "item_id" not in roles:
        return _count(connection, source, unlike)
    item = roles["item_id"].look.sql
    return int(
        connection.execute(f"""
            SELECT count(*) FROM (SELECT {item} AS item FROM {source.relation} WHERE {unlike})
            SEMI JOIN (SELECT {item} AS item FROM {source.relation} WHERE ({total.amount}) > 0) USING (item)
        """).fetchall()[0][0]
    )


def _count(connection: Connection, source: Source, condition: str) -> int:
    query = f"SELECT count(*) FROM {source.relation} WHERE {condition}"
    return int(connection.execute(query).fetchall()[0][0])


def discount_column(choice: ChosenColumn) -> ProposedColumn:
    """What was taken off a line, as a positive amount."""
    expression = choice.look.as_number
    if choice.look.high <= 0:
        return ProposedColumn("discount", f"-({expression})", f"{choice.reason}; turned positive")
    return ProposedColumn("discount", expression, choice.reason)
