"""The rules a raw table is held to: what each looks for, what becomes of the rows, what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.checks.breaches import Breach, Severity, refusal
from features.checks.judging.conversions import LAST_LIKELY_SECONDS, MappedColumn
from features.sources.connection import quoted
from features.vocabulary.errors import DataRefused
from features.vocabulary.tables import CUSTOMER_ID, PURCHASES, ColumnKind, RawTable
from features.vocabulary.time import Cutoff

UNREADABLE_SHARE = 0.01
"""Above this share of unreadable values the mapping is taken to be wrong and the table is refused."""
UNLIKELY_SHARE = 0.5
"""Above this share of rows in the future the table is refused."""
MISSING_SHARE = 0.05
"""Above this share of rows without a needed value, a date among them, the table is refused."""
UNKNOWN_CUSTOMERS_SHARE = 1 / 3
"""Above this share of rows without a customer the table is refused: shops do sell to people unknown."""
FEW_ROWS = 5
"""So few rows without a needed value refuse no table, however small."""
_IDS = ("customer_id", "order_id", "item_id", "contract_id")
_IN_POWERS = "[0-9]([.,][0-9]+)?[eE][+][0-9]{2,}"
MOST_RULES = 62
"""Rules are bits of one whole number a row."""
MAY_LIE_AHEAD = ("contracts",)
"""Tables whose rows may be dated ahead, so that none of theirs lies in the future."""
MAY_BE_UNKNOWN = ("contacts",)
"""Tables of which most rows may be about people nobody knows, such as visits of a web site."""

_HOW_DATES_ARE_WRITTEN = (
    ' Where all are written in one way, say it: date_format = "%d%m%Y" under [tables.{table}], or for one column '
    "under [tables.{table}.formats]."
)


@dataclass(frozen=True)
class Rule:
    """One condition over a table's rows, in SQL over working and stored columns.

    Above ``tolerated`` of the rows, and above ``tolerated_rows``, a rule that sets rows aside refuses the
    whole table instead. Rows that the company's own rules set aside do not count for that.
    """

    name: str
    what: str
    condition: str
    severity: Severity
    becomes: str
    advice: str = ""
    tolerated: float = 1.0
    tolerated_rows: int = 0
    is_own: bool = False
    """Whether the company named the rule itself, in ``set_aside``."""
    tells_share: bool = False
    """Whether the share of the rows it finds is told with their number."""


def rules_of(
    table: RawTable,
    columns: Sequence[MappedColumn],
    set_aside: Mapping[str, str],
    as_of: Cutoff | None,
) -> list[Rule]:
    """All rules of a table; a row that breaks several is set aside by the first."""
    rules = [*_own(set_aside)]
    for column in columns:
        if column.column.may_be_empty:
            rules.append(_not_known_yet(column))
        elif column.column.required:
            rules.append(_missing(table, column))
    for column in columns:
        if column.column.kind is not ColumnKind.TEXT:
            rules.append(_unreadable(table, column))
        if column.may_be_open:
            rules.append(_open(column))
        if column.column.name in _IDS and column.source_type == "VARCHAR":
            rules.append(_shortened(table, column))
    rules.extend(map(_two_readings, filter(_may_read_in_two_ways, columns)))
    rules.extend(_instants(table, columns, as_of))
    if table is PURCHASES:
        rules.extend(_purchases(columns))
    return rules


def too_many_rules(table: RawTable, surplus: int) -> Breach:
    """What is said where a company names more rules than a row has bits for."""
    fault = DataRefused(
        expected=f"fewer rules in tables.{table.name}.set_aside",
        found=f"{surplus} too many",
        remedy="Join conditions with OR.",
    )
    return refusal(table.name, "set_aside", fault)


def _own(set_aside: Mapping[str, str]) -> Iterator[Rule]:
    for position, name in enumerate(set_aside):
        yield Rule(
            name=f"set_aside.{name}",
            what=name,
            condition=f"coalesce({quoted(f'own {position}')}, false)",
            severity=Severity.SETS_ASIDE,
            becomes="set aside",
            advice="This is a rule of your own, in `set_aside`.",
            is_own=True,
        )


def _missing(table: RawTable, column: MappedColumn) -> Rule:
    name = column.column.name
    is_customer = name == CUSTOMER_ID
    who = "a customer" if is_customer else name
    rule = as_written(_is_empty(column))
    own_name = "no customer" if is_customer else f"no {name}"
    own_rule = f'[tables.{table.name}.set_aside] "{own_name}" = {rule}'
    advice = (
        f"Nobody can be scored for them. Fill the customer in, or leave them out by {own_rule}."
        if is_customer
        else f"See whether {name} = {column.expression} is right in every file and fill it in, "
        f"or leave these rows out by {own_rule}."
    )
    if table is PURCHASES and name in ("order_id", table.event_time):
        advice += (
            " Where cells were merged, so that a blank one means the order above it: "
            f'[tables.purchases.fill] {as_key(column.expression)} = "the row above", and so for each column '
            "that is blank there."
        )
    tolerated = UNKNOWN_CUSTOMERS_SHARE if is_customer else MISSING_SHARE
    return Rule(
        name=f"missing.{name}",
        what=f"rows without {who}",
        condition=column.is_missing,
        severity=Severity.SETS_ASIDE,
        becomes="set aside",
        advice=advice,
        tolerated=1.0 if is_customer and table.name in MAY_BE_UNKNOWN else tolerated,
        tolerated_rows=FEW_ROWS,
    )


def _not_known_yet(column: MappedColumn) -> Rule:
    name = column.column.name
    return Rule(
        name=f"open.{name}",
        what=f"rows without {name}: nobody knows it yet",
        condition=column.is_missing,
        severity=Severity.NOTES,
        becomes="kept, to be judged",
        advice="Nothing is learned from them, and whom they name is scored. "
        f"If it is known, see whether {name} = {column.expression} is right.",
    )


def as_written(sql: str) -> str:
    """SQL as a text of ``regulars.toml``, whatever quotation marks are in it.

    >>> as_written("day = '2023-06-01'")
    "'''day = '2023-06-01' '''"
    """
    return f"'''{sql} '''"


def as_key(expression: str) -> str:
    """A column as a key of ``regulars.toml``.

    >>> as_key("Order"), as_key('"Order No"')
    ('"Order"', '"Order No"')
    """
    return expression if expression.startswith('"') else f'"{expression}"'


def _is_empty(column: MappedColumn) -> str:
    """The condition a person writes for rows where a column says nothing, whatever its type."""
    return f"coalesce(length(trim(CAST({column.expression} AS VARCHAR))), 0) = 0"


def _unreadable(table: RawTable, column: MappedColumn) -> Rule:
    name, kind = column.column.name, column.column.kind
    wanted = {
        ColumnKind.INSTANT: "a date",
        ColumnKind.MONEY: "an amount",
        ColumnKind.NUMBER: "a number",
        ColumnKind.FLAG: "yes or no",
    }[kind]
    required = column.column.required
    unless_open = f" AND {quoted(column.open)} IS NOT TRUE" if column.may_be_open else ""
    return Rule(
        name=f"unreadable.{name}",
        what=f"{name} is not {wanted}",
        condition=f"(NOT {column.is_missing} AND {quoted(column.stored)} IS NULL{unless_open})",
        severity=Severity.SETS_ASIDE if required else Severity.NOTES,
        becomes="set aside" if required else f"kept, without {name}",
        advice=f"Correct the values, or the expression {column.expression} for {name}."
        + (_HOW_DATES_ARE_WRITTEN.format(table=table.name) if kind is ColumnKind.INSTANT else ""),
        tolerated=UNREADABLE_SHARE,
    )


def _may_read_in_two_ways(column: MappedColumn) -> bool:
    """Whether a number is a text of a source that tells its own types, where nothing says what its marks mean."""
    is_number = column.column.kind in (ColumnKind.MONEY, ColumnKind.NUMBER)
    is_bare = column.format is None and column.expression.startswith('"')
    return is_number and is_bare and column.source_type == "VARCHAR"


def _two_readings(column: MappedColumn) -> Rule:
    name, expression = column.column.name, column.expression
    half = as_written(f"CAST({expression} AS DECIMAL(18, 3))")
    thousands = as_written(f"CAST(replace({expression}, '.', '') AS DECIMAL(18, 2))")
    return Rule(
        name=f"two_readings.{name}",
        what=f"{name} is a text such as 1.500, which can be read in two ways",
        condition=f"regexp_full_match(trim({quoted(column.raw)}), '[-+]?[1-9][0-9]{{0,2}}[.][0-9]{{3}}')",
        severity=Severity.NOTES,
        becomes="read with a point before decimals",
        advice=f"Write {name} = {half} where it is one and a half, or {name} = {thousands} where it is "
        "one thousand five hundred.",
        tolerated=UNREADABLE_SHARE,
    )


def _shortened(table: RawTable, column: MappedColumn) -> Rule:
    name, number = column.column.name, quoted(column.stored)
    return Rule(
        name=f"shortened.{name}",
        what=f"{name} such as 1.23457E+12, of which a spreadsheet has cut the last digits off",
        # Hardly a number has a plus, and telling that costs next to nothing.
        condition=f"CASE WHEN contains({number}, '+') THEN regexp_full_match({number}, '{_IN_POWERS}') END",
        severity=Severity.SETS_ASIDE,
        becomes="set aside",
        advice=f"Several numbers have become one: export {name} again as a text, or leave these rows out by a "
        f"rule of your own in [tables.{table.name}.set_aside].",
        tolerated=UNREADABLE_SHARE,
    )


def _open(column: MappedColumn) -> Rule:
    name = column.column.name
    return Rule(
        name=f"open.{name}",
        what=f"{name} before 1900-01-02 or after 2099, such as 9999-12-31",
        condition=quoted(column.open),
        severity=Severity.NOTES,
        becomes=f"kept, without {name}",
        advice="A date that no calendar reaches stands for none: an open end, or nobody knows.",
    )


def _instants(
    table: RawTable, columns: Sequence[MappedColumn], as_of: Cutoff | None
) -> Iterator[Rule]:
    by_name = {column.column.name: column for column in columns}
    event = by_name.get(table.event_time or "")
    if event is None:
        return
    seconds = quoted(event.stored)
    yield Rule(
        name=f"implausible.{event.column.name}",
        what=f"{event.column.name} before 1970 or after 2099",
        condition=f"({seconds} < 0 OR {seconds} >= {LAST_LIKELY_SECONDS})",
        severity=Severity.SETS_ASIDE,
        becomes="set aside",
        advice="Correct the dates. A filler such as 1900-01-01 stands for a date nobody knows: leave such "
        f"rows out by a rule of your own in [tables.{table.name}.set_aside].",
        tolerated=MISSING_SHARE,
        tolerated_rows=FEW_ROWS,
    )
    if table.name not in MAY_LIE_AHEAD:
        ahead = (
            f"({seconds} >= {as_of.seconds} AND {seconds} < {LAST_LIKELY_SECONDS})" if as_of else ""
        )
        # The rule is there without a day as well, so that a rule's place never moves.
        yield Rule(
            name=f"future.{event.column.name}",
            what=f"{event.column.name} in the future (at or after {as_of} UTC)",
            condition=ahead or "false",
            severity=Severity.SETS_ASIDE,
            becomes="set aside",
            advice="Correct the dates or the time zone; day and month may have changed places.",
            tolerated=UNLIKELY_SHARE,
        )
    known = by_name.get("known_at")
    if known is not None and table.name not in MAY_LIE_AHEAD:
        yield Rule(
            name="early.known_at",
            what=f"known_at before {event.column.name}",
            condition=f"({quoted(known.stored)} < {seconds})",
            severity=Severity.NOTES,
            becomes="kept, as known when it happened",
        )


def _purchases(columns: Sequence[MappedColumn]) -> Iterator[Rule]:
    quantity, amount = "quantity_milli", "amount_cents"
    yield Rule(
        name="returns",
        what="quantity below zero",
        condition=f"({quantity} < 0)",
        severity=Severity.NOTES,
        becomes="kept as returns",
    )
    yield Rule(
        name="no_pieces",
        what="quantity of zero",
        condition=f"({quantity} = 0)",
        severity=Severity.NOTES,
        becomes="kept as lines of no pieces",
    )
    yield Rule(
        name="amount_not_above_zero",
        what="amount of zero or below, though quantity is above zero",
        condition=f"({quantity} > 0 AND {amount} <= 0)",
        severity=Severity.NOTES,
        becomes="kept as they are",
        advice="If these are no sales, set them aside by a rule of your own.",
    )
    yield Rule(
        name="return_adds_money",
        what="amount above zero, though quantity is below zero",
        condition=f"({quantity} < 0 AND {amount} > 0)",
        severity=Severity.NOTES,
        becomes="kept as they are",
        advice="A return takes money off: if your amounts carry no sign, write sign(quantity) * amount.",
    )
    if any(column.column.name == "discount" for column in columns):
        yield Rule(
            name="discount_below_zero",
            what="discount below zero",
            condition="(discount_cents < 0 AND amount_cents > 0)",
            severity=Severity.NOTES,
            becomes="kept as they are",
            advice="A discount is a positive amount: write -discount or abs(discount).",
        )
