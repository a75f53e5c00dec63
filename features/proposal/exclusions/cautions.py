"""Rows that are no sales: postage, fees, tests and prices of nothing, found by looking at the values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from features.proposal.columns.looking import Look
from features.proposal.exclusions.service_names import begins_like_a_service, is_service_name
from features.proposal.wording.writing import ProposedColumn, ProposedRule
from features.sources.attachment import Source
from features.sources.connection import Connection, literal, quoted
from features.sources.expressions import said_as_text

_WITH_DIGITS = 0.9
"""Codes without a digit are odd only where so large a share of the lines have codes with one."""
_SERVICE_WORDS = (
    "postage", "post", "carriage", "shipping", "delivery", "freight", "handling", "discount",
    "manual", "sample", "samples", "adjust", "adjustment", "bank charges", "charges", "fee",
    "amazonfee", "commission", "voucher", "gift voucher", "gift card", "test", "test product",
    "bad debt", "donation", "deposit", "refund", "versand", "versandkosten", "porto", "pfand",
    "gutschein", "rabatt", "gebuehr", "gebühr", "nachnahme", "frais", "port", "livraison", "envio",
    "gastos", "spedizione", "verzendkosten", "statiegeld",
)  # fmt: skip
_SERVICE = re.compile(r"(?<![a-z])(" + "|".join(_SERVICE_WORDS) + r")(?![a-z])")
_SERVICE_CODE = re.compile(r"(" + "|".join(_SERVICE_WORDS) + r"|gift)[0-9_ ]*$")
_SHORT = 2
_NEARLY_ALL = 0.98


@dataclass(frozen=True)
class OddCode:
    """An item code that looks like a service: how often it is used and what it is called."""

    code: str
    lines: int
    name: str

    def __str__(self) -> str:
        name = f" {self.name}" if self.name else ""
        return f"{self.code}{name} ({self.lines:,})"


def service_codes(
    connection: Connection, source: Source, item: Look, name: Look | None
) -> tuple[ProposedRule | None, tuple[OddCode, ...]]:
    """A rule for codes such as POST or TEST001, and the odd codes that look like articles after all.

    An odd code has no digit, at most two letters, or begins with a word for a service. It becomes part of
    the rule when its code or its most frequent name has such a word, or when it has no name. Whatever a code
    looks like, an article that is called postage, gift card or discount and little else is part of it too.
    """
    services: list[OddCode] = []
    articles: list[OddCode] = []
    has_odd = (
        item.type == "VARCHAR" and _share_with_digits(connection, source, item) >= _WITH_DIGITS
    )
    for code in _codes(connection, source, item, name):
        called = code.name if name is not None else code.code
        if is_service_name(called):
            services.append(code)
        elif has_odd and _is_odd(code.code):
            (services if _is_service(code, name is not None) else articles).append(code)
        elif begins_like_a_service(called):
            articles.append(code)
    if not services or sum(odd.lines for odd in services) > item.filled / 2:
        return None, tuple(articles)
    codes = sorted({odd.code for odd in services})
    rule = ProposedRule(
        name="service codes",
        condition=f"{_code(item)} IN ({', '.join(map(literal, codes))})",
        rows=sum(odd.lines for odd in services),
        reason="postage, fees, gift cards, discounts, manual entries and tests rather than articles; "
        "take out of the list what you want to count",
        listed=tuple(map(str, services)),
    )
    return rule, tuple(articles)


def _code(item: Look) -> str:
    """SQL for an item's code in capitals."""
    text = item.sql if item.type == "VARCHAR" else f"CAST({item.sql} AS VARCHAR)"
    return f"upper(trim({text}))"


def _share_with_digits(connection: Connection, source: Source, item: Look) -> float:
    found = connection.execute(
        f"SELECT count(*) FROM {source.relation} WHERE regexp_matches({item.sql}, '[0-9]')"
    ).fetchall()[0][0]
    return float(found) / max(item.filled, 1)


def _codes(connection: Connection, source: Source, item: Look, name: Look | None) -> list[OddCode]:
    named = f"trim({quoted(name.name)})" if name is not None and name.type == "VARCHAR" else "NULL"
    rows = connection.execute(f"""
        WITH lines AS (
            SELECT {_code(item)} AS code, nullif({named}, '') AS name
            FROM {source.relation} WHERE {_code(item)} <> ''
        ), counted AS (SELECT code, name, count(*) AS times FROM lines GROUP BY ALL)
        SELECT code, sum(times), first(name ORDER BY name IS NULL, times DESC, name)
        FROM counted GROUP BY code ORDER BY sum(times) DESC, code
    """).fetchall()
    return [OddCode(code, int(lines), name or "") for code, lines, name in rows]


def _is_odd(code: str) -> bool:
    without_digit = not any(letter.isdigit() for letter in code)
    return without_digit or len(code) <= _SHORT or bool(_SERVICE_CODE.match(code.casefold()))


def _is_service(odd: OddCode, has_names: bool) -> bool:
    if _SERVICE_CODE.match(odd.code.casefold()) or _SERVICE.search(odd.name.casefold()):
        return True
    return len(odd.code) <= _SHORT and has_names and not odd.name


def worthless_prices(
    connection: Connection, source: Source, price: Look, *, only_zero: bool = False
) -> ProposedRule | None:
    """A rule for prices of zero or below, where there are any; those below stay where they are refunds."""
    zero, below = connection.execute(f"""
        SELECT count(*) FILTER ({price.as_number} = 0), count(*) FILTER ({price.as_number} < 0)
        FROM {source.relation}
    """).fetchall()[0]
    if not zero + below or (only_zero and not zero):
        return None
    if only_zero:
        return ProposedRule(
            name="price zero",
            condition=f"{price.as_number} = 0",
            rows=int(zero),
            reason="lines at a price of zero: gifts and corrections",
        )
    return ProposedRule(
        name="price zero or below",
        condition=f"{price.as_number} <= 0",
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
