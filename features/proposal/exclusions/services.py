"""Items that are no articles: services a customer pays for, and codes under which nothing is sold at all.

What a customer pays for postage, a fee, a gift card or a deposit, and what a discount takes off, is money
of the company and stays; it is only nothing to recommend. Tests, samples, corrections and what is paid to
others are no sales, and their lines are set aside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from features.proposal.columns.looking import Look
from features.proposal.exclusions.service_names import (
    begins_like_a_service,
    is_no_sale_name,
    is_service_name,
)
from features.proposal.wording.writing import ProposedColumn, ProposedRule
from features.sources.attachment import Source
from features.sources.connection import Connection, literal, quoted
from features.vocabulary.tables import UNKNOWN_ITEM

_WITH_DIGITS = 0.9
"""Codes without a digit are odd only where so large a share of the lines have codes with one."""
_SERVICE_WORDS = (
    # Carrying goods is paid for by the customer, as a line of the order.
    "postage", "post", "carriage", "shipping", "delivery", "freight", "handling", "versand",
    "versandkosten", "porto", "nachnahme", "frais", "port", "livraison", "envio", "gastos",
    "spedizione", "verzendkosten",
    # Fees, the bank's among them, are charged to the customer and paid; a correction has another sign.
    "fee", "charges", "bank charges", "gebuehr", "gebühr",
    # A voucher is paid for when it is sold, a deposit until the bottle comes back.
    "voucher", "gift voucher", "gift card", "gutschein", "deposit", "pfand", "statiegeld", "donation",
    # A discount or a refund changes what was paid: without it the customer would have spent too much.
    "discount", "rabatt", "refund",
)  # fmt: skip
_NO_SALE_WORDS = (
    # Nobody bought what was tried out or given away.
    "test", "test product", "sample", "samples",
    # Corrections of the books say nothing of what a customer does, and a bad debt was never paid.
    "manual", "adjust", "adjustment", "bad debt",
    # What the company pays to a market place or passes on is no money of the customer's.
    "amazonfee", "commission",
)  # fmt: skip


def _standing_alone(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z])(" + "|".join(words) + r")(?![a-z])")


_SERVICE, _NO_SALE = _standing_alone(_SERVICE_WORDS), _standing_alone(_NO_SALE_WORDS)
_SERVICE_CODE = re.compile(r"(" + "|".join(_SERVICE_WORDS) + r"|gift)[0-9_ ]*$")
_NO_SALE_CODE = re.compile(r"(" + "|".join(_NO_SALE_WORDS) + r")[0-9_ ]*$")
_SHORT = 2
_MOST = 0.75


@dataclass(frozen=True)
class OddCode:
    """An item code that looks like a service: how often it is used and what it is called."""

    code: str
    lines: int
    name: str

    def __str__(self) -> str:
        name = f" {self.name}" if self.name else ""
        lines = f" ({self.lines:,})" if self.lines else ""
        return f"{self.code}{name}{lines}"


@dataclass(frozen=True)
class NoArticles:
    """The codes of a file that are no articles; ``code`` is SQL for an item's code in capitals."""

    code: str = ""
    services: tuple[OddCode, ...] = ()
    no_sales: tuple[OddCode, ...] = ()
    articles: tuple[OddCode, ...] = ()
    """Odd codes that look like articles after all."""

    @property
    def rule(self) -> ProposedRule | None:
        """The rule that sets lines aside under which nothing was sold."""
        if not self.no_sales:
            return None
        return ProposedRule(
            name="tests and corrections",
            condition=f"{self.code} IN ({_listed(self.no_sales)})",
            rows=sum(odd.lines for odd in self.no_sales),
            reason="tests, samples, manual entries, bad debts and commissions, which are no sales; take "
            "out of the list what you want to count",
            listed=tuple(map(str, self.no_sales)),
        )

    @property
    def is_service(self) -> str:
        """SQL that is true for lines of services; empty where there are none."""
        return f"{self.code} IN ({_listed(self.services)})" if self.services else ""

    @property
    def is_article(self) -> str:
        """SQL that is true for lines of all others."""
        return f"NOT coalesce({self.is_service}, false)" if self.services else "true"

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes under which no article is sold, in capitals."""
        return tuple(sorted({odd.code for odd in (*self.services, *self.no_sales)}))

    @property
    def service_codes(self) -> tuple[str, ...]:
        """Those of the services alone."""
        return tuple(sorted({odd.code for odd in self.services}))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is said of the odd codes that are kept as articles."""
        if not self.articles:
            return ()
        listed = "; ".join(map(str, self.articles))
        return (
            f"Odd item codes and names that may be services but look like articles, and are kept: {listed}.",
        )

    @property
    def column(self) -> ProposedColumn | None:
        """Which items are merchandise, for the table of items; None where all are.

        Codes that are no sales are among the items too, where the table is made of the same file.
        """
        if not self.codes:
            return None
        said = "; ".join(map(str, self.services)) or "; ".join(map(str, self.no_sales))
        return ProposedColumn(
            "is_merchandise",
            f"{self.code} NOT IN ({', '.join(map(literal, self.codes))})",
            "Postage, fees, vouchers, deposits and discounts count as money and are never recommended; "
            f"take out of the list what is an article of yours. {said}",
        )


