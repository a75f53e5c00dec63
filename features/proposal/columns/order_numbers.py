"""Order numbers that are used again, as by tills that begin anew every day: joined with the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.proposal.columns.looking import Look
from features.proposal.columns.names import words_of
from features.proposal.columns.roles import ChosenColumn
from features.sources.attachment import Source
from features.sources.connection import Connection

_USED_AGAIN = 0.2
"""Where more of the numbers than this are used again, all are joined with the day."""
_FAR_DAYS = 30
_FEWEST_NUMBERS = 3
_TILLS = frozenset({"till", "register", "terminal", "pos", "kasse", "kassennummer", "kassennr", "caisse", "caja", "cassa",
                    "caixa", "kassa", "checkout"})  # fmt: skip


def with_days(
    connection: Connection,
    source: Source,
    looks: Sequence[Look],
    roles: Mapping[str, ChosenColumn],
) -> dict[str, ChosenColumn]:
    """The roles with order numbers that are joined with the day, and the till, where they are used again.

    A number is used again when its lines lie far apart, or on several days for several customers. What was
    sent back is left out, for it comes later under the number of its order.
    """
    kept = dict(roles)
    order, ordered_at = roles.get("order_id"), roles.get("ordered_at")
    if order is None or ordered_at is None or order.expression:
        return kept
    instant = ordered_at.expression or ordered_at.look.as_instant
    day = f"CAST({instant} AS DATE)"
    customer = roles["customer_id"].sql if "customer_id" in roles else "NULL"
    quantity = roles["quantity"].look.as_number if "quantity" in roles else ""
    bought = f"coalesce({quantity}, 1) >= 0" if quantity else "true"
    lines = f"""
        SELECT {order.look.as_text} AS number, {day} AS day, CAST({customer} AS VARCHAR) AS who, *
        FROM {source.relation} WHERE number IS NOT NULL AND day IS NOT NULL AND {bought}
    """
    numbers, again, widest = connection.execute(f"""
        SELECT count(*), count(*) FILTER (
                   days > 1 AND (last - first > {_FAR_DAYS} OR (people > 1 AND last - first > 1))),
               max(days)
        FROM (SELECT count(DISTINCT day) AS days, min(day) AS first, max(day) AS last,
                     count(DISTINCT who) AS people FROM ({lines}) GROUP BY number)
    """).fetchall()[0]
    if numbers < _FEWEST_NUMBERS or again <= _USED_AGAIN * numbers:
        return kept
    till = _till(connection, lines, looks, roles)
    joined = f"CAST({order.look.sql} AS VARCHAR) || ' ' || CAST({day} AS VARCHAR)"
    if till is not None:
        joined += f" || ' ' || coalesce(CAST({till.sql} AS VARCHAR), '')"
    together = "number and day" if till is None else f"number, day and {till.name}"
    reason = (
        f"{order.reason}; {again:,} of the {numbers:,} numbers are used again on other days, one on {widest:,} "
        f"days, so that {together} together name an order"
    )
    # Whatever is asked of an order later on is asked of the joined number.
    look = replace(order.look, sql=joined, type="VARCHAR")
    kept["order_id"] = ChosenColumn(look, reason, joined)
    return kept


def _till(
    connection: Connection,
    lines: str,
    looks: Sequence[Look],
    roles: Mapping[str, ChosenColumn],
) -> Look | None:
    """The column of the store or till, where two of them use one number on one day."""
    taken = {one.look.name for role, one in roles.items() if role != "store"}
    found = [look for look in looks if _TILLS & set(words_of(look.name)) and look.name not in taken]
    if "store" in roles:
        found.append(roles["store"].look)
    for look in found:
        shared, apart = connection.execute(f"""
            SELECT count(*) FILTER (people > 1), count(*) FILTER (people > 1 AND most = 1) FROM (
                SELECT sum(people) AS people, max(people) AS most FROM (
                    SELECT number, day, {look.sql} AS place, count(DISTINCT who) AS people
                    FROM ({lines}) GROUP BY number, day, place)
                GROUP BY number, day)
        """).fetchall()[0]
        if shared and apart > shared / 2:
            return look
    return None
