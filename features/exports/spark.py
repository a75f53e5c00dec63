"""Behaviour vectors on a Spark cluster: the same kernel, where the events lie.

Spark brings each customer's events together and in order; the workers run the kernel over them, so the
vectors equal the local ones bit for bit. The tables are plain: those of the sorted store, or tables of
the catalog with the same columns. The workers need this package and numba installed.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from features.exports.arrow_kernel import ArrowKernel
from features.exports.event_columns import (
    CUSTOMER_ID,
    CUTOFF_SECONDS,
    KNOWN,
    SECONDS,
    STREAM,
    EventColumn,
    EventColumns,
    event_columns_of,
)
from features.exports.spark_session import DataFrame, SparkSession, catalog_table, replacing
from features.plan.plan import Plan
from features.vocabulary.arrays import MISSING_NUMBER
from features.vocabulary.errors import DataRefused, UsageRefused, did_you_mean
from features.vocabulary.tables import CONTRACTS, CUSTOMERS, ITEMS, PURCHASES, TABLES
from features.vocabulary.time import Cutoff

Source = Path | Mapping[str, str]
"""The folder of a store's generation, or the name in the catalog of each table."""
_KNOWN_COLUMN = "known_seconds"
# Contracts may be known before they begin; anything else is known when it has happened.
_KNOWN_AHEAD = (CONTRACTS.name,)


def spark_vectors(
    session: SparkSession,
    source: Source,
    plan: Plan,
    cutoffs: Sequence[Cutoff],
    *,
    partitions: int | None = None,
) -> DataFrame:
    """The behaviour of every customer as known at each cutoff, as a Spark DataFrame.

    One row a customer and cutoff, as ``build_vectors`` has it: ``customer_id``, ``cutoff_seconds`` and
    one float column a feature, null where missing. Rows are in no order. What customers declared is
    read from the table ``customers``, one row a customer. ``partitions`` is how many pieces the
    customers are dealt into (Spark's own number by default). Raises ``UsageRefused`` without a cutoff,
    ``DataRefused`` when a table or column lacks.
    """
    instants = np.unique(np.array([cutoff.seconds for cutoff in cutoffs], np.int64))
    if not len(instants):
        raise UsageRefused(
            expected="at least one cutoff",
            found="none",
            remedy="Give a cutoff such as 2026-10-01.",
        )
    tables = _tables(session, source)
    needed = [*plan.columns, *([CUSTOMERS.name] if plan.declared else [])]
    lacking = [name for name in needed if name not in tables]
    if lacking:
        raise DataRefused(
            expected="tables " + ", ".join(needed),
            found="no " + ", ".join(lacking),
            remedy=did_you_mean(lacking[0], sorted(tables)),
        )
    # Customers of whom the plan reads nothing have their rows too.
    event_columns = event_columns_of(plan, [name for name in tables if _is_event_table(name)])
    events = _sorted_events(tables, event_columns, partitions)
    kernel = ArrowKernel(event_columns, instants)
    return events.mapInArrow(kernel.__call__, _schema(plan))


def write_spark_vectors(
    session: SparkSession,
    source: Source,
    plan: Plan,
    cutoffs: Sequence[Cutoff],
    target: Path | str,
    *,
    partitions: int | None = None,
) -> None:
    """Compute the vectors and write them as a folder of Parquet files, replacing what is there.

    They are written beside it and put in its place once they are complete.
    """
    vectors = spark_vectors(session, source, plan, cutoffs, partitions=partitions)
    with replacing(session, str(target)) as beside:
        vectors.write.option("compression", "zstd").parquet(beside)


def customers_of(session: SparkSession, source: Source, *, at_once: int) -> Iterator[list[str]]:
    """Everybody of whom a table of the source says something, so many at a time."""
    tables = [one for one in _tables(session, source).values() if CUSTOMER_ID in one.columns]
    columns = [one.selectExpr(f"cast({CUSTOMER_ID} as string)") for one in tables]
    everybody = functools.reduce(lambda one, other: one.union(other), columns).distinct()
    rows = everybody.dropna().toLocalIterator()
    while some := [row[0] for row in itertools.islice(rows, at_once)]:
        yield some


def without_customers(
    session: SparkSession, vectors: DataFrame, customer_ids: Collection[str]
) -> DataFrame:
    """Vectors without those of some customers."""
    if not customer_ids:
        return vectors
    rows = [(one,) for one in sorted(customer_ids)]
    gone = session.createDataFrame(rows, f"{CUSTOMER_ID} string")
    return vectors.join(gone, CUSTOMER_ID, "left_anti")


def _schema(plan: Plan) -> str:
    features = ", ".join(f"`{name}` float" for name in plan.feature_names)
    return f"{CUSTOMER_ID} string, {CUTOFF_SECONDS} bigint, {features}"


def _is_event_table(name: str) -> bool:
    return name not in TABLES or TABLES[name].event_time is not None


def _tables(session: SparkSession, source: Source) -> dict[str, DataFrame]:
    """The tables of a store, or those the catalog holds under the names given."""
    if isinstance(source, Mapping):
        for name in source:
            if name not in TABLES:
                raise UsageRefused(
                    expected="tables out of " + ", ".join(TABLES),
                    found=f'"{name}"',
                    remedy=did_you_mean(name, list(TABLES)),
                )
        return {name: catalog_table(session, there) for name, there in source.items()}
    # A store keeps a folder of months, or one file, a table.
    places = [(name, source / "tables" / name) for name in TABLES]
    places += [(name, place.with_name(f"{name}.parquet")) for name, place in places]
    found = {name: session.read.parquet(str(path)) for name, path in places if path.exists()}
    if not any(_is_event_table(name) for name in found):
        raise DataRefused(
            expected="the tables of a store", found="none", remedy="Run `regulars ingest` first."
        )
    return found


