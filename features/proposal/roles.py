"""Which column of a purchases file is which: by name, then by what the values do.

Names decide where they speak. Where several columns could be the customer or the order, the values do:
an order belongs to one customer, and a customer has several orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from features.proposal.looking import Look
from features.proposal.names import EXACT, likeness
from features.sources.attachment import Source
from features.sources.connection import Connection, quoted
from features.vocabulary.errors import DataRefused

_ENOUGH = 0.5
_BELONGS = 0.95
"""An order number is one when so large a share of its values belong to one customer."""
_OPTIONAL = (
    "discount", "channel", "store", "name", "category", "department", "brand", "region", "currency",
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A column chosen for a role, with the evidence in words."""

    look: Look
    reason: str


class Roles:
    """The choices for one file; a column serves one role only."""

    def __init__(self, connection: Connection, source: Source, looks: Sequence[Look]) -> None:
        self.connection = connection
        self.source = source
        self.looks = looks
        self.chosen: dict[str, Choice] = {}

    def find(self) -> dict[str, Choice]:
        """Choose a column for every role that one fits; raises ``DataRefused`` without customer or date."""
        self._choose("ordered_at", lambda look: bool(look.as_instant), _instant_words)
        self._choose_date_by_type()
        self._choose_customer_and_order()
        self._choose(
            "item_id", lambda look: look.is_identifying and not look.as_instant_only, _id_words
        )
        self._choose("quantity", _is_count, _number_words)
        self._choose("price", _is_money, _number_words)
        self._choose("amount", _is_money, _number_words)
        for role in _OPTIONAL:
            fits = _is_money if role == "discount" else _is_label
            self._choose(role, fits, _label_words if role != "discount" else _number_words)
        self._require("customer_id", "a customer number", 'customer_id = "your_column"')
        self._require("ordered_at", "a date of purchase", 'ordered_at = "your_column"')
        if "amount" not in self.chosen and "price" not in self.chosen:
            self._require("amount", "an amount or a price", 'amount = "quantity * price"')
        return self.chosen

    def _free(self) -> Iterable[Look]:
        taken = {one.look.name for one in self.chosen.values()}
        return (look for look in self.looks if look.name not in taken and look.filled)

    def _ranked(self, role: str, fits: Callable[[Look], bool]) -> list[tuple[float, Look]]:
        scored = [(likeness(look.name, role), look) for look in self._free() if fits(look)]
        return sorted(
            ((score, look) for score, look in scored if score >= _ENOUGH),
            key=lambda pair: (-pair[0], self.looks.index(pair[1])),
        )

    def _choose(
        self, role: str, fits: Callable[[Look], bool], words: Callable[[Look], str]
    ) -> None:
        ranked = self._ranked(role, fits)
        if ranked:
            score, look = ranked[0]
            self.chosen[role] = Choice(look, f"{_name_words(score)}; {words(look)}")

    def _choose_date_by_type(self) -> None:
        """Where no name speaks of a date, the column with the most different instants is taken."""
        dated = [look for look in self._free() if look.as_instant_only]
        if "ordered_at" not in self.chosen and dated:
            look = max(dated, key=lambda one: one.distinct)
            words = "the only dates in the file" if len(dated) == 1 else _name_words(0)
            self.chosen["ordered_at"] = Choice(look, f"{words}; {_instant_words(look)}")

    def _choose_customer_and_order(self) -> None:
        customers = self._ranked("customer_id", lambda look: look.is_identifying)
        orders = self._ranked("order_id", lambda look: look.is_identifying)
        if not customers:
            customers = self._by_repetition([look for _, look in orders])
        pairs = [
            (score_c + score_o, customer, order)
            for score_c, customer in customers
            for score_o, order in orders
            if customer is not order
        ]
        for score, customer, order in sorted(pairs, key=lambda pair: -pair[0]):
            share = self._belonging(order, customer)
            if share >= _BELONGS and order.distinct > customer.distinct:
                self._take_pair(score, customer, order, share)
                return
        if customers:
            score, look = customers[0]
            self.chosen["customer_id"] = Choice(look, f"{_name_words(score)}; {_id_words(look)}")
            self._choose("order_id", lambda look: look.is_identifying, _id_words)

    def _take_pair(self, score: float, customer: Look, order: Look, share: float) -> None:
        # Half of the sum of two scores stands for both; the names decided before.
        named = _name_words(score / 2)
        self.chosen["customer_id"] = Choice(customer, f"{named}; {_id_words(customer)}")
        belongs = (
            "each belongs to one customer"
            if share == 1
            else f"{share:.1%} of them belong to one customer"
        )
        self.chosen["order_id"] = Choice(order, f"{named}; {_id_words(order)}; {belongs}")

    def _by_repetition(self, orders: Sequence[Look]) -> list[tuple[float, Look]]:
        """Columns no name speaks for, in which values come back as customers do."""
        found = []
        for look in self._free():
            nameless = all(
                likeness(look.name, role) < _ENOUGH for role in ("item_id", "store", "region")
            )
            repeats = look.is_identifying and look.repetition >= 2 and look.distinct > 20
            owns = any(
                self._belonging(order, look) >= _BELONGS for order in orders if order is not look
            )
            if nameless and repeats and owns and look not in orders:
                found.append((_ENOUGH, look))
        return sorted(found, key=lambda pair: -pair[1].distinct)

    def _belonging(self, order: Look, customer: Look) -> float:
        """The share of order numbers whose lines name one customer at most."""
        one, all_orders = self.connection.execute(f"""
            SELECT count(*) FILTER (customers <= 1), count(*) FROM (
                SELECT count(DISTINCT {quoted(customer.name)}) AS customers
                FROM {self.source.relation} WHERE {quoted(order.name)} IS NOT NULL
                GROUP BY {quoted(order.name)})
        """).fetchall()[0]
        return float(one) / float(all_orders) if all_orders else 0.0

    def _require(self, role: str, wanted: str, by_hand: str) -> None:
        if role in self.chosen:
            return
        if role == "ordered_at":
            by_hand += " (day numbers: TIMESTAMP '2026-01-01' + to_days(your_column))"
        names = ", ".join(f"{look.name} ({look.type.lower()})" for look in self.looks)
        raise DataRefused(
            expected=f"a column that holds {wanted} in {self.source.shown}",
            found=f"none that looks like it among {names}",
            remedy=f"Write regulars.toml by hand, with {by_hand} under [tables.purchases.columns].",
        )


