"""A proposal worded as TOML: each line with the reason for it beside."""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from features.proposal.wording.readings import ProposedReading
from features.vocabulary.tables import CONTACT_DETAILS, CUSTOMERS

_WIDTH = 98


@dataclass(frozen=True)
class ProposedColumn:
    """One column of ours, the expression proposed for it and why."""

    column: str
    expression: str
    reason: str
    candidates: tuple[tuple[str, str], ...] = ()
    """Expressions for a column that is still to be written, with what speaks for each."""

    @property
    def is_open(self) -> bool:
        """Whether a person has to write the column down."""
        return not self.expression


@dataclass(frozen=True)
class ProposedRule:
    """A proposed rule that sets rows aside: the rows it concerns and examples of them."""

    name: str
    condition: str
    reason: str
    rows: int
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProposedJoin:
    """A further file whose rows stand beside those of a table, by which columns, and why."""

    name: str
    source: Path
    on: str
    key: str
    reason: str
    readings: tuple[ProposedReading, ...] = ()


@dataclass(frozen=True)
class ProposedTable:
    """The proposed mapping of one table."""

    name: str
    source: Path
    columns: tuple[ProposedColumn, ...]
    rules: tuple[ProposedRule, ...] = ()
    timezone: str = "UTC"
    timezone_reason: str = ""
    duplicates: str = "drop"
    duplicates_reason: str = ""
    remarks: tuple[str, ...] = ()
    readings: tuple[ProposedReading, ...] = ()
    fill: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, str] = field(default_factory=dict)
    joins: tuple[ProposedJoin, ...] = ()
    contact_details: Mapping[str, str] = field(default_factory=dict)
    """What people are called, which is for a person to say whether it is to be read."""

    @property
    def expressions(self) -> list[str]:
        """What the columns and rules are made of."""
        return [one.expression for one in self.columns] + [one.condition for one in self.rules]

    @property
    def open(self) -> tuple[ProposedColumn, ...]:
        """The columns that a person has to write down."""
        return tuple(column for column in self.columns if column.is_open)


@dataclass(frozen=True)
class Proposal:
    """A proposed ``regulars.toml``: its tables, currency and horizon, each with a reason."""

    tables: tuple[ProposedTable, ...]
    currency: str
    currency_reason: str
    horizon_days: int
    horizon_reason: str
    remarks: tuple[str, ...] = ()
    """What was seen that no line of the settings says, such as which models can be trained."""
    churn: Mapping[str, str] = field(default_factory=dict)
    """Further settings under [churn]: what the model is asked, where it is not who stays away."""
    without: tuple[str, ...] = ()
    """Items that no table of items describes and that are never to be recommended."""
    segment: tuple[str, str] = ("", "")
    """A segment for the few customers who carry the money: what is said of it, and SQL."""

    @property
    def columns(self) -> tuple[ProposedColumn, ...]:
        """The proposed columns of the first table, as a rule the purchases."""
        return self.tables[0].columns

    @property
    def open(self) -> tuple[str, ...]:
        """The columns that a person has to write down, each with its table."""
        columns = (
            f"tables.{one.name}.columns.{column.column}"
            for one in self.tables
            for column in one.open
        )
        readings = (
            f"{section}.{reading.setting}"
            for one in self.tables
            for section, said in _readings(one)
            for reading in said
            if reading.is_doubtful
        )
        return tuple(dict.fromkeys((*columns, *readings)))

    def toml(self, folder: Path | None = None) -> str:
        """The commented ``regulars.toml``; paths are written relative to ``folder`` where one is given."""
        lines = [
            *_comment("Proposed by `regulars init` from what your own files look like. Read the reasons, "
                      "correct what is wrong, then run `regulars check`."),
        ]  # fmt: skip
        if self.open:
            lines += ["#", *_comment(f"STILL TO BE WRITTEN by you: {', '.join(self.open)}. What each could be stands "
                                     "beside it; until then `regulars check` refuses these settings.")]  # fmt: skip
        for remark in self.remarks:
            lines += ["#", *_comment(remark)]
        lines += ["", 'workspace = ".workspace"', "", "[company]", *_comment(self.currency_reason)]
        lines += [f"currency = {_text(self.currency)}", ""]
        for table in self.tables:
            lines += [*_table(table, folder), ""]
        lines += self._segment(folder)
        lines += [
            "[churn]",
            *(f"{name} = {_text(said)}" for name, said in self.churn.items()),
            *_comment(self.horizon_reason + "."),
            f"horizon_days = {self.horizon_days}",
        ]
        if self.without:
            lines += ["", "[recommendations]"]
            lines += _comment("Postage, fees, vouchers and the like that are bought and that the table of items "
                              "does not have: never recommended.")  # fmt: skip
            lines.append(f"without = [{', '.join(map(_text, self.without))}]")
        return "\n".join(lines) + "\n"

    def _segment(self, folder: Path | None) -> Iterator[str]:
        """The proposed segment as a comment: only a person knows who the customers are."""
        remark, expression = self.segment
        if not expression:
            return
        yield from _comment(remark)
        table = next(one for one in self.tables if one.name == "purchases")
        if all(one.name != "customers" for one in self.tables):
            customer = next(one for one in table.columns if one.column == "customer_id")
            yield "# [tables.customers]"
            yield f"# source = {_text(_shown(table.source, folder))}"
            yield "# [tables.customers.columns]"
            yield f"# customer_id = {_text(customer.expression)}"
        else:
            yield from _comment("Under [tables.customers.columns]:")
        yield f"# segment = {_text(expression)}"
        yield ""


