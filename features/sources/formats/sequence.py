"""The order of a file's rows, and of its running numbers, as evidence between two orders of day and month."""

from __future__ import annotations

from collections.abc import Sequence

from features.sources.connection import Connection, quoted
from features.sources.formats.instants import DateOrder, local_sql

_MOST_ROWS = 1_000_000
_MOST_NUMBERS = 3

Steps = dict[str, tuple[int, int]]


def steps_of(
    connection: Connection,
    relation: str,
    column: str,
    orders: Sequence[DateOrder],
    numbers: Sequence[str],
) -> tuple[Steps, Steps]:
    """How often the day is later and earlier than the one before, and the first and last day, by order.

    Only days that differ are compared: within a day the clock says the same in every order. The rows
    are taken as they stand and, once more, sorted by each of some columns with running numbers.
    """
    steps: Steps = {}
    edges: Steps = {}
    days = _days(column, orders)
    kept = " AND ".join(f"d{at} IS NOT NULL" for at in range(len(orders)))
    source = f"(SELECT {days} FROM {relation} LIMIT {_MOST_ROWS})"
    rows = _compared(
        connection, f"(SELECT * FROM {source} WHERE {kept})", "row_number() OVER ()", len(orders)
    )
    for order, (later, earlier, first, last) in zip(orders, rows, strict=True):
        steps[f"{order.key}\tfile"] = later, earlier
        if first is not None and last is not None:
            edges[order.key] = first, last
    for name in numbers[:_MOST_NUMBERS]:
        digits = f"TRY_CAST(regexp_replace({quoted(name)}, '[^0-9]', '', 'g') AS BIGINT)"
        source = f"(SELECT DISTINCT {days}, {digits} AS number FROM {relation} LIMIT {_MOST_ROWS})"
        source = f"(SELECT * FROM {source} WHERE {kept} AND number IS NOT NULL)"
        rows = _compared(connection, source, "row_number() OVER (ORDER BY number)", len(orders))
        for order, (later, earlier, _, _) in zip(orders, rows, strict=True):
            steps[f"{order.key}\t{name}"] = later, earlier
    return steps, edges


def _days(column: str, orders: Sequence[DateOrder]) -> str:
    forms = [one.mark.join(f"%{part}" for part in one.order).replace("%y", "%Y") for one in orders]
    # The zone does not matter for which of two months it is.
    bare = f"regexp_extract({quoted(column)}, '\\d+\\D+\\d+\\D+\\d+')"
    return ", ".join(
        f"CAST({local_sql(bare, form)} AS DATE) - DATE '1970-01-01' AS d{at}"
        for at, form in enumerate(forms)
    )


def _compared(
    connection: Connection, source: str, place: str, orders: int
) -> list[tuple[int, int, int | None, int | None]]:
    before = ", ".join(f"lag(d{at}) OVER (ORDER BY place) AS b{at}" for at in range(orders))
    counts = ", ".join(
        f"count(*) FILTER (WHERE d{at} > b{at}), count(*) FILTER (WHERE d{at} < b{at}), "
        f"arg_min(d{at}, place), arg_max(d{at}, place)"
        for at in range(orders)
    )
    (row,) = connection.execute(
        f"SELECT {counts} FROM (SELECT *, {before} FROM (SELECT *, {place} AS place FROM {source}))"
    ).fetchall()
    return [tuple(row[4 * at : 4 * at + 4]) for at in range(orders)]
