"""A random export: the rows of a shop, and the file in which they are written down in one way of many.

Dates, numbers, names, marks and encodings are those of one of seven countries as a rule, and mixed now and
then. What is right is known from the rows themselves; nothing of the product is asked.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

ROWS = 300
_NAMES: Mapping[str, tuple[str, ...]] = {
    "en": ("Customer ID", "Order ID", "Order Date", "SKU", "Quantity", "Line Total"),
    "us": ("customer_id", "order_number", "created_at", "product_id", "qty", "amount"),
    "de": (
        "Kundennummer",
        "Bestellnummer",
        "Bestelldatum",
        "Artikelnummer",
        "Menge",
        "Gesamtpreis",
    ),
    "fr": (
        "Code client",
        "Numéro commande",
        "Date commande",
        "Code article",
        "Quantité",
        "Montant",
    ),
    "es": ("ID cliente", "Numero pedido", "Fecha pedido", "Codigo producto", "Cantidad", "Importe"),
    "it": (
        "Codice cliente",
        "Numero ordine",
        "Data ordine",
        "Codice articolo",
        "Quantità",
        "Importo",
    ),
    "nl": ("Klantnummer", "Ordernummer", "Besteldatum", "Artikelcode", "Aantal", "Bedrag"),
}
_DATES: Mapping[str, tuple[str, ...]] = {
    "en": ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%d %b %Y", "%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M"),
    "us": ("%m/%d/%Y %H:%M", "%m/%d/%Y, %I:%M %p", "%b %d, %Y", "%Y-%m-%dT%H:%M:%SZ", "%m/%d/%y"),
    "de": ("%d.%m.%Y %H:%M", "%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d.%m.%Y %H:%M:%S"),
    "fr": ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%y"),
    "es": ("%d/%m/%Y %H:%M", "%d-%m-%Y", "%Y-%m-%d %H:%M:%S"),
    "it": ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M"),
    "nl": ("%d-%m-%Y %H:%M", "%d-%m-%Y", "%Y-%m-%d %H:%M"),
}
_TITLES = ((), (), (), ("Sales report",), ("Export", "Made by A. Person", ""))


@dataclass(frozen=True)
class ShopFigures:
    """What the rows are: what a reading of the file has to come to."""

    rows: int
    customers: int
    orders: int
    cents: int
    first_day: str
    last_day: str


@dataclass(frozen=True)
class Export:
    """One file: its bytes, what is right, and how it was written."""

    content: bytes
    truth: ShopFigures
    style: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Line:
    customer: str
    order: str
    at: datetime
    item: str
    quantity: int
    cents: int


def random_export(seed: int) -> Export:
    """The export of a seed: the same one each time."""
    dice = random.Random(seed)
    locale = dice.choice(list(_NAMES))
    is_mixed = dice.random() < 0.1
    date_form = dice.choice(_DATES[dice.choice(list(_DATES)) if is_mixed else locale])
    number = dice.choice(_number_forms(locale))
    delimiter = dice.choice(",;\t" if locale in ("en", "us") else ";;;\t|")
    encoding = dice.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
    titles = dice.choice(_TITLES)
    end = dice.choice(("\n", "\r\n"))
    lines = _lines(dice)
    if dice.random() < 0.15:
        # Newest first, as many exports are.
        lines = lines[::-1]
    written = io.StringIO()
    for title in titles:
        written.write(title + end)
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end)
    names = list(_NAMES[locale])
    writer.writerow(names)
    for one in lines:
        amount = _NUMBERS[number](one.cents)
        day = one.at.strftime(date_form)
        writer.writerow([one.customer, one.order, day, one.item, one.quantity, amount])
    style = {
        "locale": locale, "date": date_form, "number": number, "delimiter": repr(delimiter),
        "encoding": encoding, "titles": str(len(titles)),
    }  # fmt: skip
    text = written.getvalue()
    return Export(text.encode(encoding, "replace"), _truth(lines), style)


def _lines(dice: random.Random) -> list[_Line]:
    """Orders one after another over a year and a half, most of one or two lines, a few sent back."""
    at = datetime(
        dice.choice((2022, 2023, 2024)), dice.randint(1, 12), dice.randint(1, 28), 9, tzinfo=UTC
    )
    order = dice.choice((1_001, 50_001, 700_001))
    prefix = dice.choice(("", "", "B", "INV-"))
    customers = [f"{dice.choice(('C', '', 'K-'))}{number}" for number in range(10_001, 10_081)]
    scale = dice.choice((1_000, 1_000, 20_000, 300_000))
    found: list[_Line] = []
    while len(found) < ROWS:
        at += timedelta(minutes=dice.randint(60, 4_800))
        order += 1
        customer = dice.choice(customers)
        for item in dice.sample(range(100, 160), dice.choice((1, 1, 2, 3))):
            quantity = dice.choice((1, 1, 1, 2, 3, 6))
            cents = quantity * dice.randint(scale // 10, scale)
            if dice.random() < 0.03:
                quantity, cents = -quantity, -cents
            found.append(_Line(customer, f"{prefix}{order}", at, f"SKU-{item}", quantity, cents))
    return found[:ROWS]


def _truth(lines: list[_Line]) -> ShopFigures:
    days = [one.at.strftime("%Y-%m-%d") for one in lines]
    return ShopFigures(
        rows=len(lines),
        customers=len({one.customer for one in lines}),
        orders=len({one.order for one in lines}),
        cents=sum(one.cents for one in lines),
        first_day=min(days),
        last_day=max(days),
    )


def _grouped(cents: int, decimal: str, thousands: str) -> str:
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}{whole:,}".replace(",", thousands) + f"{decimal}{rest:02d}"


_NUMBERS: Mapping[str, Callable[[int], str]] = {
    "1234.50": lambda cents: _grouped(cents, ".", ""),
    "1,234.50": lambda cents: _grouped(cents, ".", ","),
    "$1,234.50": lambda cents: ("-$" if cents < 0 else "$") + _grouped(abs(cents), ".", ","),
    "(1,234.50)": lambda cents: f"({_grouped(-cents, '.', ',')})" if cents < 0 else _grouped(cents, ".", ","),
    "1234,50": lambda cents: _grouped(cents, ",", ""),
    "1.234,50": lambda cents: _grouped(cents, ",", "."),
    "1 234,50": lambda cents: _grouped(cents, ",", " "),
    "1.234,50 EUR": lambda cents: _grouped(cents, ",", ".") + " EUR",
    "1'234.50": lambda cents: _grouped(cents, ".", "'"),
    "1.234,50-": lambda cents: _grouped(abs(cents), ",", ".") + ("-" if cents < 0 else ""),
}  # fmt: skip


def _number_forms(locale: str) -> tuple[str, ...]:
    if locale in ("en", "us"):
        return ("1234.50", "1,234.50", "$1,234.50", "(1,234.50)")
    if locale == "fr":
        return ("1234,50", "1 234,50")
    if locale == "de":
        return ("1234,50", "1.234,50", "1.234,50 EUR", "1'234.50", "1.234,50-")
    return ("1234,50", "1.234,50", "1.234,50 EUR")
