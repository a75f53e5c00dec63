"""How a mapped SQL expression becomes a column of a raw table: its type, its unit and its missing value.

Instants become whole UTC seconds. An instant without a zone is read as local time of the mapping's
time zone: an hour that a clock skips in spring is moved on by the length of the skip, an hour that it
shows twice in autumn is taken as the second one. Money becomes cents and other numbers become
thousandths, both rounded half away from zero, after a first rounding to the sixth decimal that takes
off what binary floating point added: 3 x 0.165 is 0.495 and becomes 50 cents, a return of it -50.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from features.checks.stored_values import (
    FLOATS,
    INTEGERS,
    NUMBERS,
    UNSIGNED,
    converted_sql,
    known_word_sql,
    text_sql,
)
from features.sources.attachment import Source
from features.sources.connection import (
    Connection,
    DatabaseFault,
    described,
    quoted,
    sentence,
)
from features.sources.files import text_of
from features.sources.formats import ColumnFormat
from features.vocabulary.errors import DataRefused, did_you_mean, nearest
from features.vocabulary.identifiers import id_of_tidy_sql, tidied_sql
from features.vocabulary.tables import (
    IDENTITIES,
    IDS_OF_PEOPLE,
    Column,
    ColumnKind,
    RawTable,
    stored_name,
)
from features.vocabulary.time import Cutoff
from features.vocabulary.words import KNOWN_WORDS, Words

LAST_LIKELY_SECONDS = Cutoff.parse("2100-01-01").seconds
# The first of January 1900 is a filler in every time zone.
_FIRST_SAID = -2_208_902_400
_INSTANTS = ("TIMESTAMP", "DATE")
_NESTED = ("STRUCT", "MAP", "UNION", "BLOB", "LIST")
_ACCEPTED = {
    ColumnKind.INSTANT: (*_INSTANTS, "VARCHAR"),
    ColumnKind.MONEY: (*NUMBERS, *UNSIGNED, *FLOATS, "VARCHAR"),
    ColumnKind.NUMBER: (*NUMBERS, *UNSIGNED, *FLOATS, "VARCHAR"),
    ColumnKind.FLAG: ("BOOLEAN", *NUMBERS, *UNSIGNED, "VARCHAR"),
}
_WANTED = {
    ColumnKind.INSTANT: (
        "a date or an instant",
        "Write CAST(column AS TIMESTAMP), strptime(column, '%d.%m.%Y') or to_timestamp(seconds).",
    ),
    ColumnKind.MONEY: (
        "an amount of money",
        "Map a column of numbers; write Quantity * Price where only a price is there.",
    ),
    ColumnKind.NUMBER: ("a number", "Map a column of numbers."),
    ColumnKind.FLAG: ("yes or no", "Write a condition, such as status = 'active'."),
    ColumnKind.TEXT: ("a text or a number", "Map a column that holds one value a row."),
}


@dataclass(frozen=True)
class MappedColumn:
    """One column of ours, bound to an expression of the source."""

    column: Column
    expression: str
    source_type: str
    words: Words | None = None
    """What is written for the few words that the column knows."""
    ignores_case: bool = False
    """Whether customers are the same whose numbers differ in capitals alone."""
    may_be_open: bool = False
    """Whether a date no calendar reaches says that there is none: 9999-12-31 is no end."""
    format: ColumnFormat | None = None
    """How the text is read, where the expression is a text column by itself."""
    text: str = ""
    """SQL for that text."""

    @property
    def selected(self) -> str:
        """SQL for what is taken out of the source: the text where the value is read from one."""
        return self.text or self.expression

    @property
    def raw(self) -> str:
        """The working name of the expression's own value."""
        return f"raw {self.column.name}"

    @property
    def tidied(self) -> str:
        """SQL for the working value that is converted: of an id that is a text the tidy text, else the value itself.

        A step of its own, for the conversion names it several times and the database would work it out each time.
        """
        raw = quoted(self.raw)
        return tidied_sql(f"CAST({raw} AS VARCHAR)") if self._is_text_id else raw

    @property
    def _is_text_id(self) -> bool:
        is_number = self.source_type.startswith((*FLOATS, *INTEGERS, *UNSIGNED, "DECIMAL"))
        is_id = self.column.kind is ColumnKind.TEXT and self.column.name.endswith("_id")
        return is_id and not is_number

    @property
    def stored(self) -> str:
        """The name of the converted column, with its unit."""
        return stored_name(self.column)

    @property
    def converted(self) -> str:
        """SQL from the tidied working value to the stored one; NULL where it is missing or unreadable."""
        raw, found = quoted(self.raw), self.source_type
        if self.is_read_by_format:
            assert self.format is not None
            return converted_sql(f"({self.format.sql(raw)})", self.column.kind, self.format.type)
        if self.column.kind is not ColumnKind.TEXT:
            return converted_sql(raw, self.column.kind, found)
        if self._is_text_id:
            ignores_case = self.ignores_case and self.column.name in IDS_OF_PEOPLE
            return id_of_tidy_sql(raw, ignore_case=ignores_case)
        text = text_sql(raw, found)
        if self.words is None:
            return text
        # Words are understood with all that stands around them.
        written = raw if found == "VARCHAR" else text
        return f"coalesce({known_word_sql(written, self.words, self.expression)}, {text})"

    @property
    def is_read_by_format(self) -> bool:
        """Whether the value is what a decided form reads out of a text."""
        is_plain = self.column.kind in (ColumnKind.TEXT, ColumnKind.FLAG)
        return self.format is not None and self.format.kind != "text" and not is_plain

    @property
    def open(self) -> str:
        """The working name of what says that a date stands for none."""
        return f"open {self.column.name}"

    @property
    def is_open(self) -> str:
        """SQL that is true where a date stands for none, over the converted value; NULL without one."""
        stored, raw = quoted(self.stored), quoted(self.raw)
        beyond = f"({stored} < {_FIRST_SAID} OR {stored} >= {LAST_LIKELY_SECONDS})"
        if self.source_type == "VARCHAR":
            return f"coalesce({beyond}, lower({tidied_sql(raw)}) IN ('infinity', '-infinity'))"
        return f"coalesce({beyond}, NOT isfinite({raw}))"

    @property
    def is_missing(self) -> str:
        """SQL that is true where the source says nothing."""
        raw = quoted(self.raw)
        if self.column.kind is ColumnKind.TEXT:
            # The conversion leaves nothing of an empty text, and fails on none.
            return f"({quoted(self.stored)} IS NULL)"
        if self.source_type == "VARCHAR":
            return f"({tidied_sql(raw)} IS NULL)"
        if self.source_type in FLOATS:
            return f"({raw} IS NULL OR isnan({raw}))"
        return f"({raw} IS NULL)"

    @property
    def local_day(self) -> str:
        """SQL for the day number since 1970 that the calendar of the time zone shows."""
        raw = quoted(self.raw)
        if self.is_read_by_format:
            assert self.format is not None
            raw = f"({self.format.sql(raw)})"
        elif self.source_type == "VARCHAR":
            raw = f"TRY_CAST({raw} AS TIMESTAMPTZ)"
        day = f"TRY_CAST({raw} AS DATE)"
        # Infinite instants have no day.
        return f"CASE WHEN isfinite({day}) THEN TRY_CAST({day} - DATE '1970-01-01' AS INTEGER) END"


