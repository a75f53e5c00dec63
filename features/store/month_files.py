"""The judged tables sorted into Parquet that any engine reads: plain texts and numbers, no codes of ours.

A table of events is a folder with one file a month (UTC) of its event time, sorted by customer, time,
order and then by content: rows that fall on one instant are ordered by what they say, never by where
they stood in the source, so that shuffled sources give the same files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.checks.checking import CheckedTable
from features.checks.merges import MERGED_ID, MERGED_IDS, MERGED_PERSON
from features.sources.connection import Connection, literal, quoted
from features.vocabulary.months import month_name, month_number
from features.vocabulary.tables import (
    CUSTOMER_ID,
    EXPOSURES,
    ITEMS,
    OFFERS,
    PERSON_ID,
    PURCHASES,
    ColumnKind,
    RawTable,
)


@dataclass(frozen=True)
class DescribingColumn:
    """A column of a describing table that is written beside the events it is about."""

    name: str
    stored: str
    kind: ColumnKind


DESCRIBED: Mapping[str, tuple[RawTable, str, tuple[DescribingColumn, ...]]] = {
    PURCHASES.name: (
        ITEMS,
        "item_id",
        tuple(
            DescribingColumn(name, name, ColumnKind.TEXT)
            for name in ("category", "brand", "department")
        ),
    ),
    EXPOSURES.name: (
        OFFERS,
        "offer_id",
        (
            DescribingColumn("kind", "offer_kind", ColumnKind.TEXT),
            DescribingColumn("category", "offer_category", ColumnKind.TEXT),
            DescribingColumn("discount_milli", "offer_discount_milli", ColumnKind.NUMBER),
        ),
    ),
}
"""For a table of events: the table that describes more of it, the key both share, and the columns added."""


_CONSENTS = ("marketing_consent", "profiling_consent")
_PERSONS = f"SELECT {quoted(MERGED_PERSON)} FROM {MERGED_IDS}"


def reference_file(folder: Path, table: str) -> Path:
    """Where a describing table lies in a folder of tables."""
    return folder / f"{table}.parquet"


def month_file(folder: Path, table: str, month: int) -> Path:
    """Where one month of a table of events lies in a folder of tables."""
    return folder / table / f"{month_name(month)}.parquet"


def stored_rows(folder: Path, table: RawTable, months: Collection[int]) -> str:
    """SQL for all stored rows of a table."""
    files = (
        [reference_file(folder, table.name)]
        if table.event_time is None
        else [month_file(folder, table.name, month) for month in sorted(months)]
    )
    named = [literal(str(one)) for one in files if one.is_file()]
    return f"SELECT * FROM read_parquet([{', '.join(named)}], union_by_name = true)"


def describing_columns(
    table: str, references: Mapping[str, tuple[str, ...]]
) -> tuple[DescribingColumn, ...]:
    """The columns that mapped describing tables add to the rows of a table of events.

    ``references`` are the stored columns of each describing table that is mapped.
    """
    if table not in DESCRIBED:
        return ()
    describing_table, _, columns = DESCRIBED[table]
    return tuple(
        column for column in columns if column.name in references.get(describing_table.name, ())
    )


def write_reference(
    connection: Connection, table: CheckedTable, path: Path, without: Sequence[str] = ()
) -> str:
    """Write a describing table, one row a key, in the order of its keys; answers the query of all of its columns.

    Columns named in ``without`` are not written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    every = _merged(connection, table)
    left_out = ", ".join(quoted(one) for one in without)
    query = f"SELECT * EXCLUDE ({left_out}) FROM ({every})" if without else every
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    _write(connection, query, path)
    connection.execute("SET disabled_optimizers = ''")
    return every


def write_identities(connection: Connection, table: CheckedTable, path: Path) -> None:
    """Write whose each id of the identities is by now, one row an id, in the order of the ids."""
    path.parent.mkdir(parents=True, exist_ok=True)
    since = [one.stored for one in table.columns if one.stored not in (CUSTOMER_ID, PERSON_ID)]
    selected = "".join(f", min({quoted(name)}) AS {quoted(name)}" for name in since)
    query = f"""
        SELECT {CUSTOMER_ID}, coalesce({quoted(MERGED_PERSON)}, {CUSTOMER_ID}) AS {PERSON_ID},
               * EXCLUDE ({CUSTOMER_ID}, {quoted(MERGED_ID)}, {quoted(MERGED_PERSON)})
        FROM (SELECT {CUSTOMER_ID}{selected} FROM ({table.accepted_rows_sql()}) GROUP BY {CUSTOMER_ID})
        LEFT JOIN {MERGED_IDS} ON {quoted(MERGED_ID)} = {CUSTOMER_ID} ORDER BY {CUSTOMER_ID}
    """
    _write(connection, query, path)


