"""From files to a proposal: the mapping of the purchases, and of what else the same file tells."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from features.company.settings.reading import TableMapping
from features.proposal.cautions import (
    Caution,
    OddCode,
    cancelling_letters,
    repeated_rows,
    service_codes,
    worthless_prices,
)
from features.proposal.looking import Look, look_at
from features.proposal.others import propose_other
from features.proposal.roles import Choice, Roles
from features.proposal.surroundings import Place, horizon_of, place_of
from features.proposal.totals import Total, total_of
from features.proposal.writing import Proposal, ProposedColumn, ProposedRule, ProposedTable
from features.sources.attachment import Source, attach
from features.sources.connection import Connection, connect, faults_worded
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.tables import TABLES

_PURCHASE_LABELS = ("channel", "store")
_ITEM_LABELS = ("name", "category", "department", "brand")


def propose(purchases: Path, *, others: Mapping[str, Path] | None = None) -> Proposal:
    """Look at a file of purchases and propose how to map it, with a reason for each column.

    ``others`` are files of further tables by the table's name. Raises ``DataRefused`` when a file cannot
    be read or no column looks like the customer, the date or the amount, saying what to write by hand.
    """
    others = others or {}
    for name in others:
        if name not in TABLES:
            raise UsageRefused(
                expected="a table Regulars knows",
                found=name,
                remedy=did_you_mean(name, list(TABLES)),
            )
    with (
        tempfile.TemporaryDirectory(prefix="regulars-", ignore_cleanup_errors=True) as scratch,
        connect(Path(scratch)) as connection,
        _reading(),
    ):
        proposal = _Purchases(connection, purchases, Path(scratch)).propose(others)
        further = [
            propose_other(connection, name, path, Path(scratch), proposal.tables[0].timezone)
            for name, path in others.items()
        ]
    return Proposal(
        (*proposal.tables, *further),
        proposal.currency,
        proposal.currency_reason,
        proposal.horizon_days,
        proposal.horizon_reason,
    )


def _reading() -> AbstractContextManager[None]:
    return faults_worded(
        expected="values that can be looked at",
        remedy="Write regulars.toml by hand; docs/tables.md names the columns.",
    )


class _Purchases:
    """One file of purchases being looked at."""

    def __init__(self, connection: Connection, path: Path, scratch: Path) -> None:
        self.connection = connection
        self.path = path
        mapping = TableMapping(source=str(path))
        self.source: Source = attach(
            connection, "purchases", mapping, folder=Path(), scratch=scratch
        )
        self.looks: list[Look] = look_at(connection, self.source)
        self.roles: dict[str, Choice] = {}
        self.services: Caution | None = None
        self.articles: tuple[OddCode, ...] = ()

    def propose(self, others: Mapping[str, Path]) -> Proposal:
        self.roles = Roles(self.connection, self.source, self.looks).find()
        place = place_of(
            self.connection, self.source, self.looks, self._look("region"), self._look("currency")
        )
        if "item_id" in self.roles:
            self.services, self.articles = service_codes(
                self.connection, self.source, self.roles["item_id"].look, self._look("name")
            )
        tables = [self._purchases(place)]
        for name, table in (("items", self._items()), ("customers", self._customers())):
            if table is not None and name not in others:
                tables.append(table)
        days, reason = horizon_of(
            self.connection,
            self.source,
            self.roles["customer_id"].look,
            self.roles["ordered_at"].look,
        )
        currency = f"Currency and time zone are {place.reason}." if place.reason else ""
        return Proposal(tuple(tables), place.currency, currency, days, reason)

    def _look(self, role: str) -> Look | None:
        return self.roles[role].look if role in self.roles else None

    def _purchases(self, place: Place) -> ProposedTable:
        total = total_of(self.connection, self.source, self.roles)
        repeated = repeated_rows(self.connection, self.source)
        is_by_line = "order_id" in self.roles and "item_id" in self.roles
        ordered_at = self.roles["ordered_at"].look
        carries_zone = ordered_at.type == "TIMESTAMP WITH TIME ZONE"
        return ProposedTable(
            name="purchases",
            source=self.path,
            columns=tuple(self._columns(total)),
            rules=tuple(self._rules()),
            timezone=place.timezone,
            timezone_reason=(
                "The instants carry their zone; this one says where a day begins: "
                if carries_zone
                else "The zone of the dates, which carry none: "
            )
            + place.reason
            + ".",
            duplicates="drop" if is_by_line else "keep",
            duplicates_reason=_duplicates_reason(repeated, is_by_line),
            remarks=tuple(self._remarks()),
        )

    def _columns(self, total: Total) -> list[ProposedColumn]:
        customer, ordered_at = self.roles["customer_id"], self.roles["ordered_at"]
        columns = [
            ProposedColumn("customer_id", customer.look.sql, customer.reason),
            self._order(),
            ProposedColumn("ordered_at", ordered_at.look.as_instant, ordered_at.reason),
            self._item(),
            ProposedColumn("quantity", total.quantity, total.quantity_reason),
            ProposedColumn("amount", total.amount, total.amount_reason),
        ]
        if "discount" in self.roles:
            columns.append(_discount(self.roles["discount"]))
        for role in _PURCHASE_LABELS:
            if role in self.roles:
                choice = self.roles[role]
                columns.append(ProposedColumn(role, choice.look.sql, choice.reason))
        return columns

    def _order(self) -> ProposedColumn:
        if "order_id" in self.roles:
            choice = self.roles["order_id"]
            return ProposedColumn("order_id", choice.look.sql, choice.reason)
        instant = self.roles["ordered_at"].look.as_instant
        return ProposedColumn(
            "order_id",
            f"CAST(CAST({instant} AS DATE) AS VARCHAR)",
            "no column numbers the orders: what a customer buys on one day counts as one order",
        )

    def _item(self) -> ProposedColumn:
        if "item_id" in self.roles:
            choice = self.roles["item_id"]
            return ProposedColumn("item_id", choice.look.sql, choice.reason)
        return ProposedColumn("item_id", "'all'", "no column names the articles: all count as one")

    def _rules(self) -> list[ProposedRule]:
        cautions = [self.services]
        if "price" in self.roles:
            cautions.append(
                worthless_prices(self.connection, self.source, self.roles["price"].look)
            )
        return [
            ProposedRule(one.name, one.condition, one.reason, one.rows, one.listed)
            for one in cautions
            if one is not None
        ]

    def _remarks(self) -> list[str]:
        remarks = []
        missing = self.roles["customer_id"].look.missing
        if missing:
            remarks.append(
                f"{missing:,} lines name no customer. Nobody can be scored for them: they are set aside, "
                "and `regulars check` counts them."
            )
        quantity, order = self._look("quantity"), self._look("order_id")
        if quantity is not None and quantity.negative:
            remarks.append(f"Lines with {quantity.name} below zero are kept as returns.")
            letters = order and cancelling_letters(self.connection, self.source, order, quantity)
            if letters:
                remarks.append(
                    f"Order numbers that begin with {letters[0]} are cancellations ({letters[1]:,} lines): "
                    "their quantity is below zero, so they are kept as returns."
                )
        if self.articles:
            listed = "; ".join(map(str, self.articles))
            remarks.append(f"Odd item codes that look like articles and are kept: {listed}.")
        return remarks

    def _items(self) -> ProposedTable | None:
        told = [role for role in _ITEM_LABELS if role in self.roles]
        if "item_id" not in self.roles or not told:
            return None
        columns = [("item_id", "item_id"), *((role, role) for role in told)]
        return self._same_file("items", columns, "One row an article, from the same file")

    def _customers(self) -> ProposedTable | None:
        region = self._look("region")
        if region is None or not 2 <= region.distinct <= 1000:
            return None
        columns = [("customer_id", "customer_id"), ("region", "region")]
        return self._same_file("customers", columns, "One row a customer, from the same file")

    def _same_file(self, name: str, columns: list[tuple[str, str]], remark: str) -> ProposedTable:
        return ProposedTable(
            name=name,
            source=self.path,
            columns=tuple(
                ProposedColumn(ours, self.roles[role].look.sql, self.roles[role].reason)
                for ours, role in columns
            ),
            remarks=(f"{remark}: where rows differ, what is said most often is taken.",),
        )


def _discount(choice: Choice) -> ProposedColumn:
    expression = choice.look.as_number
    if choice.look.high <= 0:
        return ProposedColumn("discount", f"-({expression})", f"{choice.reason}; turned positive")
    return ProposedColumn("discount", expression, choice.reason)


def _duplicates_reason(repeated: int, is_by_line: bool) -> str:
    if not is_by_line:
        told = f"{repeated:,} rows repeat another in every column, " if repeated else "Equal rows, "
        return f"{told}which without order and article numbers may be purchases of their own."
    if not repeated:
        return ""
    return f"{repeated:,} rows repeat another in every column: one of each is kept."