def bind_column(
    connection: Connection,
    source: Source,
    table: RawTable,
    name: str,
    expression: str,
    *,
    ignores_case: bool = False,
) -> MappedColumn:
    """Bind one mapped expression; ``DataRefused`` when it names an absent column or has a wrong type."""
    where = f"tables.{table.name}.columns.{name}"
    alone = source.named(expression.strip())
    form = source.format_of(alone) if alone else None
    expression = as_sql(source, expression)
    found = bind_expression(connection, source, expression, where)
    column = _declared(table, name, found)
    if not _accepts(column.kind, found):
        wanted, remedy = _WANTED[column.kind]
        raise DataRefused(
            expected=f"{wanted} for {where}",
            found=f"{expression} of the type {found}",
            remedy=remedy,
        )
    words = KNOWN_WORDS.get((table.name, name))
    # A merge from 9999 on is one that never holds, which is not to be taken for one that always did.
    is_kept = name == table.event_time or table is IDENTITIES
    may_be_open = column.kind is ColumnKind.INSTANT and not is_kept
    if alone and form is not None:
        # What the text says is kept at hand: a text that cannot be read is not one that is missing.
        text = quoted(text_of(alone))
        return MappedColumn(
            column, expression, "VARCHAR", words, ignores_case, may_be_open, form, text
        )
    return MappedColumn(column, expression, found, words, ignores_case, may_be_open)


