"""The sales of a small shop: orders of a line or a few, some called off, some sent back, and what they come to."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ROWS = 300
RETURNS = ("none", "below zero", "amount below zero", "flag", "type", "refunded amount")
"""How a file tells what was given back."""
_AS_LATER_ROWS = ("amount below zero", "flag", "type")


@dataclass(frozen=True)
class SoldLine:
    """One line of an order; ``cents`` is what it brought, below zero where it gave back."""

    customer: str
    order: str
    at: datetime
    item: str
    quantity: int
    unit_cents: int
    is_sale: bool = True
    is_return: bool = False
    refunded_cents: int = 0

    @property
    def cents(self) -> int:
        """What the line brought in all."""
        sign = -1 if self.is_return else 1
        return sign * self.quantity * self.unit_cents - self.refunded_cents


@dataclass(frozen=True)
class ShopFigures:
    """What the rows are: what a reading of the file has to come to."""

    rows: int
    customers: int
    orders: int
    orders_bought: int
    cents: int
    first_day: str
    last_day: str


def random_sales(
    dice: random.Random, returns: str, *, calls_off: bool, is_short: bool, is_whole: bool
) -> list[SoldLine]:
    """Orders one after another: over a year and a half, or over days where ``is_short``."""
    at = datetime(
        dice.choice((2022, 2023, 2024)), dice.randint(1, 12), dice.randint(1, 28), 9, tzinfo=UTC
    )
    order = dice.choice((1_001, 50_001, 700_001))
    prefix = dice.choice(("", "", "B", "INV-"))
    customers = [f"{dice.choice(('C', '', 'K-'))}{number}" for number in range(10_001, 10_081)]
    scale = dice.choice((1_000, 1_000, 20_000, 300_000))
    steps = (1, 50) if is_short else (60, 4_800)
    prices = {item: dice.randint(scale // 10, scale) for item in range(100, 160)}
    found: list[SoldLine] = []
    while len(found) < ROWS:
        at += timedelta(minutes=dice.randint(*steps))
        order += 1
        number = f"{prefix}{order}"
        if returns in _AS_LATER_ROWS and dice.random() < 0.06 and found:
            sold = dice.choice(found)
            if sold.is_sale and not sold.is_return:
                found.append(dataclasses.replace(sold, order=number, at=at, is_return=True))
            continue
        is_sale = not (calls_off and dice.random() < 0.08)
        customer = dice.choice(customers)
        for item in dice.sample(range(100, 160), dice.choice((1, 1, 2, 3))):
            # Now and then an article is dearer or cheaper than usual.
            unit = round(prices[item] * dice.choice((1, 1, 1, 1, 0.9, 1.1)))
            unit = max(unit // 100, 1) * 100 if is_whole else unit
            line = SoldLine(
                customer, number, at, f"SKU-{item}", dice.choice((1, 1, 1, 2, 3, 6)), unit, is_sale
            )
            found.append(_given_back(dice, line, returns))
    return found[:ROWS]


def _given_back(dice: random.Random, line: SoldLine, returns: str) -> SoldLine:
    """A line that is sent back now and then, where a file says so in the line itself."""
    if not line.is_sale or dice.random() >= 0.04:
        return line
    if returns == "below zero":
        return dataclasses.replace(line, is_return=True)
    if returns == "refunded amount":
        pieces = dice.randint(1, line.quantity)
        return dataclasses.replace(line, refunded_cents=pieces * line.unit_cents)
    return line


def figures_of(lines: Sequence[SoldLine]) -> ShopFigures:
    """What the sales among the lines come to."""
    sales = [line for line in lines if line.is_sale]
    days = [line.at.strftime("%Y-%m-%d") for line in sales]
    return ShopFigures(
        rows=len(sales),
        customers=len({line.customer for line in sales}),
        orders=len({line.order for line in sales}),
        orders_bought=len({line.order for line in sales if not line.is_return}),
        cents=sum(line.cents for line in sales),
        first_day=min(days),
        last_day=max(days),
    )
