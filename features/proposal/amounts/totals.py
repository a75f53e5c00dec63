"""What a line cost in all: a total where the file has one a line, or else quantity times price.

An amount that is the same on all lines of an order is the order's, and is never counted once a line:
where a price a line is there that is taken, and else the amount is split over the lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from features.proposal.amounts.currencies import CurrencyColumn, currency_of
from features.proposal.amounts.order_levels import OrderLevel, level_of
from features.proposal.columns.looking import Look
from features.proposal.columns.names import likeness, words_of
from features.proposal.columns.roles import ChosenColumn, name_words, number_words
from features.proposal.columns.units_of_measure import unread_quantity
from features.sources.attachment import Source
from features.sources.connection import Connection

_ENOUGH = 0.5
_ADDS_UP = 0.9
_CENT = 0.011
_CONVERTED = frozenset({"converted", "base", "home", "umgerechnet", "converti", "convertido"})


@dataclass
class LineTotal:
    """The expressions for quantity and amount with their reasons; an empty amount is still to be written."""

    quantity: str
    quantity_reason: str
    amount: str = ""
    amount_reason: str = ""
    candidates: list[tuple[str, str]] = field(default_factory=list)
    split: dict[str, str] = field(default_factory=dict)
    money: Look | None = None
    price: Look | None = None
    discount: ChosenColumn | None = None
    remarks: list[str] = field(default_factory=list)
    asked: str = ""
    """What a person has to decide before there can be an amount."""


class OrderTotals:
    """Decides which money of a file is a line's, which an order's, and what of it counts."""

    def __init__(
        self,
        connection: Connection,
        source: Source,
        looks: Sequence[Look],
        roles: Mapping[str, ChosenColumn],
        currencies: Sequence[CurrencyColumn] = (),
        stated_once: Collection[str] = (),
    ) -> None:
        self.connection = connection
        self.source = source
        self.looks = looks
        self.roles = roles
        self.currencies = currencies
        self.stated_once = stated_once
        self.order = roles["order_id"].look if "order_id" in roles else None
        self.unread = unread_quantity(looks, roles)
        self.levels: dict[str, OrderLevel] = {}
        self.of_orders: list[Look] = []

    def find(self) -> LineTotal:
        """Decide between an amount a line, a unit price, a price of the line and an order's total."""
        amounts, prices = self._money("amount"), self._money("price")
        amount = self._first(amounts)
        price = self._first([look for look in prices if look is not amount])
        quantity = self.roles.get("quantity")
        if amount is not None:
            total = self._of_lines(amount, price, quantity)
        elif price is not None:
            total = self._of_price(price, quantity)
        elif self.of_orders:
            total = self._of_orders(quantity)
        else:
            return self._unknown(quantity)
        self._hold_against_currency(total)
        total.discount = self._discount()
        return total

    def _discount(self) -> ChosenColumn | None:
        """The discount of a line; one of a whole order is none of its lines'."""
        for look in self._ranked("discount"):
            if not self.is_of_the_order(look) and (look.low or look.high):
                score = likeness(look.name, "discount")
                return ChosenColumn(look, f"{name_words(score)}; {number_words(look)}")
        return None

    def refunded(self, total: LineTotal) -> Look | None:
        """The column of what was given back that stands beside the amount, where it says anything."""
        ranked = [look for look in self._ranked("refunded") if look is not total.money]
        if total.money is None or not ranked:
            return None
        words = set(words_of(total.money.name))
        return max(ranked, key=lambda look: len(words & set(words_of(look.name)) & _CONVERTED))

    def take_off_refunds(self, total: LineTotal) -> None:
        """Take what was given back off the amount: of the order by shares, where it is the order's."""
        back = self.refunded(total)
        if back is None or not total.amount or not (back.low or back.high):
            return
        sign = "+" if back.high <= 0 else "-"
        total.amount = f"{total.amount} {sign} coalesce({back.as_number}, 0)"
        total.amount_reason += f"; {back.name}, which was given back, is taken off"
        if self.order is not None and self.is_of_the_order(back):
            total.split[back.name] = self.order.sql

    def is_of_the_order(self, look: Look) -> bool:
        """Whether a column is the order's: stated on one line of it, or the same on all."""
        return look.name in self.stated_once or self._level(look).is_of_the_order

    def _level(self, look: Look) -> OrderLevel:
        if look.name not in self.levels:
            self.levels[look.name] = level_of(self.connection, self.source, self.order, look)
        return self.levels[look.name]

    def _ranked(self, role: str) -> list[Look]:
        taken = {one.look.name for one in self.roles.values()}
        scored = [
            (likeness(look.name, role), look)
            for look in self.looks
            if look.name not in taken and look.filled and is_money(look)
        ]
        scored = [pair for pair in scored if pair[0] >= _ENOUGH]
        return [look for _, look in sorted(scored, key=lambda pair: -pair[0])]

    def _money(self, role: str) -> list[Look]:
        """The columns of money a line; those that are an order's are put by."""
        lines = []
        for look in self._ranked(role):
            if not self.is_of_the_order(look):
                lines.append(look)
            elif look not in self.of_orders:
                self.of_orders.append(look)
        return lines

    def _first(self, looks: Sequence[Look]) -> Look | None:
        """The best of some columns of money: one of a single currency where others mix several."""
        for look in looks:
            beside = currency_of(look, self.currencies)
            if beside is None or beside.is_single:
                return look
        return looks[0] if looks else None

    def _reason(self, look: Look) -> str:
        score = max(likeness(look.name, role) for role in ("amount", "price"))
        return f"{name_words(score)}; {number_words(look)}"

    def _of_lines(
        self, amount: Look, price: Look | None, quantity: ChosenColumn | None
    ) -> LineTotal:
        why = self._reason(amount)
        if price is not None and quantity is not None:
            share = _product_share(self.connection, self.source, amount, quantity.look, price)
            why += f"; in {share:.1%} of the lines it is {quantity.look.name} x {price.name}"
        total = _with_quantity(quantity, amount, amount.as_number, why)
        total.price = price
        self._hold_against_orders(total, [])
        return total

    def _of_price(self, price: Look, quantity: ChosenColumn | None) -> LineTotal:
        if quantity is None and self.unread is not None:
            total = self._unknown(None)
            total.asked = (
                f"how much is bought, {self.unread.name}, cannot be read as numbers of one unit, so that nothing "
                f"tells how often {price.name} was paid"
            )
            total.candidates = [(price.as_number, f"{price.name}, if it is for the whole line")]
            return total
        if quantity is None:
            why = f"{self._reason(price)}; there is no quantity, so it is taken for the price of the line"
            total = _with_quantity(None, price, price.as_number, why)
        elif self._is_unit_price(price, quantity.look):
            product = f"{quantity.look.as_number} * {price.as_number}"
            why = f"{price.name} is the price of one: it stays the same as {quantity.look.name} changes"
            total = _with_quantity(quantity, price, product, why)
        else:
            why = f"{price.name} grows with {quantity.look.name}, so it is the price of the whole line"
            total = _with_quantity(quantity, price, price.as_number, why)
        total.price = price
        self._hold_against_orders(total, self._ranked("discount"))
        return total

    def _of_orders(self, quantity: ChosenColumn | None) -> LineTotal:
        look = self._first(self.of_orders) or self.of_orders[0]
        level = self._level(look)
        why = (
            f"{self._reason(look)}; it is the same on all lines of {level.agreeing:,} of {level.orders:,} orders of "
            "several lines, so it is the order's and split over its lines"
        )
        total = _with_quantity(quantity, look, look.sql, why)
        if self.order is not None:
            total.split[look.name] = self.order.sql
        return total

    def _unknown(self, quantity: ChosenColumn | None) -> LineTotal:
        said = (quantity.look.as_number, quantity.reason) if quantity else _each_counts_as_one()
        taken = {one.look.name for one in self.roles.values()}
        numbers = [
            look for look in self.looks if look.name not in taken and is_money(look) and look.filled
        ]
        numbers.sort(key=lambda look: (look.whole == 1.0, -look.distinct))
        total = LineTotal(*said, asked="no column looks like an amount or a price")
        total.candidates = [(look.as_number, number_words(look)) for look in numbers[:5]]
        return total

    def _hold_against_orders(self, total: LineTotal, discounts: Sequence[Look]) -> None:
        """See which reading of the lines adds up to the order's own total, and take off a discount that must be."""
        readings: list[tuple[str, str, Look | None]] = [(total.amount, "", None)]
        for look in discounts:
            if look.low < 0 or look.high > 0:
                off = f"coalesce({look.as_number}, 0)"
                sign = "+" if look.high <= 0 else "-"
                readings.append((f"{total.amount} {sign} {off}", look.name, look))
        shares = [(self._adds_up(said, look), said, name, look) for said, name, look in readings]
        (share, of), said, name, discount = max(shares, key=lambda one: one[0][0])
        if share >= _ADDS_UP:
            total.amount_reason += f"; the lines of {share:.1%} of the orders add up to {of}"
        if share >= _ADDS_UP and discount is not None and share > shares[0][0][0]:
            total.amount = said
            total.amount_reason += f" once {name} is off"
            if self.is_of_the_order(discount) and self.order is not None:
                total.split[discount.name] = self.order.sql
        elif discounts and share < _ADDS_UP and any(one.high > 0 for one in discounts):
            total.remarks.append(
                f"Whether {total.price.name if total.price else 'the price'} is before or after "
                f"{discounts[0].name} the file does not tell: it is taken as what was paid. Look at one order."
            )

    def _adds_up(self, said: str, discount: Look | None) -> tuple[float, str]:
        """The share of orders whose lines add up to a total of the order, and the total's name."""
        best = (0.0, "")
        if self.order is None:
            return best
        per_order = discount is not None and self.is_of_the_order(discount)
        summed = f"sum({said})"
        if per_order and discount is not None:
            off = f"coalesce(max({discount.as_number}), 0)"
            base = said.rpartition(" - ")[0] or said
            summed = f"sum({base}) - {off}"
        for look in self.of_orders:
            share = self.connection.execute(f"""
                SELECT avg(CASE WHEN abs(s - t) <= {_CENT} THEN 1.0 ELSE 0.0 END) FROM (
                    SELECT {summed} AS s, max({look.as_number}) AS t FROM {self.source.relation}
                    GROUP BY {self.order.sql}) WHERE t IS NOT NULL
            """).fetchall()[0][0]
            best = max(best, (float(share or 0.0), look.name))
        return best

    def _is_unit_price(self, price: Look, quantity: Look) -> bool:
        item = self.roles.get("item_id")
        if item is None:
            return True
        as_unit, as_total = self.connection.execute(f"""
            SELECT median(stddev_pop_unit), median(stddev_pop_total) FROM (
                SELECT stddev_pop(ln(p)) AS stddev_pop_unit, stddev_pop(ln(p / q)) AS stddev_pop_total FROM (
                    SELECT {item.look.sql} AS i, CAST({price.as_number} AS DOUBLE) AS p,
                           CAST({quantity.as_number} AS DOUBLE) AS q FROM {self.source.relation})
                WHERE p > 0 AND q > 0 GROUP BY i HAVING count(DISTINCT q) > 1)
        """).fetchall()[0]
        return as_unit is None or as_unit <= as_total

    def _hold_against_currency(self, total: LineTotal) -> None:
        """Amounts of several currencies cannot be added up: which of them count is for a person to say."""
        beside = currency_of(total.money, self.currencies) if total.money is not None else None
        if total.money is None or beside is None:
            return
        if beside.is_single:
            total.amount_reason += f"; all in {beside.lines[0][0]} by {beside.look.name}"
            return
        column = f"upper(trim({beside.look.sql}))"
        first = beside.lines[0][0]
        rates = " ".join(
            f"WHEN '{code}' THEN {'1' if code == first else '?'}" for code, _ in beside.lines
        )
        total.candidates = [
            (
                total.amount,
                f"one currency alone: together with where = \"{column} = '{first}'\" under [tables.purchases]",
            ),
            (
                f"({total.amount}) * CASE {column} {rates} END",
                f"all of them in {first}: put in what one of each is worth",
            ),
        ]
        total.asked = f"{beside.look.name} names {len(beside.lines)} currencies, which cannot be added up: {beside.listed}"
        total.amount = ""