def _table(table: ProposedTable, folder: Path | None) -> Iterator[str]:
    yield f"[tables.{table.name}]"
    for remark in table.remarks:
        yield from _comment(remark)
    yield f"source = {_text(_shown(table.source, folder))}"
    for reading in table.readings:
        yield from _reading(reading)
    if table.timezone_reason:
        yield from _comment(table.timezone_reason)
        yield f"timezone = {_text(table.timezone)}"
    if table.duplicates_reason:
        yield from _comment(table.duplicates_reason)
        yield f"duplicates = {_text(table.duplicates)}"
    for one in table.joins:
        yield from _join(table, one, folder)
    yield ""
    yield f"[tables.{table.name}.columns]"
    for column in table.columns:
        if column.is_open:
            yield from _open(column)
            continue
        yield from _comment(column.reason)
        yield f"{_key(column.column)} = {_text(column.expression)}"
    if table.name == CUSTOMERS.name:
        yield from _contact_details(table.contact_details)
    yield from _of_orders(table)
    if table.rules:
        yield ""
        yield f"[tables.{table.name}.set_aside]"
    for rule in table.rules:
        yield from _comment(f"{rule.rows:,} lines: {rule.reason}.")
        yield from _comment("; ".join(rule.listed))
        yield f"{_key(rule.name)} = {_text(rule.condition)}"


def _contact_details(found: Mapping[str, str]) -> Iterator[str]:
    said = (
        "What they are called, if pages are to show it and find them by it; read by nothing else: "
    )
    if not found:
        yield from _comment(said + " and ".join(f'{name} = "…"' for name in CONTACT_DETAILS))
        return
    yield from _comment(said + "take away the mark.")
    for name, expression in found.items():
        yield f"# {name} = {_text(expression)}"


def _join(table: ProposedTable, join: ProposedJoin, folder: Path | None) -> Iterator[str]:
    yield ""
    yield f"[tables.{table.name}.join.{join.name}]"
    yield from _comment(f'{join.reason}. Its columns are called "{join.name}.column" below.')
    yield f"source = {_text(_shown(join.source, folder))}"
    yield f"on = {_text(join.on)}"
    if join.key:
        yield f"key = {_text(join.key)}"
    for reading in join.readings:
        yield from _reading(reading)


def _readings(table: ProposedTable) -> Iterator[tuple[str, tuple[ProposedReading, ...]]]:
    yield f"tables.{table.name}", table.readings
    for one in table.joins:
        yield f"tables.{table.name}.join.{one.name}", one.readings


def _reading(reading: ProposedReading) -> Iterator[str]:
    if not reading.is_doubtful:
        yield from _comment(reading.reason)
        yield f"{reading.setting} = {_said(reading.value)}"
        return
    yield from _comment(f"STILL TO BE WRITTEN: {reading.setting}. {reading.reason}")
    for value in (reading.value, *reading.others):
        yield f"# {reading.setting} = {_said(value)}"


def _said(value: str | int) -> str:
    return str(value) if isinstance(value, int) else _text(value)


def _open(column: ProposedColumn) -> Iterator[str]:
    yield from _comment(f"STILL TO BE WRITTEN: {column.column}. {column.reason}")
    for expression, reason in column.candidates:
        yield from _comment(f"perhaps, {reason}:")
        yield f"# {_key(column.column)} = {_text(expression)}"
    if not column.candidates:
        yield f'# {_key(column.column)} = "your_column"'


def _of_orders(table: ProposedTable) -> Iterator[str]:
    if table.fill:
        yield ""
        yield f"[tables.{table.name}.fill]"
        yield from _comment(
            "Stated on one line of an order and blank on the others: filled in from there."
        )
        yield from (f"{_key(column)} = {_text(key)}" for column, key in table.fill.items())
    if table.split:
        yield ""
        yield f"[tables.{table.name}.split]"
        yield from _comment(
            "One amount for the whole order: each of its lines gets its share, to the cent."
        )
        yield from (f"{_key(column)} = {_text(key)}" for column, key in table.split.items())


def _shown(source: Path, folder: Path | None) -> str:
    shown = source.as_posix()
    if folder is None:
        return shown
    relative = Path(os.path.relpath(source.absolute(), folder.absolute())).as_posix()
    return shown if relative.startswith("../..") and source.is_absolute() else relative


def _comment(text: str) -> list[str]:
    plain = " ".join(text.split())
    plain = plain[:1].upper() + plain[1:] if plain[:1].islower() else plain
    return [f"# {line}" for line in textwrap.wrap(plain, _WIDTH, break_on_hyphens=False)]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _text(text: str) -> str:
    """A TOML string: literal where that spares escapes."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
