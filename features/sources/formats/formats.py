"""How the texts of a column are to be read, what a person said about it, and what remains in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.sources.formats.instants import instant_sql
from features.sources.formats.numbers import number_sql, whole_sql

TEXT, WHOLE, NUMBER, INSTANT, ZONED_INSTANT = "text", "whole", "number", "instant", "zoned instant"
_TYPES = {
    TEXT: "VARCHAR",
    WHOLE: "BIGINT",
    NUMBER: "DOUBLE",
    INSTANT: "TIMESTAMP",
    ZONED_INSTANT: "TIMESTAMP WITH TIME ZONE",
}


@dataclass(frozen=True)
class ColumnFormat:
    """What the texts of one column mean: ``kind`` is text, whole, number, instant or zoned instant.

    ``date_format`` is a form of strptime, or one of the words ISO, Excel days, Unix seconds, Unix
    milliseconds, Unix microseconds and Unix nanoseconds. ``zone`` is that of values of a zoned instant
    which name none themselves; where it is empty too, they are read in the zone of the session.
    """

    kind: str
    decimal: str = "."
    thousands: str = ""
    date_format: str = ""
    note: str = ""
    zone: str = ""

    @property
    def type(self) -> str:
        """The DuckDB type of the values that are read."""
        return _TYPES[self.kind]

    def sql(self, column: str) -> str:
        """SQL that reads a text; NULL where it is empty or cannot be read, and never a fault."""
        if self.kind == WHOLE:
            return whole_sql(column)
        if self.kind == NUMBER:
            return number_sql(column, self.decimal, self.thousands)
        if self.kind in (INSTANT, ZONED_INSTANT):
            is_zoned = self.kind == ZONED_INSTANT
            return instant_sql(column, self.date_format, is_zoned=is_zoned, zone=self.zone)
        return f"nullif({column}, '')"


@dataclass(frozen=True)
class SaidFormats:
    """What a person wrote down: marks and a form of date for the source, and formats of single columns."""

    decimal: str = ""
    thousands: str = ""
    date_format: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Doubt:
    """A column of which two readings remain, the likelier first, as they would be written down."""

    column: str
    readings: tuple[str, ...]
    setting: str
    evidence: str
    sample: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What each reading makes of a few values; under the key "text" the values themselves."""


@dataclass(frozen=True)
class FormatDecision:
    """How each column is read, and the columns that a person has to decide."""

    formats: Mapping[str, ColumnFormat]
    doubts: tuple[Doubt, ...]