def is_money(look: Look) -> bool:
    """Whether a column holds numbers."""
    return bool(look.as_number) and not look.as_instant_only


def _each_counts_as_one() -> tuple[str, str]:
    return "1", "no column counts pieces: each line counts as one"


def _with_quantity(
    quantity: ChosenColumn | None, money: Look, amount: str, reason: str
) -> LineTotal:
    if quantity is not None:
        said = quantity.look.as_number, quantity.reason
    elif money.negative:
        one = f"CASE WHEN {money.as_number} < 0 THEN -1 ELSE 1 END"
        said = one, "no column counts pieces; an amount below zero is a return"
    else:
        said = _each_counts_as_one()
    return LineTotal(*said, amount, reason, money=money)


def _product_share(
    connection: Connection, source: Source, amount: Look, quantity: Look, price: Look
) -> float:
    row = connection.execute(f"""
        SELECT avg(CASE WHEN abs(a - q * p) <= {_CENT} THEN 1.0 ELSE 0.0 END) FROM (
            SELECT CAST({amount.as_number} AS DOUBLE) AS a, CAST({quantity.as_number} AS DOUBLE) AS q,
                   CAST({price.as_number} AS DOUBLE) AS p FROM {source.relation})
        WHERE a IS NOT NULL AND q IS NOT NULL AND p IS NOT NULL
    """).fetchall()[0]
    return float(row[0] or 0.0)