def write_months(
    connection: Connection,
    table: CheckedTable,
    folder: Path,
    describing: tuple[DescribingColumn, ...],
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
        query = _sorted(table, table.accepted_rows_sql(month), describing, folder)
        _write(connection, query, month_file(folder, table.table.name, month))
    connection.execute("SET disabled_optimizers = ''")
    return written


def _write(connection: Connection, query: str, path: Path) -> None:
    connection.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _merged(connection: Connection, table: CheckedTable) -> str:
    """One row a key; each column takes the value said most often, and the smallest of equals.

    Of a person known by several ids a consent that any of them has withdrawn is withdrawn.
    """
    relation = f"merged_{table.table.name}"
    keys = [quoted(one.stored) for one in table.columns if one.column.name in table.table.key]
    key = ", ".join(keys)
    others = [one.stored for one in table.columns if one.column.name not in table.table.key]
    kept = f"({table.accepted_rows_sql()}) AS kept"
    joins, picked = [], []
    for position, name in enumerate(map(quoted, others)):
        if table.opened.merges_ids and name in map(quoted, _CONSENTS):
            kept_no = f"SELECT {key}, false AS {name} FROM {kept} WHERE NOT {name} AND {key} IN ({_PERSONS})"
            joins.append(
                f"LEFT JOIN (SELECT DISTINCT * FROM ({kept_no})) AS no_{position} USING ({key})"
            )
            picked.append(f"coalesce(no_{position}.{name}, said_{position}.{name}) AS {name}")
        else:
            picked.append(f"said_{position}.{name}")
        joins.append(f"""
            LEFT JOIN (SELECT {key}, first({name} ORDER BY times DESC, {name}) AS {name} FROM (
                SELECT {key}, {name}, count(*) AS times FROM {kept}
                WHERE {name} IS NOT NULL GROUP BY ALL) GROUP BY {key}) AS said_{position}
            USING ({key})""")
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


def _sorted(
    table: CheckedTable, kept: str, describing: tuple[DescribingColumn, ...], folder: Path
) -> str:
    """The rows of one month in their final order, with what describes them beside."""
    event = next(one.stored for one in table.columns if one.column.name == table.table.event_time)
    others = event_columns(table)
    selected = [f"kept.{CUSTOMER_ID}", f"kept.{quoted(event)} AS seconds", "kept.local_day"]
    selected += [f"kept.{quoted(name)}" for name in others]
    selected += [f"describing.{quoted(one.name)} AS {quoted(one.stored)}" for one in describing]
    join = ""
    if describing:
        describing_table, key, _ = DESCRIBED[table.table.name]
        file = literal(str(reference_file(folder, describing_table.name)))
        join = f"LEFT JOIN read_parquet({file}) AS describing ON describing.{key} = kept.{key}"
    first = ["order_id"] if table.table is PURCHASES else []
    ties = [f"kept.{quoted(name)} NULLS FIRST" for name in [*first, *others]]
    return f"""
        SELECT {", ".join(selected)} FROM ({kept}) AS kept {join}
        ORDER BY kept.{CUSTOMER_ID}, seconds, {", ".join(ties)}
    """


def reached_months(
    connection: Connection,
    table: str,
    old: Path,
    new: Path,
    describing: tuple[DescribingColumn, ...],
) -> set[int]:
    """The months of a table, as stored in ``old``, whose rows are described otherwise in ``new``."""
    months = sorted((old / table).glob("*.parquet"))
    if not describing or not months:
        return set()
    describing_table, key, _ = DESCRIBED[table]
    columns = ", ".join([key, *(quoted(one.name) for one in describing)])
    before, now = (
        f"SELECT {columns} FROM read_parquet({literal(str(reference_file(folder, describing_table.name)))})"
        for folder in (old, new)
    )
    connection.execute(f"""
        CREATE OR REPLACE TABLE changed_{describing_table.name} AS
        SELECT {key} FROM (({before}) EXCEPT ({now}))
        UNION SELECT {key} FROM (({now}) EXCEPT ({before}))
    """)
    if not connection.execute(f"SELECT 1 FROM changed_{describing_table.name} LIMIT 1").fetchall():
        return set()
    files = ", ".join(literal(str(one)) for one in months)
    found = connection.execute(f"""
        SELECT DISTINCT file_index FROM read_parquet([{files}])
        WHERE {key} IN (SELECT {key} FROM changed_{describing_table.name})
    """).fetchall()
    return {month_number(months[place].stem) for (place,) in found}