def _sorted_events(
    tables: Mapping[str, DataFrame], event_columns: EventColumns, partitions: int | None
) -> DataFrame:
    """All events and declared attributes in one shape, whole customers together, in order."""
    groups = [one.stored for one in event_columns.streams.get(PURCHASES.name, ())]
    events = None
    for position, (name, columns) in enumerate(event_columns.streams.items()):
        table = tables[name]
        if name == PURCHASES.name:
            table = _with_item_groups(table, tables.get(ITEMS.name), groups)
        part = _part(name, position, table, _event_times(name, table), columns, event_columns)
        events = part if events is None else events.unionAll(part)
    assert events is not None
    if event_columns.attributes:
        table = tables[CUSTOMERS.name]
        times = _attribute_times(table)
        rows = _part(
            CUSTOMERS.name,
            len(event_columns.streams),
            table,
            times,
            event_columns.attributes,
            event_columns,
        )
        events = events.unionAll(rows)
    dealt = [CUSTOMER_ID] if partitions is None else [partitions, CUSTOMER_ID]
    # By time, then by order, then by what the rows say: never by where they stood.
    order = [CUSTOMER_ID, STREAM, SECONDS, *event_columns.text_places[:1], *event_columns.places]
    return events.repartition(*dealt).sortWithinPartitions(*dict.fromkeys(order), KNOWN)


def _part(
    name: str,
    position: int,
    table: DataFrame,
    times: tuple[Any, Any],
    columns: Sequence[EventColumn],
    event_columns: EventColumns,
) -> DataFrame:
    """One table in the shape all tables share: who, which table, when, known when, and its columns."""
    from pyspark.sql import functions as sql

    _refuse_absent(name, table, [CUSTOMER_ID, *(one.stored for one in columns)])
    seconds, known = times
    by_place = {one.place: _travelling(table, one) for one in columns}
    values = [
        by_place.get(place, sql.lit(None)).cast(
            "string" if place in event_columns.text_places else "bigint"
        )
        for place in event_columns.places
    ]
    return table.select(
        sql.col(CUSTOMER_ID).cast("string").alias(CUSTOMER_ID),
        sql.lit(position).cast("tinyint").alias(STREAM),
        seconds.cast("bigint").alias(SECONDS),
        known.cast("bigint").alias(KNOWN),
        *(
            # A place that a table leaves empty is never read; a number there keeps Arrow from masks.
            (one if place in event_columns.text_places else sql.coalesce(one, sql.lit(0))).alias(
                place
            )
            for one, place in zip(values, event_columns.places, strict=True)
        ),
    )


def _event_times(name: str, table: DataFrame) -> tuple[Any, Any]:
    """When events happened and when they were known, as the pack has it."""
    from pyspark.sql import functions as sql

    _refuse_absent(name, table, [SECONDS])
    known = sql.col(SECONDS)
    if _KNOWN_COLUMN in table.columns:
        known = sql.coalesce(sql.col(_KNOWN_COLUMN), known)
        if name not in _KNOWN_AHEAD:
            known = sql.greatest(known, sql.col(SECONDS))
    return sql.col(SECONDS), known


def _attribute_times(table: DataFrame) -> tuple[Any, Any]:
    """Attributes happen at no time; where nothing says when they were known, they always were."""
    from pyspark.sql import functions as sql

    always = sql.lit(MISSING_NUMBER)
    has_known = _KNOWN_COLUMN in table.columns
    return sql.lit(0), sql.coalesce(sql.col(_KNOWN_COLUMN), always) if has_known else always


def _travelling(table: DataFrame, column: EventColumn) -> Any:
    """What travels of a column: its text, the plan's code for it, or its number."""
    from pyspark.sql import functions as sql

    stored = sql.col(f"`{column.stored}`")
    missing = sql.lit(column.missing).cast("bigint")
    if column.texts is None:
        return sql.coalesce(stored.cast("bigint"), missing)
    if column.travels_as_text:
        return stored.cast("string")
    code = sql.when(stored.isNull(), missing)
    for number, text in enumerate(column.texts):
        code = code.when(stored == sql.lit(text), sql.lit(number).cast("bigint"))
    # Which other text it is, nobody asks.
    return code.otherwise(sql.lit(len(column.texts)).cast("bigint"))


def _with_item_groups(
    purchases: DataFrame, items: DataFrame | None, wanted: Sequence[str]
) -> DataFrame:
    """The lines with the groups of their items, where only the table of items tells them."""
    if items is None:
        return purchases
    groups = [one for one in wanted if one not in purchases.columns and one in items.columns]
    if not groups:
        return purchases
    return purchases.join(items.select("item_id", *groups), "item_id", "left")


def _refuse_absent(name: str, table: DataFrame, wanted: Sequence[str]) -> None:
    for column in wanted:
        if column not in table.columns:
            raise DataRefused(
                expected=f'a column "{column}" in the table {name}',
                found="none of that name",
                remedy=did_you_mean(column, sorted(table.columns)),
            )
