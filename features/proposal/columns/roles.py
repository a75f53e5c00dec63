"""Which column of a purchases file is which: by name, then by what the values do.

Names decide where they speak. Where several columns could be the customer or the order, the values do:
an order belongs to one customer, and a customer has several orders. What nothing speaks for is left
open, with the columns that could be it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from features.proposal.columns.looking import Look
from features.proposal.columns.names import EXACT, likeness, words_of
from features.proposal.columns.people import Person, as_mail, people_in
from features.sources.attachment import Source
from features.sources.connection import Connection, quoted
from features.sources.expressions import not_blank

_ENOUGH = 0.5
_WELL_NAMED = 0.8
_BELONGS = 0.95
"""An order number is one when so large a share of its values belong to one customer."""
_NUMBERED = 0.9
"""An order number stands on so many of the rows at least."""
_OPTIONAL = ("channel", "store", "name", "category", "department", "brand", "region")
_PLACES = frozenset({
    "zip", "plz", "postcode", "postal", "city", "ort", "stadt", "state", "country", "land", "region", "province", "street", "address", "code", "status",
    "type", "group", "currency", "sku", "item", "product", "quantity", "price", "amount", "total", "date", "time", "name", "url", "phone", "level",
    "category", "description", "note", "title",
})  # fmt: skip


@dataclass(frozen=True)
class ChosenColumn:
    """A column chosen for a role, with the evidence in words, and how to read it."""

    look: Look
    reason: str
    expression: str = ""

    @property
    def sql(self) -> str:
        """The expression that is mapped: the column itself unless said otherwise."""
        return self.expression or self.look.sql


@dataclass(frozen=True)
class Candidate:
    """What a column that is still to be written could be, and what speaks for it."""

    expression: str
    reason: str


class Roles:
    """The choices for one file; a column serves one role only."""

    def __init__(self, connection: Connection, source: Source, looks: Sequence[Look]) -> None:
        self.connection = connection
        self.source = source
        self.looks = looks
        self.chosen: dict[str, ChosenColumn] = {}
        self.candidates: dict[str, list[Candidate]] = {}

    def find(self) -> dict[str, ChosenColumn]:
        """Choose a column for every role that one fits; ``candidates`` has what is left open."""
        self._choose("ordered_at", lambda look: bool(look.as_instant), _instant_words)
        self._choose_date_by_type()
        self._choose_customer_and_order()
        self._take_mail_in_small_letters()
        self._choose(
            "item_id", lambda look: look.is_identifying and not look.as_instant_only, _id_words
        )
        self._choose(
            "quantity", lambda look: _is_number(look) and not _is_money_back(look), number_words
        )
        for role in _OPTIONAL:
            self._choose(role, _is_label, _label_words)
        return self.chosen

    def _take_mail_in_small_letters(self) -> None:
        customer = self.chosen.get("customer_id")
        if customer is None or customer.expression:
            return
        expression = as_mail(self.connection, self.source, customer.look)
        if expression:
            reason = f"{customer.reason}; e-mail addresses: in small letters each counts as one"
            self.chosen["customer_id"] = replace(customer, expression=expression, reason=reason)

    def _free(self) -> Iterable[Look]:
        taken = {one.look.name for one in self.chosen.values()}
        return (look for look in self.looks if look.name not in taken and look.filled)

    def _ranked(self, role: str, fits: Callable[[Look], bool]) -> list[tuple[float, Look]]:
        scored = [(likeness(look.name, role), look) for look in self._free() if fits(look)]
        return sorted(
            ((score, look) for score, look in scored if score >= _ENOUGH),
            key=lambda pair: (-pair[0], _is_of_delivery(pair[1]), self.looks.index(pair[1])),
        )

    def _choose(
        self, role: str, fits: Callable[[Look], bool], words: Callable[[Look], str]
    ) -> None:
        ranked = self._ranked(role, fits)
        if ranked:
            score, look = ranked[0]
            self.chosen[role] = ChosenColumn(
                look, f"{name_words(score)}; {words(look)}", _read_as_date(role, look)
            )

    def _choose_date_by_type(self) -> None:
        """Where no name speaks of a date, the only column of dates is taken."""
        dated = [look for look in self._free() if look.as_instant]
        if "ordered_at" in self.chosen:
            return
        typed = [look for look in dated if look.as_instant_only] or [
            look for look in dated if look.type == "VARCHAR"
        ]
        if len(typed) == 1:
            reason = f"the only dates in the file; {_instant_words(typed[0])}"
            self.chosen["ordered_at"] = ChosenColumn(
                typed[0], reason, _read_as_date("ordered_at", typed[0])
            )
            return
        dated.sort(key=lambda one: (not one.as_instant_only, -one.distinct))
        self.candidates["ordered_at"] = [
            Candidate(_read_as_date("ordered_at", look) or look.as_instant, _instant_words(look))
            for look in dated[:5]
        ]

    def _choose_customer_and_order(self) -> None:
        orders = self._ranked("order_id", self._numbers_orders)
        orders += self._orders_by_their_look([look for _, look in orders])
        customers: list[tuple[float, ChosenColumn]] = [
            (score, ChosenColumn(look, f"{name_words(score)}; {_id_words(look)}"))
            for score, look in self._ranked("customer_id", _could_be_a_customer)
        ]
        people = people_in(self.connection, self.source, list(self._free()))
        sure = [person for person in people if person.is_sure]
        if sure and all(score < _WELL_NAMED for score, _ in customers):
            customers = [(_WELL_NAMED, _as_chosen(person)) for person in sure] + customers
        pairs = [
            (score_c + score_o, score_o, customer, order)
            for score_c, customer in customers
            for score_o, order in orders
            if customer.look is not order
        ]
        for _, score_o, customer, order in sorted(pairs, key=lambda pair: -pair[0]):
            share = self._one_customer_share(order, customer.look)
            if share >= _BELONGS and order.distinct >= customer.look.distinct:
                self._take_pair(score_o, customer, order, share)
                return
        if customers:
            self.chosen["customer_id"] = customers[0][1]
        else:
            self._leave_customer_open(people, [look for _, look in orders])
        by_name = [pair for pair in orders if pair[0] >= _ENOUGH]
        if by_name and by_name[0][1] is not getattr(self.chosen.get("customer_id"), "look", None):
            score, order = by_name[0]
            self.chosen["order_id"] = ChosenColumn(
                order, f"{name_words(score)}; {_id_words(order)}"
            )

    def _numbers_orders(self, look: Look) -> bool:
        return (
            look.is_identifying
            and not look.as_instant_only
            and look.filled >= _NUMBERED * look.rows
        )

    def _orders_by_their_look(self, known: Sequence[Look]) -> list[tuple[float, Look]]:
        """Columns such as Name, in which every value is a sign and a number: #1001, B-1002."""
        found = []
        for look in self._free():
            if look in known or look.type != "VARCHAR" or words_of(look.name) != ("name",):
                continue
            fitting = self.connection.execute(f"""
                SELECT count(*) FROM {self.source.relation}
                WHERE regexp_matches(trim({quoted(look.name)}), '^[#A-Za-z-]{{0,6}}[0-9]+[A-Za-z0-9.-]*$')
            """).fetchall()[0][0]
            if fitting >= _NUMBERED * look.rows:
                found.append((EXACT, look))
        return found

    def _take_pair(self, score: float, customer: ChosenColumn, order: Look, share: float) -> None:
        self.chosen["customer_id"] = customer
        belongs = (
            "each belongs to one customer"
            if share == 1
            else f"{share:.1%} of them belong to one customer"
        )
        self.chosen["order_id"] = ChosenColumn(
            order, f"{name_words(score)}; {_id_words(order)}; {belongs}"
        )

    def _leave_customer_open(self, people: Sequence[Person], orders: Sequence[Look]) -> None:
        """Name what could be the customer where nothing says so: names of people, and what comes back."""
        unsure = [Candidate(one.expression, one.reason) for one in people]
        repeating = [
            Candidate(look.sql, f"a guess from the values alone; {_id_words(look)}")
            for look in self._by_repetition(orders)
            if all(person.look is not look for person in people)
        ]
        self.candidates["customer_id"] = [*unsure, *repeating][:5]

    def _by_repetition(self, orders: Sequence[Look]) -> list[Look]:
        """Columns no name speaks for, in which values come back as customers do."""
        found = []
        for look in self._free():
            nameless = all(
                likeness(look.name, role) < _ENOUGH for role in ("item_id", "store", "region")
            ) and not _PLACES & set(words_of(look.name))
            repeats = look.is_identifying and look.repetition >= 2 and look.distinct > 20
            if not nameless or not repeats or look in orders or look.as_instant:
                continue
            if all(self._one_customer_share(order, look) >= _BELONGS for order in orders[:1]):
                found.append(look)
        return sorted(found, key=lambda look: -look.distinct)

    def _one_customer_share(self, order: Look, customer: Look) -> float:
        """The share of order numbers whose lines name one customer at most."""
        who = quoted(customer.name)
        who = f"lower({not_blank(who)})" if customer.type == "VARCHAR" else who
        one, all_orders = self.connection.execute(f"""
            SELECT count(*) FILTER (customers <= 1), count(*) FROM (
                SELECT count(DISTINCT {who}) AS customers
                FROM {self.source.relation} WHERE {quoted(order.name)} IS NOT NULL
                GROUP BY {quoted(order.name)})
        """).fetchall()[0]
        return float(one) / float(all_orders) if all_orders else 0.0


