"""A file of purchases being looked at: what is a sale, of whom, when, of what and for how much."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

from features.checks.judging.order_values import ABOVE, with_order_values
from features.company.settings.company import TableMapping
from features.proposal.amounts.currencies import CurrencyColumn, currency_columns, currency_of
from features.proposal.amounts.order_levels import blank_on_further_lines, may_be_stated_once
from features.proposal.amounts.signs import discount_column, signed
from features.proposal.amounts.totals import LineTotal, OrderTotals
from features.proposal.amounts.units import in_whole_units, turned
from features.proposal.carriers import segment_of
from features.proposal.columns.guests import without_guests
from features.proposal.columns.looking import Look, look_at
from features.proposal.columns.order_numbers import with_days
from features.proposal.columns.roles import Candidate, ChosenColumn, Roles, carries_zone, with_looks
from features.proposal.columns.times_of_day import with_times_of_day
from features.proposal.columns.units_of_measure import with_units
from features.proposal.exclusions.cautions import (
    cancelling_letters,
    duplicates_reason,
    order_summaries,
    repeated_rows,
    without_a_key,
    zero_prices,
)
from features.proposal.exclusions.services import NO_ODD_CODES, no_articles
from features.proposal.exclusions.statuses import Sale, Statuses, StatusFindings
from features.proposal.item_numbers import item_column
from features.proposal.joining import FilesOfPurchases, of_other_files
from features.proposal.merged_cells import filled_from_above, merged_columns
from features.proposal.surroundings import FALLBACK_DAYS, Place, horizon_of, place_of
from features.proposal.wording.readings import readings_of
from features.proposal.wording.writing import Proposal, ProposedColumn, ProposedRule, ProposedTable
from features.sources.attachment import Source
from features.sources.connection import Connection, quoted
from features.sources.expressions import said_as_text

_PURCHASE_LABELS = ("channel", "store")
_ITEM_LABELS = ("name", "category", "department", "brand")
_WANTED = {
    "customer_id": "No column numbers the customers, and none holds e-mail addresses, phone numbers or bank accounts. "
    "Without customers nobody can be scored. Export them with the orders.",
    "ordered_at": "No column looks like the day of the purchase. Day numbers are written as "
    "TIMESTAMP '2026-01-01' + to_days(your_column).",
}


class PurchasesDraft:
    """One file of purchases being looked at."""

    def __init__(self, connection: Connection, files: FilesOfPurchases) -> None:
        self.connection = connection
        self.files = files
        self.path = files.path
        self.source: Source = files.source
        self.looks: list[Look] = files.looks
        self.roles: dict[str, ChosenColumn] = {}
        self.candidates: dict[str, list[Candidate]] = {}
        self.fill: dict[str, str] = {}
        self.above: list[str] = []
        self.summaries: ProposedRule | None = None
        self.no_customer: ProposedRule | None = None
        self.no_articles = NO_ODD_CODES
        self.statuses = StatusFindings()

    def propose(self, others: Mapping[str, Path]) -> Proposal:
        """The proposed settings for the file, its items and its customers."""
        self.above = merged_columns(self.connection, self.source, self.looks)
        if self.above:
            self.source = filled_from_above(self.connection, self.source, self.above)
            self.looks = look_at(self.connection, self.source)
        found = Roles(self.connection, self.source, self.looks)
        self.roles, self.candidates = found.find(), found.candidates
        self.roles = with_units(self.connection, self.source, self.looks, self.roles)
        self._fill_in()
        self.roles, self.no_customer = without_guests(self.connection, self.source, self.roles)
        self.roles = with_times_of_day(self.connection, self.source, self.looks, self.roles)
        self.roles = with_days(self.connection, self.source, self.looks, self.roles)
        self.summaries = order_summaries(
            self.connection, self.source, *map(self._look, ("order_id", "item_id", "quantity"))
        )
        if "item_id" in self.roles:
            item, called = self.roles["item_id"].look, self._look("name")
            self.no_articles = no_articles(
                self.connection, self.source, item, called, self._item().expression
            )
        total = self._total()
        place = place_of(
            self.connection, self.source, self.looks, self._look("region"),
            currency_of(total.money, self._currencies()) if total.money else None,
        )  # fmt: skip
        tables = [self._purchases(place, total)]
        for name, table in (("items", self._items()), ("customers", self._customers())):
            if table is not None and name not in others:
                tables.append(table)
        days, reason = self._horizon()
        currency = f"Currency and time zone are {place.reason}."
        if place.currency_reason:
            currency = f"The currency is {place.currency_reason}."
        read = tuple(
            dataclasses.replace(
                table,
                readings=readings_of(self.source, table.expressions),
                joins=self.files.joins(table.expressions),
            )
            for table in tables
        )
        without = self.no_articles.service_codes if "items" in others else ()
        return Proposal(
            read, place.currency, currency, days, reason, without=without,
            segment=segment_of(self.connection, self.source, self.roles, total, self._is_sale()),
        )  # fmt: skip

    def _look(self, role: str) -> Look | None:
        return self.roles[role].look if role in self.roles else None

    def _fill_in(self) -> None:
        """Fill in what the file says once an order, and look at that again."""
        order = self._look("order_id")
        taken = {one.look.name for one in self.roles.values()}
        asked = [look for look in self.looks if look.name in taken or may_be_stated_once(look)]
        blank = blank_on_further_lines(self.connection, self.source, order, asked)
        if order is None or not blank:
            return
        mapping = TableMapping(source=str(self.path), fill=dict.fromkeys(blank, order.name))
        filled_in = with_order_values(self.connection, self.source, mapping, "purchases")
        self.source = filled_in.read_once()
        said = ", ".join(f"count({said_as_text(quoted(one))})" for one in blank)
        counts = self.connection.execute(f"SELECT {said} FROM {self.source.relation}").fetchall()[0]
        filled = dict(zip(blank, counts, strict=True))
        self.looks = [
            dataclasses.replace(look, filled=int(filled.get(look.name, look.filled)))
            for look in self.looks
        ]
        self.roles = with_looks(self.roles, self.looks)
        self.fill = dict(mapping.fill)

    def _total(self) -> LineTotal:
        """Quantity and amount, once it is known which rows are sales."""
        first = OrderTotals(
            self.connection, self.source, self.looks, self.roles, stated_once=self.fill
        )
        guess = turned(first.find())
        back = first.refunded(guess)
        quantity, item = self._look("quantity"), self._look("item_id")
        sale = Sale(
            customer=self.roles["customer_id"].look.sql if "customer_id" in self.roles else "",
            item=item.sql if item else "",
            quantity=quantity.as_number if quantity else "",
            money=guess.money.as_number if guess.money else "",
            refunded=back.as_number if back else "",
        )
        self.statuses = Statuses(self.connection, self.source, sale).find(self._free())
        totals = OrderTotals(
            self.connection, self.source, self.looks, self.roles, self._currencies(), self.fill
        )
        total = turned(totals.find())
        signed(
            self.connection, self.source, total, self.roles, self.statuses, self._is_sale(),
            self.no_articles,
        )  # fmt: skip
        totals.take_off_refunds(total)
        return in_whole_units(total)

    def _free(self) -> list[Look]:
        roles = ("customer_id", "order_id", "item_id", "name", "ordered_at")
        taken = {self.roles[role].look.name for role in roles if role in self.roles}
        return [look for look in self.looks if look.name not in taken]

    def _is_sale(self) -> str:
        """SQL that is true for the rows no proposed rule sets aside."""
        rules = [*self.statuses.rules, *filter(None, (self.no_articles.rule, self.summaries))]
        aside = " OR ".join(f"({rule.condition})" for rule in rules)
        return f"NOT coalesce(({aside}), false)" if aside else "true"

    def _currencies(self) -> list[CurrencyColumn]:
        return currency_columns(self.connection, self.source, self.looks, self._is_sale())

    def _horizon(self) -> tuple[int, str]:
        if "customer_id" not in self.roles or "ordered_at" not in self.roles:
            return FALLBACK_DAYS, "Nothing speaks for another horizon"
        return horizon_of(
            self.connection,
            self.source,
            self.roles["customer_id"].sql,
            self.roles["ordered_at"].look,
        )

    def _purchases(self, place: Place, total: LineTotal) -> ProposedTable:
        repeated = repeated_rows(self.connection, self.source)
        is_by_line = "order_id" in self.roles and "item_id" in self.roles
        is_zoned = "ordered_at" in self.roles and (
            carries_zone(self.roles["ordered_at"].look)
            or "AT TIME ZONE" in self.roles["ordered_at"].sql
        )
        columns = tuple(self._columns(total))
        return ProposedTable(
            name="purchases",
            source=self.path,
            columns=columns,
            rules=tuple(self._rules(total)),
            timezone=place.timezone,
            timezone_reason=(
                "The instants carry their zone; this one says where a day begins: "
                if is_zoned
                else "The zone of the dates, which carry none: "
            )
            + place.reason
            + ".",
            duplicates="drop" if is_by_line else "keep",
            duplicates_reason=duplicates_reason(repeated, is_by_line=is_by_line),
            remarks=tuple(self._remarks(total)),
            fill={
                name: key
                for name, key in self._filled(columns, tuple(self.statuses.rules)).items()
                if name not in total.split
            },
            split=total.split,
        )

    def _columns(self, total: LineTotal) -> list[ProposedColumn]:
        columns = [
            self._needed("customer_id"),
            self._order(),
            self._needed("ordered_at"),
            self._item(),
            ProposedColumn("quantity", total.quantity, total.quantity_reason),
        ]
        if total.amount:
            columns.append(ProposedColumn("amount", total.amount, total.amount_reason))
        else:
            asked = total.asked[:1].upper() + total.asked[1:] + "."
            columns.append(ProposedColumn("amount", "", asked, tuple(total.candidates)))
        if total.discount is not None:
            columns.append(discount_column(total.discount))
        columns += [self._labelled(role) for role in _PURCHASE_LABELS if role in self.roles]
        return columns

    def _needed(self, role: str) -> ProposedColumn:
        if role in self.roles:
            choice = self.roles[role]
            return ProposedColumn(role, choice.sql, choice.reason)
        candidates = self.candidates.get(role, [])
        return ProposedColumn(
            role, "", _WANTED[role], tuple((one.expression, one.reason) for one in candidates)
        )

    def _order(self) -> ProposedColumn:
        if "order_id" in self.roles:
            choice = self.roles["order_id"]
            return ProposedColumn("order_id", choice.sql, choice.reason)
        reason = "no column numbers the orders: what a customer buys on one day counts as one order"
        if "ordered_at" not in self.roles:
            return ProposedColumn("order_id", "", "No column numbers the orders.")
        instant = self.roles["ordered_at"].look.as_instant
        return ProposedColumn("order_id", f"CAST(CAST({instant} AS DATE) AS VARCHAR)", reason)

    def _item(self) -> ProposedColumn:
        if "item_id" not in self.roles:
            reason = "no column names the articles: all count as one"
            return ProposedColumn("item_id", "'all'", reason)
        choice = self.roles["item_id"]
        summed_up = 0 if self.summaries is None else self.summaries.rows
        name = self._look("name")
        return item_column(self.connection, self.source, choice, name, summed_up)

    def _rules(self, total: LineTotal) -> list[ProposedRule]:
        rules = [*self.statuses.rules, self.summaries, self.no_articles.rule, self.no_customer]
        if total.price is not None:
            is_signed = "abs(" in total.quantity
            is_service = self.no_articles.is_service
            rules.append(
                zero_prices(
                    self.connection, self.source, total.price, is_service, only_zero=is_signed
                )
            )
        return [rule for rule in rules if rule is not None]

    def _remarks(self, total: LineTotal) -> list[str]:
        remarks = [*self.files.remarks, *self.statuses.remarks, *total.remarks]
        remarks += of_other_files(
            self._look("customer_id"), self._look("order_id"), is_dated="ordered_at" in self.roles
        )
        missing = self.roles["customer_id"].look.missing if "customer_id" in self.roles else 0
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
        return [*remarks, *self.no_articles.remarks]

    def _items(self) -> ProposedTable | None:
        labels = [role for role in _ITEM_LABELS if role in self.roles]
        if "item_id" not in self.roles or not (labels or self.no_articles.services):
            return None
        columns = [self._item(), *(self._labelled(role) for role in labels)]
        columns += filter(None, [self.no_articles.column])
        return self._same_file("items", columns, "One row an article, from the same file")

    def _customers(self) -> ProposedTable | None:
        region = self._look("region")
        if region is None or not 2 <= region.distinct <= 1000 or "customer_id" not in self.roles:
            return None
        columns = [self._needed("customer_id"), self._labelled("region")]
        return self._same_file("customers", columns, "One row a customer, from the same file")

    def _labelled(self, role: str) -> ProposedColumn:
        return ProposedColumn(role, self.roles[role].sql, self.roles[role].reason)

    def _filled(
        self, columns: Iterable[ProposedColumn], rules: Iterable[ProposedRule] = ()
    ) -> dict[str, str]:
        """The columns to be filled in among those that some expressions name."""
        used = " ".join(column.expression for column in columns)
        used += " ".join(rule.condition for rule in rules)
        looks = {look.name: look for look in self.looks}
        keys = dict.fromkeys(self.above, ABOVE)
        keys |= {name: looks[key].sql for name, key in self.fill.items()}
        return {name: key for name, key in keys.items() if looks[name].sql in used}

    def _same_file(self, name: str, columns: list[ProposedColumn], remark: str) -> ProposedTable:
        return ProposedTable(
            name=name,
            source=self.path,
            columns=tuple(columns),
            fill=self._filled(columns),
            rules=without_a_key(self.connection, self.source, columns[0]),
            remarks=(f"{remark}: where rows differ, what is said most often is taken.",),
        )
