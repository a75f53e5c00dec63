"""Calendar months in UTC, counted from January 1970: the parts an event table is stored in."""

from __future__ import annotations

from datetime import UTC, datetime


def month_name(month: int) -> str:
    """A month as it is written.

    >>> month_name(0), month_name(674)
    ('1970-01', '2026-03')
    """
    return f"{1970 + month // 12}-{month % 12 + 1:02d}"


def month_number(name: str) -> int:
    """A written month, counted.

    >>> month_number("2026-03")
    674
    """
    return (int(name[:4]) - 1970) * 12 + int(name[5:]) - 1


def month_begin(month: int) -> int:
    """The UTC second at which a month begins.

    >>> month_begin(0), month_begin(1)
    (0, 2678400)
    """
    return int(datetime(1970 + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp())


def month_sql(seconds: str) -> str:
    """SQL for the month of a UTC second."""
    instant = f"make_timestamp({seconds} * 1000000)"
    return f"CAST((year({instant}) - 1970) * 12 + month({instant}) - 1 AS INTEGER)"
