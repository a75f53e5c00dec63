"""Which columns speak of a whole order rather than of its lines, and which are blank on all lines but one."""

from __future__ import annotations

from dataclasses import dataclass

from features.proposal.columns.looking import Look
from features.proposal.columns.names import likeness
from features.proposal.exclusions.statuses import could_be_a_status, says_what_became
from features.sources.attachment import Source
from features.sources.connection import Connection

_ASKED = ("amount", "price", "discount", "refunded", "currency")
_NEARLY_ALL = 0.98
_HALF = 0.5
_FEW_ORDERS = 3
"""So many orders of several lines say that a column is the same within an order; fewer may do so by chance."""


@dataclass(frozen=True)
class OrderLevel:
    """What a column does within the orders of several lines.

    ``orders`` are those in which it says anything, ``agreeing`` those in which it says one thing only,
    ``partly`` those in which some lines are blank, and ``chance`` how often two rows of the file agree.
    """

    orders: int = 0
    agreeing: int = 0
    partly: int = 0
    chance: float = 1.0

    @property
    def is_of_the_order(self) -> bool:
        """Whether the column says one thing an order, where lines of their own would differ."""
        agrees = self.orders >= _FEW_ORDERS and self.agreeing >= _NEARLY_ALL * self.orders
        return agrees and (self.chance < _HALF or self.is_blank_on_further_lines)

    @property
    def is_blank_on_further_lines(self) -> bool:
        """Whether the column is said on some lines of an order and left blank on the others."""
        if not self.orders or self.agreeing < _NEARLY_ALL * self.orders:
            return False
        return self.partly >= _HALF * self.orders


def level_of(connection: Connection, source: Source, order: Look | None, look: Look) -> OrderLevel:
    """What a column does within the orders of several lines; all zero where nothing numbers orders."""
    if order is None or order.name == look.name or not look.filled:
        return OrderLevel()
    # Where most lines say zero, such as of refunds, only the orders that say something else tell.
    tells = f"coalesce(({look.as_number}) <> 0, false)" if look.as_number else "true"
    rows = f"(SELECT {order.said_text} AS o, {look.said_text} AS v, {tells} AS tells FROM {source.relation})"
    orders, agreeing, partly = connection.execute(f"""
        SELECT count(*) FILTER (said > 0), count(*) FILTER (different = 1),
               count(*) FILTER (said > 0 AND said < lines)
        FROM (SELECT count(*) AS lines, count(v) AS said, count(DISTINCT v) AS different
              FROM {rows} WHERE o IS NOT NULL GROUP BY o HAVING count(*) > 1 AND bool_or(tells))
    """).fetchall()[0]
    chance = connection.execute(f"""
        SELECT sum(n * n) / (sum(n) * sum(n))
        FROM (SELECT CAST(count(*) AS DOUBLE) AS n FROM {rows} WHERE v IS NOT NULL AND tells GROUP BY v)
    """).fetchall()[0][0]
    return OrderLevel(int(orders), int(agreeing), int(partly), float(chance or 1.0))


def may_be_stated_once(look: Look) -> bool:
    """Whether a column could be money, a currency, or what says that a row is no sale."""
    named = any(likeness(look.name, role) >= _HALF for role in _ASKED)
    return named or could_be_a_status(look) or says_what_became(look)


def blank_on_further_lines(
    connection: Connection, source: Source, order: Look | None, looks: list[Look]
) -> list[str]:
    """The names of those columns that the file states once an order and leaves blank beside."""
    return [
        look.name
        for look in looks
        if look.missing and level_of(connection, source, order, look).is_blank_on_further_lines
    ]
