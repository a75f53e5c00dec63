"""The judged tables sorted into Parquet that any engine reads: plain texts and numbers, no codes of ours.

A table of events is a folder with one file a month (UTC) of its event time, sorted by customer, time,
order and then by content: rows that fall on one instant are ordered by what they say, never by where
they stood in the source, so that shuffled sources give the same files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.checks.checking import CheckedTable
from features.sources.connection import Connection, literal, quoted
from features.vocabulary.months import month_name, month_number
from features.vocabulary.tables import CUSTOMER_ID, EXPOSURES, ITEMS, OFFERS, PURCHASES, Kind, Table


@dataclass(frozen=True)
class Told:
    """A column of a describing table that is written beside the events it is about."""

    name: str
    stored: str
    kind: Kind


TELLS: Mapping[str, tuple[Table, str, tuple[Told, ...]]] = {
    PURCHASES.name: (
        ITEMS,
        "item_id",
        tuple(Told(name, name, Kind.TEXT) for name in ("category", "brand", "department")),
    ),
    EXPOSURES.name: (
        OFFERS,
        "offer_id",
        (
            Told("kind", "offer_kind", Kind.TEXT),
            Told("category", "offer_category", Kind.TEXT),
            Told("discount_milli", "offer_discount_milli", Kind.NUMBER),
        ),
    ),
}
"""For a table of events: the table that tells more of it, the key both share, and what is told."""


def reference_file(folder: Path, table: str) -> Path:
    """Where a describing table lies in a folder of tables."""
    return folder / f"{table}.parquet"


def month_file(folder: Path, table: str, month: int) -> Path:
    """Where one month of a table of events lies in a folder of tables."""
    return folder / table / f"{month_name(month)}.parquet"


def told_columns(table: str, references: Mapping[str, tuple[str, ...]]) -> tuple[Told, ...]:
    """What the mapped describing tables tell of the rows of a table of events.

    ``references`` are the stored columns of each describing table that is mapped.
    """
    if table not in TELLS:
        return ()
    teller, _, told = TELLS[table]
    return tuple(one for one in told if one.name in references.get(teller.name, ()))


def write_reference(connection: Connection, table: CheckedTable, path: Path) -> None:
    """Write a describing table, one row a key, in the order of its keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    query = _merged(connection, table)
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    _write(connection, query, path)
    connection.execute("SET disabled_optimizers = ''")


def write_months(
    connection: Connection, table: CheckedTable, folder: Path, told: tuple[Told, ...]
) -> list[int]:
    """Write the months of a table that are made anew and have rows; answers which."""
    assert table.reading is not None
    (folder / table.table.name).mkdir(parents=True, exist_ok=True)
    # The order of the rows in the file is the order of the query, and whether a column may be empty is
    # not for this month's statistics to say: these would depend on what was read along with it.
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    months = table.record.months
    written = [month for month in table.reading.touched if month in months and months[month].rows]
    for month in written:
        query = _sorted(table, table.kept(month), told, folder)
        _write(connection, query, month_file(folder, table.table.name, month))
    connection.execute("SET disabled_optimizers = ''")
    return written


def _write(connection: Connection, query: str, path: Path) -> None:
    connection.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _merged(connection: Connection, table: CheckedTable) -> str:
    """One row a key; each column takes the value said most often, and the smallest of equals."""
    relation = f"merged_{table.table.name}"
    keys = [quoted(one.stored) for one in table.columns if one.column.name in table.table.key]
    key = ", ".join(keys)
    others = [one.stored for one in table.columns if one.column.name not in table.table.key]
    kept = f"({table.kept()}) AS kept"
    joins, picked = [], []
    for position, name in enumerate(map(quoted, others)):
        joins.append(f"""
            LEFT JOIN (SELECT {key}, first({name} ORDER BY times DESC, {name}) AS {name} FROM (
                SELECT {key}, {name}, count(*) AS times FROM {kept}
                WHERE {name} IS NOT NULL GROUP BY ALL) GROUP BY {key}) AS said_{position}
            USING ({key})""")
        picked.append(f"said_{position}.{name}")
    connection.execute(f"""
        CREATE OR REPLACE TABLE {relation} AS SELECT {", ".join(keys + picked)}
        FROM (SELECT DISTINCT {key} FROM {kept}) AS keys {" ".join(joins)} ORDER BY {key}
    """)
    return f"SELECT * FROM {relation} ORDER BY {key}"


def event_columns(table: CheckedTable) -> list[str]:
    """The stored columns of a table of events after the customer, the time and the day."""
    return [
        one.stored
        for one in table.columns
        if one.column.name not in (CUSTOMER_ID, table.table.event_time)
    ]


def _sorted(table: CheckedTable, kept: str, told: tuple[Told, ...], folder: Path) -> str:
    """The rows of one month in their final order, with what is told of them beside."""
    event = next(one.stored for one in table.columns if one.column.name == table.table.event_time)
    others = event_columns(table)
    selected = [f"kept.{CUSTOMER_ID}", f"kept.{quoted(event)} AS seconds", "kept.local_day"]
    selected += [f"kept.{quoted(name)}" for name in others]
    selected += [f"told.{quoted(one.name)} AS {quoted(one.stored)}" for one in told]
    join = ""
    if told:
        teller, key, _ = TELLS[table.table.name]
        file = literal(str(reference_file(folder, teller.name)))
        join = f"LEFT JOIN read_parquet({file}) AS told ON told.{key} = kept.{key}"
    first = ["order_id"] if table.table is PURCHASES else []
    ties = [f"kept.{quoted(name)} NULLS FIRST" for name in [*first, *others]]
    return f"""
        SELECT {", ".join(selected)} FROM ({kept}) AS kept {join}
        ORDER BY kept.{CUSTOMER_ID}, seconds, {", ".join(ties)}
    """


def reached_months(
    connection: Connection, table: str, old: Path, new: Path, told: tuple[Told, ...]
) -> set[int]:
    """The months of a table, as stored in ``old``, about whose rows another thing is told in ``new``."""
    months = sorted((old / table).glob("*.parquet"))
    if not told or not months:
        return set()
    teller, key, _ = TELLS[table]
    columns = ", ".join([key, *(quoted(one.name) for one in told)])
    before, now = (
        f"SELECT {columns} FROM read_parquet({literal(str(reference_file(folder, teller.name)))})"
        for folder in (old, new)
    )
    connection.execute(f"""
        CREATE OR REPLACE TABLE changed_{teller.name} AS
        SELECT {key} FROM (({before}) EXCEPT ({now}))
        UNION SELECT {key} FROM (({now}) EXCEPT ({before}))
    """)
    if not connection.execute(f"SELECT 1 FROM changed_{teller.name} LIMIT 1").fetchall():
        return set()
    files = ", ".join(literal(str(one)) for one in months)
    found = connection.execute(f"""
        SELECT DISTINCT file_index FROM read_parquet([{files}])
        WHERE {key} IN (SELECT {key} FROM changed_{teller.name})
    """).fetchall()
    return {month_number(months[place].stem) for (place,) in found}
