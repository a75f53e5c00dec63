"""Orders whose number, customer and date stand on their first line alone: cells that were merged once.

Nothing but the order of the rows says to which order a further line belongs, so all has to speak for it:
the same lines are blank in all of these columns, every order number begins once, and the article is there.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.checks.judging.order_values import ABOVE, with_order_values
from features.company.settings.company import TableMapping
from features.proposal.columns.looking import Look
from features.proposal.columns.names import likeness
from features.sources.attachment import Source
from features.sources.connection import Connection
from features.sources.files import ROW

_NAMED = 0.5
_LINES = ("item_id", "name", "quantity", "amount", "price")


def merged_columns(connection: Connection, source: Source, looks: Sequence[Look]) -> list[str]:
    """The columns that say something on the first line of an order only; none where anything speaks against it."""
    orders = [one for one in looks if _is(one, "order_id") and 0 < one.missing < one.rows]
    for order in orders:
        group = [one for one in looks if _is_blank_with(connection, source, order, one)]
        dates = [one for one in looks if one.as_instant and _is(one, "ordered_at")]
        customers = [one for one in looks if _is(one, "customer_id") and one.missing]
        dated = [one for one in group if one.as_instant]
        if (
            dated
            and all(one in group for one in (*dates, *customers))
            and _begins_orders(connection, source, order, looks, group)
        ):
            return [one.name for one in group]
    return []


def filled_from_above(connection: Connection, source: Source, columns: Sequence[str]) -> Source:
    """A source that is looked at with some columns filled from the row above."""
    mapping = TableMapping(source=source.shown, fill=dict.fromkeys(columns, ABOVE))
    return with_order_values(connection, source, mapping, "purchases").read_once()


def _is(look: Look, role: str) -> bool:
    return likeness(look.name, role) >= _NAMED


def _blank(look: Look) -> str:
    return f"({look.said_text} IS NULL)"


def _is_blank_with(connection: Connection, source: Source, order: Look, look: Look) -> bool:
    if look.missing != order.missing:
        return False
    apart = f"SELECT count(*) FROM {source.relation} WHERE {_blank(order)} <> {_blank(look)}"
    return not connection.execute(apart).fetchall()[0][0]


def _begins_orders(
    connection: Connection,
    source: Source,
    order: Look,
    looks: Sequence[Look],
    group: Sequence[Look],
) -> bool:
    """Whether each order number stands on one line, the first of a file has one, and the others have articles."""
    lines = [one for one in looks if one not in group and any(_is(one, role) for role in _LINES)]
    articles = [one for one in lines if _is(one, "item_id") or _is(one, "name")]
    if order.distinct != order.filled or not articles:
        return False
    filled = " AND ".join(f"NOT {_blank(one)}" for one in lines if not one.missing) or "true"
    said = " OR ".join(f"NOT {_blank(one)}" for one in articles)
    rows, _ = source.rows(source.fresh)
    against = f"""
        SELECT 1 FROM {rows} WHERE {_blank(order)}
        AND ({ROW} = 0 OR NOT ({said}) OR NOT ({filled})) LIMIT 1
    """
    return not connection.execute(against).fetchall()
