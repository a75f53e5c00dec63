"""Day and time of day in two columns, as tills write them: one instant is made of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.proposal.columns.looking import READS, Look
from features.proposal.columns.names import PARTIAL, likeness
from features.proposal.columns.roles import ChosenColumn, carries_zone, says_utc
from features.sources.attachment import Source
from features.sources.connection import Connection

_CLOCKS = (
    "TRY_CAST({text} AS TIME)",
    "CAST(try_strptime({text}, ['%I:%M:%S %p', '%I:%M %p']) AS TIME)",
)
"""How times of day are written: by 24 hours, and by 12 with am or pm."""


def with_times_of_day(
    connection: Connection,
    source: Source,
    looks: Sequence[Look],
    roles: Mapping[str, ChosenColumn],
) -> dict[str, ChosenColumn]:
    """The roles with the time of day of another column added to a date that has none."""
    kept = dict(roles)
    ordered = roles.get("ordered_at")
    if ordered is None or carries_zone(ordered.look):
        return kept
    day = ordered.look.as_instant
    times = [
        look
        for look in looks
        if likeness(look.name, "time_of_day") > PARTIAL and look.type in ("VARCHAR", "TIME")
    ]
    if not times or _has_times(connection, source, day):
        return kept
    for look in times:
        clock = _clock(connection, source, look)
        if clock:
            instant = f"CAST({day} AS DATE) + coalesce({clock}, TIME '00:00')"
            if says_utc(ordered.look) or says_utc(look):
                instant = f"({instant}) AT TIME ZONE 'UTC'"
            reason = f"{ordered.reason}; with the time of day of {look.name}"
            kept["ordered_at"] = replace(ordered, expression=instant, reason=reason)
            break
    return kept


def _has_times(connection: Connection, source: Source, day: str) -> bool:
    """Whether any of the dates says more than the day."""
    found = connection.execute(f"""
        SELECT 1 FROM {source.relation} WHERE CAST({day} AS TIMESTAMP) <> CAST({day} AS DATE) LIMIT 1
    """).fetchall()
    return bool(found)


def _clock(connection: Connection, source: Source, look: Look) -> str:
    """SQL for the time of day that a column says; empty where it says something else."""
    if look.type == "TIME":
        return look.sql
    for form in _CLOCKS:
        clock = form.format(text=f"trim({look.sql})")
        read = connection.execute(f"SELECT count({clock}) FROM {source.relation}").fetchall()[0][0]
        if look.filled and read >= READS * look.filled:
            return clock
    return ""