NO_ODD_CODES = NoArticles()


def no_articles(
    connection: Connection, source: Source, item: Look, name: Look | None, expression: str = ""
) -> NoArticles:
    """The codes such as POST or TEST001, and the odd codes that look like articles after all.

    An odd code has no digit, at most two letters, or begins with a word for a service. It is no article
    when its code or its most frequent name has such a word, or when it has no name. Whatever a code looks
    like, an article that is called postage, gift card or discount and little else is a service too.
    ``expression`` is SQL for the item where that is more than its column.
    """
    text = item.sql if item.type == "VARCHAR" else f"CAST({item.sql} AS VARCHAR)"
    code_sql = f"upper(trim({expression if expression not in ('', item.sql) else text}))"
    services: list[OddCode] = []
    no_sales: list[OddCode] = []
    articles: list[OddCode] = []
    has_odd = (
        item.type == "VARCHAR" and _share_with_digits(connection, source, item) >= _WITH_DIGITS
    )
    for code in _codes(connection, source, code_sql, name):
        called = code.name if name is not None else code.code
        if is_no_sale_name(called) or (has_odd and _is_no_sale(code)):
            no_sales.append(code)
        elif is_service_name(called):
            services.append(code)
        elif has_odd and _is_odd(code.code):
            (services if _is_service(code, name is not None) else articles).append(code)
        elif begins_like_a_service(called):
            articles.append(code)
    # Where most of what is sold looks like a service, services are what the company sells.
    if sum(odd.lines for odd in (*services, *no_sales)) > _MOST * item.filled:
        return NoArticles(code_sql, articles=(*services, *no_sales, *articles))
    return NoArticles(code_sql, tuple(services), tuple(no_sales), tuple(articles))


def _listed(codes: Sequence[OddCode]) -> str:
    return ", ".join(map(literal, sorted({odd.code for odd in codes})))


def _share_with_digits(connection: Connection, source: Source, item: Look) -> float:
    found = connection.execute(
        f"SELECT count(*) FROM {source.relation} WHERE regexp_matches({item.sql}, '[0-9]')"
    ).fetchall()[0][0]
    return float(found) / max(item.filled, 1)


def _codes(connection: Connection, source: Source, code: str, name: Look | None) -> list[OddCode]:
    named = f"trim({quoted(name.name)})" if name is not None and name.type == "VARCHAR" else "NULL"
    rows = connection.execute(f"""
        WITH lines AS (
            SELECT {code} AS code, nullif({named}, '') AS name
            FROM {source.relation} WHERE {code} NOT IN ('', {literal(UNKNOWN_ITEM.upper())})
        ), counted AS (SELECT code, name, count(*) AS times FROM lines GROUP BY ALL)
        SELECT code, sum(times), first(name ORDER BY name IS NULL, times DESC, name)
        FROM counted GROUP BY code ORDER BY sum(times) DESC, code
    """).fetchall()
    return [OddCode(code, int(lines), name or "") for code, lines, name in rows]


def _is_odd(code: str) -> bool:
    without_digit = not any(letter.isdigit() for letter in code)
    return without_digit or len(code) <= _SHORT or bool(_SERVICE_CODE.match(code.casefold()))


def _is_no_sale(odd: OddCode) -> bool:
    if _NO_SALE_CODE.match(odd.code.casefold()):
        return True
    return _is_odd(odd.code) and bool(_NO_SALE.search(odd.name.casefold()))


def _is_service(odd: OddCode, has_names: bool) -> bool:
    if _SERVICE_CODE.match(odd.code.casefold()) or _SERVICE.search(odd.name.casefold()):
        return True
    return len(odd.code) <= _SHORT and has_names and not odd.name
