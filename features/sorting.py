"""The judged tables, coded and sorted into Parquet: by customer, time, order and then by content.

Rows that fall on one instant are ordered by what they say, never by where they stood in the source,
so that shuffled sources give the same store.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from features.contracts import CheckedTable
from features.conversions import MappedColumn
from features.progress import Progress
from features.sources import Connection, literal, quoted
from features.tables import CUSTOMER_ID, PURCHASES, Kind

CODE = "_code"
ITEM_GROUPS = ("category", "brand", "department")
_CODED_ELSEWHERE = (CUSTOMER_ID, "order_id", "contract_id")


def sort_tables(
    connection: Connection, tables: Sequence[CheckedTable], folder: Path, progress: Progress
) -> None:
    """Write every table to ``folder/<table>.parquet`` and leave the dictionaries in the database.

    Event tables get ``customer_key``, ``local_day``, the code of every text column and, for purchases,
    the code of the order; the relation ``customer_ids`` numbers the customers by their bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Codes are rowids of sorted tables, and the order of insertion is the order of the rows.
    connection.execute("SET preserve_insertion_order = true")
    _number_customers(connection, tables)
    # Reference tables first: purchases take the groups of their items from them.
    ordered = sorted(tables, key=lambda one: one.table.event_time is not None)
    groups = _item_groups(tables)
    for done, table in enumerate(ordered):
        progress(f"sort {table.table.name}", done, len(ordered))
        if table.is_merged:
            _write(connection, _merged(connection, table), folder / f"{table.table.name}.parquet")
        else:
            query = _sorted(connection, table, groups if table.table is PURCHASES else ())
            _write(connection, query, folder / f"{table.table.name}.parquet")
    progress("sort", len(ordered), len(ordered))


def coded_columns(table: CheckedTable) -> list[MappedColumn]:
    """The text columns of an event table that the pack holds as codes."""
    return [
        one
        for one in table.columns
        if one.column.kind is Kind.TEXT and one.column.name not in _CODED_ELSEWHERE
    ]


def dictionary(table: CheckedTable, column: str) -> str:
    """The relation whose rowids are the codes of one text column."""
    return f"dictionary_{table.table.name}_{column}"


def _item_groups(tables: Sequence[CheckedTable]) -> tuple[str, ...]:
    for one in tables:
        if one.table.name == "items":
            return tuple(name for name in ITEM_GROUPS if name in one.stored_names)
    return ()


def _number_customers(connection: Connection, tables: Sequence[CheckedTable]) -> None:
    ids = [
        f"SELECT {CUSTOMER_ID} FROM {one.kept}" for one in tables if CUSTOMER_ID in one.stored_names
    ]
    connection.execute(f"""
        CREATE TABLE customer_ids AS
        SELECT DISTINCT {CUSTOMER_ID} FROM ({" UNION ALL ".join(ids)}) ORDER BY {CUSTOMER_ID}
    """)


def _write(connection: Connection, query: str, path: Path) -> None:
    connection.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")


def _make_dictionary(connection: Connection, name: str, source: str, column: str) -> None:
    connection.execute(f"""
        CREATE TABLE {name} AS SELECT DISTINCT {quoted(column)} AS text FROM {source}
        WHERE {quoted(column)} IS NOT NULL ORDER BY text
    """)


def _merged(connection: Connection, table: CheckedTable) -> str:
    """One row a key; each column takes the value said most often, and the smallest of equals."""
    relation = f"merged_{table.table.name}"
    keys = [quoted(one.stored) for one in table.columns if one.column.name in table.table.key]
    key = ", ".join(keys)
    others = [one.stored for one in table.columns if one.column.name not in table.table.key]
    joins, picked = [], []
    for position, name in enumerate(map(quoted, others)):
        joins.append(f"""
            LEFT JOIN (SELECT {key}, first({name} ORDER BY times DESC, {name}) AS {name} FROM (
                SELECT {key}, {name}, count(*) AS times FROM {table.kept}
                WHERE {name} IS NOT NULL GROUP BY ALL) GROUP BY {key}) AS said_{position}
            USING ({key})""")
        picked.append(f"said_{position}.{name}")
    connection.execute(f"""
        CREATE TABLE {relation} AS SELECT {", ".join(keys + picked)}
        FROM (SELECT DISTINCT {key} FROM {table.kept}) AS keys {" ".join(joins)} ORDER BY {key}
    """)
    if CUSTOMER_ID not in table.stored_names:
        return f"SELECT * FROM {relation} ORDER BY {key}"
    return f"""
        SELECT CAST(customer_ids.rowid AS INTEGER) AS customer_key, {relation}.*
        FROM {relation} JOIN customer_ids USING ({CUSTOMER_ID}) ORDER BY customer_key
    """


def _sorted(connection: Connection, table: CheckedTable, groups: Sequence[str]) -> str:
    """The query of an event table in its final order, with all codes joined to it."""
    event = next(one.stored for one in table.columns if one.column.name == table.table.event_time)
    selected = ["CAST(customer_ids.rowid AS INTEGER) AS customer_key", f"kept.{event} AS seconds"]
    joins = [f"JOIN customer_ids ON customer_ids.{CUSTOMER_ID} = kept.{CUSTOMER_ID}"]
    order = ["customer_key", "seconds"]
    if table.table is PURCHASES:
        _number_orders(connection, table)
        selected.append('CAST(orders.rowid AS INTEGER) AS "order"')
        joins.append(
            f"JOIN orders ON orders.{CUSTOMER_ID} = kept.{CUSTOMER_ID} "
            "AND orders.order_id = kept.order_id"
        )
        order.append('"order"')
    for column in coded_columns(table):
        name = dictionary(table, column.stored)
        _make_dictionary(connection, name, table.kept, column.stored)
        joins.append(f"LEFT JOIN {name} ON {name}.text = kept.{quoted(column.stored)}")
        selected.append(_code(name, column.stored))
    if groups:
        joins.append("LEFT JOIN merged_items ON merged_items.item_id = kept.item_id")
    for group in groups:
        name = dictionary(table, group)
        _make_dictionary(connection, name, "merged_items", group)
        joins.append(f"LEFT JOIN {name} ON {name}.text = merged_items.{group}")
        selected.append(_code(name, group))
    kept = [f"kept.{quoted(name)}" for name in (*table.stored_names, "local_day")]
    order += _ties(table, event)
    return f"""
        SELECT {", ".join(selected + kept)} FROM {table.kept} AS kept {" ".join(joins)}
        ORDER BY {", ".join(order)}
    """


def _ties(table: CheckedTable, event: str) -> list[str]:
    """What orders rows of one instant: their content, of which codes stand for texts."""
    coded = {one.stored for one in coded_columns(table)}
    settled = {CUSTOMER_ID, event} | ({"order_id"} if table.table is PURCHASES else set())
    return [
        quoted(name + CODE) if name in coded else f"kept.{quoted(name)} NULLS FIRST"
        for name in table.stored_names
        if name not in settled
    ]


def _code(dictionary_name: str, column: str) -> str:
    return f"CAST(coalesce({dictionary_name}.rowid, -1) AS INTEGER) AS {quoted(column + CODE)}"


def _number_orders(connection: Connection, table: CheckedTable) -> None:
    # An order number used for two customers names two orders.
    connection.execute(f"""
        CREATE TABLE orders AS SELECT DISTINCT {CUSTOMER_ID}, order_id FROM {table.kept}
        ORDER BY {CUSTOMER_ID}, order_id
    """)
