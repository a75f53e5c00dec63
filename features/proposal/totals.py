"""What a line cost in all: a total where the file has one, or else quantity times price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.proposal.looking import Look
from features.proposal.roles import Choice
from features.sources.attachment import Source
from features.sources.connection import Connection

_AGREES = 0.9


@dataclass(frozen=True)
class Total:
    """The expressions for quantity and amount, with their reasons."""

    quantity: str
    quantity_reason: str
    amount: str
    amount_reason: str


def total_of(connection: Connection, source: Source, roles: Mapping[str, Choice]) -> Total:
    """Decide between a total, a unit price and a price that is a total in truth.

    Where both a total and a price are there, the share of lines in which total = quantity x price is told.
    Where only a price is there, it is a unit price when it stays the steadier for an article as the
    quantity changes, and a total when price divided by quantity does.
    """
    quantity = roles.get("quantity")
    amount, price = roles.get("amount"), roles.get("price")
    if amount is not None:
        said, why = amount.look.as_number, amount.reason
        if price is not None and quantity is not None:
            share = _product_share(connection, source, amount.look, quantity.look, price.look)
            why += f"; in {share:.1%} of the lines it is {quantity.look.name} x {price.look.name}"
        return _with_quantity(quantity, amount.look, said, why)
    if price is None:
        raise ValueError("a file without amount and price was not refused")
    if quantity is None:
        why = f"{price.reason}; there is no quantity, so it is taken for the price of the line"
        return _with_quantity(None, price.look, price.look.as_number, why)
    if _is_unit_price(connection, source, roles):
        product = f"{quantity.look.as_number} * {price.look.as_number}"
        why = f"{price.look.name} is the price of one: it stays the same as {quantity.look.name} changes"
        return _with_quantity(quantity, price.look, product, why)
    why = f"{price.look.name} grows with {quantity.look.name}, so it is the price of the whole line"
    return _with_quantity(quantity, price.look, price.look.as_number, why)


def _with_quantity(quantity: Choice | None, money: Look, amount: str, reason: str) -> Total:
    if quantity is not None:
        return Total(quantity.look.as_number, quantity.reason, amount, reason)
    if money.negative:
        one = f"CASE WHEN {money.as_number} < 0 THEN -1 ELSE 1 END"
        return Total(
            one, "no column counts pieces; an amount below zero is a return", amount, reason
        )
    return Total("1", "no column counts pieces: each line counts as one", amount, reason)


def _product_share(
    connection: Connection, source: Source, amount: Look, quantity: Look, price: Look
) -> float:
    row = connection.execute(f"""
        SELECT avg(CASE WHEN abs(a - q * p) <= 0.011 THEN 1.0 ELSE 0.0 END) FROM (
            SELECT CAST({amount.as_number} AS DOUBLE) AS a, CAST({quantity.as_number} AS DOUBLE) AS q,
                   CAST({price.as_number} AS DOUBLE) AS p FROM {source.relation})
        WHERE a IS NOT NULL AND q IS NOT NULL AND p IS NOT NULL
    """).fetchall()[0]
    return float(row[0] or 0.0)


def _is_unit_price(connection: Connection, source: Source, roles: Mapping[str, Choice]) -> bool:
    item = roles.get("item_id")
    if item is None:
        return True
    quantity, price = roles["quantity"].look, roles["price"].look
    as_unit, as_total = connection.execute(f"""
        SELECT median(stddev_pop_unit), median(stddev_pop_total) FROM (
            SELECT stddev_pop(ln(p)) AS stddev_pop_unit, stddev_pop(ln(p / q)) AS stddev_pop_total FROM (
                SELECT {item.look.sql} AS i, CAST({price.as_number} AS DOUBLE) AS p,
                       CAST({quantity.as_number} AS DOUBLE) AS q FROM {source.relation})
            WHERE p > 0 AND q > 0 GROUP BY i HAVING count(DISTINCT q) > 1)
    """).fetchall()[0]
    return as_unit is None or as_unit <= as_total