def _is_count(look: Look) -> bool:
    return bool(look.as_number) and not look.as_instant_only


def _is_money(look: Look) -> bool:
    return bool(look.as_number) and not look.as_instant_only


def _is_label(look: Look) -> bool:
    return look.distinct > 0 and not look.as_instant_only


def _name_words(score: float) -> str:
    if score >= EXACT - 0.2:
        return "the name says so"
    if score > _ENOUGH:
        return "the name is close"
    return "a guess from the values alone, so look at it"


def _gaps(look: Look) -> str:
    return f", missing on {look.missing:,}" if look.missing else ""


def _id_words(look: Look) -> str:
    return (
        f"{look.distinct:,} different values on {look.filled:,} rows{_gaps(look)}, "
        f"each {look.repetition:.1f} times"
    )


def _instant_words(look: Look) -> str:
    note = f" ({look.date_note})" if look.date_note else ""
    return f"holds dates{note}{_gaps(look)}"


def _number_words(look: Look) -> str:
    share = min(int(look.whole * 100), 99)
    whole = "whole numbers" if look.whole == 1 else f"numbers, {share} % of them whole"
    below = f", {look.negative:.1%} below zero" if look.negative else ""
    return f"{whole} from {look.low:,.10g} to {look.high:,.10g}{below}{_gaps(look)}"


def _label_words(look: Look) -> str:
    return f"{look.distinct:,} different values{_gaps(look)}"