def as_sql(source: Source, expression: str) -> str:
    """An expression as SQL: the bare name of a column may have spaces or be a word of SQL."""
    name = source.named(expression.strip())
    return quoted(name) if name is not None else expression


def bind_condition(connection: Connection, source: Source, condition: str, where: str) -> None:
    """Make sure that a condition compiles and is true or false."""
    found = bind_expression(connection, source, condition, where)
    if found != "BOOLEAN":
        raise DataRefused(
            expected=f"a condition for {where}",
            found=f"{condition} of the type {found}",
            remedy="Write a comparison, such as Quantity > 0.",
        )


def compiles(connection: Connection, source: Source, expression: str) -> bool:
    """Whether an expression makes sense over a source's columns as they are read."""
    try:
        described(connection, f"SELECT ({expression}\n) AS value FROM {source.shape}")
    except DatabaseFault:
        return False
    return True


def bind_expression(connection: Connection, source: Source, expression: str, where: str) -> str:
    """The DuckDB type of an expression over a source; ``DataRefused`` when it does not compile."""
    # The condition refuses what only makes sense over many rows, such as sum(Price).
    query = f"SELECT ({expression}\n) AS value FROM {source.shape} WHERE ({expression}\n) IS NULL"
    try:
        return described(connection, query)["value"]
    except (DatabaseFault, KeyError) as fault:
        absent = re.search(r'Referenced column "(.*?)" not found', str(fault))
        if absent is None:
            raise DataRefused(
                expected=f"a SQL expression for {where} over the columns of {source.shown}",
                found=f"{expression} ({sentence(fault)})",
                remedy="Correct the expression. Names with spaces, and words of SQL such as order, "
                "need double quotes around them.",
            ) from None
        raise DataRefused(
            expected=f"{where} to name columns of {source.shown}",
            found=f'no column "{absent[1]}"',
            remedy=_nearest_column(absent[1], source.columns),
        ) from None


def _nearest_column(name: str, columns: Mapping[str, str]) -> str:
    if nearest(name, columns) is None:
        return "Its columns: " + ", ".join(columns) + "."
    return did_you_mean(name, list(columns))


def _declared(table: RawTable, name: str, found: str) -> Column:
    """The declared column, or a further attribute with the kind its type suggests."""
    if name in table.column_names:
        return table.column(name)
    for kind in (ColumnKind.FLAG, ColumnKind.INSTANT, ColumnKind.NUMBER):
        if found != "VARCHAR" and _accepts(kind, found):
            if kind is ColumnKind.FLAG and found != "BOOLEAN":
                continue
            return Column(name, kind, "a declared attribute")
    return Column(name, ColumnKind.TEXT, "a declared attribute")


def _accepts(kind: ColumnKind, found: str) -> bool:
    if kind is ColumnKind.TEXT:
        return not found.startswith(_NESTED) and not found.endswith("]")
    return found.startswith(_ACCEPTED[kind]) and not found.endswith("]")
