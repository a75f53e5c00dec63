"""A random export: the sales of a shop, and the file in which they are written down in one way of many.

Dates, numbers, names, marks and encodings are those of one of seven countries as a rule, and mixed now and
then. What is right is known from the rows themselves; nothing of the product is asked.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from experiments.bench.spellings.countries import AMOUNTS, COUNTRIES, Country, written_day
from experiments.bench.spellings.shop import (
    RETURNS,
    ShopFigures,
    SoldLine,
    figures_of,
    random_sales,
)

_TITLES = ((), (), (), ("Sales report",), ("Export", "Made by A. Person", ""))
_PRICES = ("total", "total", "unit", "both")
_NOTES = ("", "", "", "call first; after 6", 'he said "later"', "two\nlines", "with, comma")


@dataclass(frozen=True)
class Style:
    """How one file writes what it says, and which further columns it has."""

    country: str
    date: str
    amount: str
    delimiter: str
    encoding: str
    titles: tuple[str, ...]
    line_end: str
    returns: str
    prices: str
    has_status: bool
    has_footer: bool
    has_names: bool
    has_notes: bool
    is_short: bool
    is_newest_first: bool
    is_shuffled: bool

    def as_dict(self) -> dict[str, str]:
        """The choices by name, for a line of the report."""
        return {name: repr(value) for name, value in vars(self).items()}


@dataclass(frozen=True)
class Export:
    """One file: its bytes, what is right, how it was written, and the columns a reading has to decide."""

    content: bytes
    truth: ShopFigures
    style: Style
    written: Mapping[str, Sequence[str]] = field(default_factory=dict)


def random_export(seed: int) -> Export:
    """The export of a seed: the same one each time."""
    dice = random.Random(seed)
    style = _style(dice)
    lines = random_sales(
        dice,
        style.returns,
        calls_off=style.has_status,
        is_short=style.is_short,
        is_whole="50" not in style.amount,
    )
    if style.is_newest_first:
        lines = lines[::-1]
    country = COUNTRIES[style.country]
    columns = _columns(dice, lines, style, country)
    parts = list(columns)
    if style.is_shuffled:
        dice.shuffle(parts)
    text = io.StringIO()
    for title in style.titles:
        text.write(title + style.line_end)
    writer = csv.writer(text, delimiter=style.delimiter, lineterminator=style.line_end)
    writer.writerow([country.columns[part] for part in parts])
    writer.writerows(zip(*(columns[part] for part in parts), strict=True))
    if style.has_footer:
        writer.writerow(_footer(parts, lines, style))
    return Export(text.getvalue().encode(style.encoding), figures_of(lines), style, columns)


def _style(dice: random.Random) -> Style:
    country = dice.choice(list(COUNTRIES))
    own = COUNTRIES[country]
    # A form of another country stands in one file of ten.
    dates = COUNTRIES[dice.choice(list(COUNTRIES))].dates if dice.random() < 0.1 else own.dates
    returns = dice.choice(RETURNS)
    amount = dice.choice(own.whole_amounts if dice.random() < 0.1 else own.amounts)
    encodings = ["utf-8", "utf-8", "utf-8-sig", "utf-16"]
    if "\u202f" not in amount:
        encodings.append("cp1252")
    return Style(
        country=country,
        date=dice.choice(dates),
        amount=amount,
        delimiter=dice.choice(",;\t" if country in ("en", "us") else ";;;\t|"),
        encoding=dice.choice(encodings),
        titles=dice.choice(_TITLES),
        line_end=dice.choice(("\n", "\r\n")),
        returns=returns,
        prices=dice.choice(_PRICES),
        has_status=dice.random() < 0.4,
        has_footer=dice.random() < 0.1,
        has_names=dice.random() < 0.5,
        has_notes=dice.random() < 0.3,
        is_short=dice.random() < 0.1,
        is_newest_first=dice.random() < 0.15,
        is_shuffled=dice.random() < 0.2,
    )


def _columns(
    dice: random.Random, lines: Sequence[SoldLine], style: Style, country: Country
) -> dict[str, list[str]]:
    """Every column of the file as it is written, by what it is of a sale."""
    amount = AMOUNTS[style.amount]
    is_quantity_below = style.returns == "below zero"
    is_money_below = style.returns in ("below zero", "amount below zero")
    found = {
        "customer": [line.customer for line in lines],
        "order": [line.order for line in lines],
        "at": [written_day(line.at, style.date, country) for line in lines],
        "item": [line.item for line in lines],
        "quantity": [
            str(-line.quantity if line.is_return and is_quantity_below else line.quantity)
            for line in lines
        ],
    }
    if style.prices != "total":
        # A quantity below zero says already that the price was given back.
        is_unit_below = is_money_below and not is_quantity_below
        found["unit_price"] = [
            amount(-line.unit_cents if line.is_return and is_unit_below else line.unit_cents)
            for line in lines
        ]
    if style.prices != "unit":
        found["amount"] = [
            amount(
                line.quantity * line.unit_cents * (-1 if line.is_return and is_money_below else 1)
            )
            for line in lines
        ]
    if style.has_status:
        by_order = {line.order: dice.choice((0, 0, 1)) for line in lines}
        found["status"] = [
            (country.sold if line.is_sale else country.not_sold)[by_order[line.order]]
            for line in lines
        ]
    found |= _return_columns(lines, style, country)
    if style.has_names:
        found["item_name"] = [f"Article {line.item[-3:]}" for line in lines]
    if style.has_notes:
        found["note"] = [dice.choice(_NOTES) for _ in lines]
    return found


def _return_columns(
    lines: Sequence[SoldLine], style: Style, country: Country
) -> dict[str, list[str]]:
    """The column that tells what was given back, where it is one of its own."""
    if style.returns == "flag":
        yes, no = country.yes_no
        return {"is_return": [yes if line.is_return else no for line in lines]}
    if style.returns == "type":
        sold = {
            "en": "Sale",
            "us": "sale",
            "de": "Verkauf",
            "fr": "Vente",
            "es": "Venta",
            "it": "Vendita",
        }
        word = sold.get(style.country, "Verkoop")
        return {"type": [country.given_back if line.is_return else word for line in lines]}
    if style.returns == "refunded amount":
        amount = AMOUNTS[style.amount]
        return {"refunded": [amount(line.refunded_cents) for line in lines]}
    return {}


def _footer(parts: Sequence[str], lines: Sequence[SoldLine], style: Style) -> list[str]:
    """A last line with the sum of all amounts, as reports have it."""
    said = AMOUNTS[style.amount](sum(line.quantity * line.unit_cents for line in lines))
    cells = [said if part == "amount" else "" for part in parts]
    return ["Total", *cells[1:]]
