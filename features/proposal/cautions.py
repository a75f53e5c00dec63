"""Rows that are no sales: postage, fees, tests and prices of nothing, found by looking at the values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from features.proposal.looking import Look
from features.sources.attachment import Source
from features.sources.connection import Connection, literal, quoted

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


@dataclass(frozen=True)
class OddCode:
    """An item code that looks like a service: how often it is used and what it is called."""

    code: str
    lines: int
    name: str

    def __str__(self) -> str:
        name = f" {self.name}" if self.name else ""
        return f"{self.code}{name} ({self.lines:,})"


@dataclass(frozen=True)
class Caution:
    """A proposed rule for setting rows aside, with the rows it concerns and the reason."""

    name: str
    condition: str
    rows: int
    reason: str
    listed: tuple[str, ...] = ()


def service_codes(
    connection: Connection, source: Source, item: Look, name: Look | None
) -> tuple[Caution | None, tuple[OddCode, ...]]:
    """A rule for codes such as POST or TEST001, and the odd codes that look like articles after all.

    An odd code has no digit, at most two letters, or begins with a word for a service. It becomes part of
    the rule when its code or its most frequent name has such a word, or when it has no name.
    """
    if item.type != "VARCHAR" or _share_with_digits(connection, source, item) < _WITH_DIGITS:
        return None, ()
    services: list[OddCode] = []
    articles: list[OddCode] = []
    for odd in _odd_codes(connection, source, item, name):
        (services if _is_service(odd, name is not None) else articles).append(odd)
    if not services:
        return None, tuple(articles)
    codes = sorted({odd.code.upper() for odd in services})
    condition = f"upper(trim({item.sql})) IN ({', '.join(map(literal, codes))})"
    caution = Caution(
        name="service codes",
        condition=condition,
        rows=sum(odd.lines for odd in services),
        reason="codes for postage, fees, manual entries and tests rather than articles",
        listed=tuple(map(str, services)),
    )
    return caution, tuple(articles)


def _share_with_digits(connection: Connection, source: Source, item: Look) -> float:
    found = connection.execute(
        f"SELECT count(*) FROM {source.relation} WHERE regexp_matches({item.sql}, '[0-9]')"
    ).fetchall()[0][0]
    return float(found) / max(item.filled, 1)


def _odd_codes(
    connection: Connection, source: Source, item: Look, name: Look | None
) -> list[OddCode]:
    named = f"trim({quoted(name.name)})" if name is not None and name.type == "VARCHAR" else "NULL"
    rows = connection.execute(f"""
        WITH lines AS (
            SELECT upper(trim({item.sql})) AS code, nullif({named}, '') AS name
            FROM {source.relation} WHERE trim({item.sql}) <> ''
        ), counted AS (SELECT code, name, count(*) AS times FROM lines GROUP BY ALL)
        SELECT code, sum(times), first(name ORDER BY name IS NULL, times DESC, name)
        FROM counted GROUP BY code ORDER BY sum(times) DESC, code
    """).fetchall()
    return [OddCode(code, int(lines), name or "") for code, lines, name in rows if _is_odd(code)]


def _is_odd(code: str) -> bool:
    without_digit = not any(letter.isdigit() for letter in code)
    return without_digit or len(code) <= _SHORT or bool(_SERVICE_CODE.match(code.casefold()))


def _is_service(odd: OddCode, has_names: bool) -> bool:
    if _SERVICE_CODE.match(odd.code.casefold()) or _SERVICE.search(odd.name.casefold()):
        return True
    return len(odd.code) <= _SHORT and has_names and not odd.name


def worthless_prices(connection: Connection, source: Source, price: Look) -> Caution | None:
    """A rule for prices of zero or below, where there are any."""
    zero, below = connection.execute(f"""
        SELECT count(*) FILTER ({price.as_number} = 0), count(*) FILTER ({price.as_number} < 0)
        FROM {source.relation}
    """).fetchall()[0]
    if not zero + below:
        return None
    return Caution(
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


def repeated_rows(connection: Connection, source: Source) -> int:
    """How many rows repeat an earlier row in every column."""
    names = ", ".join(map(quoted, source.columns))
    return int(
        connection.execute(f"""
            SELECT coalesce(sum(n - 1), 0) FROM (
                SELECT count(*) AS n FROM {source.relation} GROUP BY {names} HAVING count(*) > 1)
        """).fetchall()[0][0]
    )
