"""Days that programs write where they know none: found, told, and no date of an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from features.checks.breaches import Severity
from features.checks.judging.conversions import MappedColumn
from features.checks.judging.rules import FEW_ROWS, MISSING_SHARE, Rule, as_written
from features.sources.connection import quoted
from features.vocabulary.tables import ColumnKind, RawTable

FILLER_DAYS = ("0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1970-01-01", "9999-12-31")
_DAY, _CLOCKS = 86_400, 14 * 3_600


def is_filler_sql(seconds: str) -> str:
    """SQL that is true for an instant on one of these days, by whatever clock of the world."""
    begins = [
        int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()) for day in FILLER_DAYS
    ]
    around = " OR ".join(
        f"{seconds} BETWEEN {begin - _CLOCKS} AND {begin + _DAY + _CLOCKS}" for begin in begins
    )
    return f"({around})"


def filler_rules(table: RawTable, columns: Sequence[MappedColumn]) -> Iterator[Rule]:
    """A rule for each column of dates: rows without a real date of their event have lost their place.

    An end that never comes is no date by then: it says that there is none yet.
    """
    for column in columns:
        name = column.column.name
        if column.column.kind is not ColumnKind.INSTANT:
            continue
        is_event = name == table.event_time
        yield Rule(
            name=f"filler.{name}",
            what=f"{name} on a day that stands for none: {', '.join(FILLER_DAYS)}",
            condition=is_filler_sql(quoted(column.stored)),
            severity=Severity.SETS_ASIDE if is_event else Severity.NOTES,
            becomes="set aside" if is_event else "kept as they are",
            advice=f"Nobody knows these dates: {_remedy(table, column, is_event=is_event)}",
            tolerated=MISSING_SHARE if is_event else 1.0,
            tolerated_rows=FEW_ROWS,
            tells_share=True,
        )


def _remedy(table: RawTable, column: MappedColumn, *, is_event: bool) -> str:
    if is_event:
        return f"leave the rows out by a rule of your own in [tables.{table.name}.set_aside]."
    name, value = column.column.name, column.expression
    known = as_written(
        f"CASE WHEN year(CAST({value} AS TIMESTAMP)) BETWEEN 1901 AND 2099 THEN {value} END"
    )
    return f"write {name} = {known} where they are no dates."
