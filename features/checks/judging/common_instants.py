"""One instant that so many purchases share that it tells nothing, such as the day a history was moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from features.checks.breaches import Breach, Severity
from features.checks.judging.judged_table import OpenTable
from features.checks.judging.rules import as_written
from features.sources.connection import quoted
from features.vocabulary.tables import CUSTOMER_ID, PURCHASES

_OF_THE_PART = 0.1
"""A day with less of its month's rows than this is looked at no further."""
COMMON_SHARE = 0.05
"""An instant that bears more of the purchases than this is told."""
_COMMON_CUSTOMERS = 10
_TIMES_THE_OTHERS = 10
"""An instant stands out when it bears so many times what the others bear on average."""


@dataclass(frozen=True)
class CommonInstant:
    """The instant that most rows of a part share: how many rows, and how many customers."""

    seconds: int
    rows: int
    customers: int


def common_instant(opened: OpenTable, rows: str) -> tuple[int, CommonInstant | None]:
    """The days of a part with purchases, and the instant that most of its rows share, if they are many.

    Only where one day bears many of the part's rows its instants are looked at one by one.
    """
    if opened.table is not PURCHASES:
        return 0, None
    days = opened.connection.execute(
        f"SELECT local_day, count(*) AS n FROM {rows} GROUP BY local_day ORDER BY n DESC, local_day"
    ).fetchall()
    if not days or days[0][1] < _OF_THE_PART * sum(count for _, count in days):
        return len(days), None
    assert opened.event is not None
    seconds = quoted(opened.event.stored)
    found = opened.connection.execute(f"""
        SELECT {seconds}, count(*) AS n, count(DISTINCT {CUSTOMER_ID}) FROM {rows}
        AND local_day = {days[0][0]} GROUP BY ALL ORDER BY n DESC, 1 LIMIT 1
    """).fetchall()[0]
    return len(days), CommonInstant(*map(int, found))


def common_instant_notes(
    opened: OpenTable, found: Sequence[CommonInstant], days: int, kept: int
) -> Iterator[Breach]:
    """Say that so many purchases share one instant, such as the day a history was moved."""
    for one in found:
        others = (kept - one.rows) / max(days - 1, 1)
        if (
            one.rows <= COMMON_SHARE * kept
            or one.customers < _COMMON_CUSTOMERS
            or one.rows < _TIMES_THE_OTHERS * others
        ):
            continue
        assert opened.event is not None
        moment = datetime.fromtimestamp(one.seconds, ZoneInfo(opened.mapping.timezone))
        name = opened.event.column.name
        when = f"{opened.event.expression} = TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'"
        yield Breach(
            table=opened.table.name,
            rule=f"common_instant.{name}",
            what=f"purchases that all happened at one instant, {moment:%Y-%m-%d %H:%M:%S}",
            rows=one.rows,
            becomes="kept as they are",
            severity=Severity.NOTES,
            kept=one.rows,
            advice="If a history was moved that day, or nobody knows when these were bought, it is no "
            f"behaviour: leave them out by [tables.{opened.table.name}.set_aside] "
            f'"day of the move" = {as_written(when)}.',
            detail=f"{one.rows / kept:.0%} of the rows, {one.customers:,} customers",
        )