def with_looks(chosen: dict[str, ChosenColumn], looks: Sequence[Look]) -> dict[str, ChosenColumn]:
    """The same choices with columns that were looked at again."""
    by_name = {look.name: look for look in looks}
    return {role: replace(one, look=by_name[one.look.name]) for role, one in chosen.items()}


def _as_chosen(person: Person) -> ChosenColumn:
    return ChosenColumn(person.look, person.reason, person.expression)


def _could_be_a_customer(look: Look) -> bool:
    return look.is_identifying and not look.as_instant_only


def _is_of_delivery(look: Look) -> bool:
    """Whether a column is of where the goods went: second to where the bill did."""
    return bool({"shipping", "ship", "delivery", "lieferung"} & set(words_of(look.name)))


def _read_as_date(role: str, look: Look) -> str:
    """SQL for the instants of a column; one whose name says UTC is read so, whatever the country."""
    if role != "ordered_at":
        return ""
    if says_utc(look) and not carries_zone(look):
        return f"CAST({look.as_instant} AS TIMESTAMP) AT TIME ZONE 'UTC'"
    return look.as_instant if look.as_instant != look.sql else ""


def says_utc(look: Look) -> bool:
    """Whether a column's name says that its instants are UTC."""
    return bool({"utc", "gmt"} & set(words_of(look.name)))


def carries_zone(look: Look) -> bool:
    """Whether a column's instants carry their zone."""
    return look.type == "TIMESTAMP WITH TIME ZONE" or "to_timestamp" in look.as_instant


def _is_number(look: Look) -> bool:
    return bool(look.as_number) and not look.as_instant_only


def _is_money_back(look: Look) -> bool:
    return "amount" in words_of(look.name)


def _is_label(look: Look) -> bool:
    return look.distinct > 0 and not look.as_instant_only


def name_words(score: float) -> str:
    """How sure a name makes one of its column."""
    if score >= EXACT - 0.2:
        return "the name says so"
    if score > _ENOUGH:
        return "a guess from a name that is close: look at it"
    return "a guess from the values alone: look at it"


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


def number_words(look: Look) -> str:
    """What the numbers of a column are like."""
    share = min(int(look.whole * 100), 99)
    whole = "whole numbers" if look.whole == 1 else f"numbers, {share} % of them whole"
    below = f", {look.negative:.1%} below zero" if look.negative else ""
    return f"{whole} from {look.low:,.10g} to {look.high:,.10g}{below}{_gaps(look)}"


def _label_words(look: Look) -> str:
    return f"{look.distinct:,} different values{_gaps(look)}"
