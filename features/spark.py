"""Behaviour vectors on a Spark cluster: the same kernel, where the events lie.

Spark brings each customer's events together and in order; the workers run the kernel over them, so the
vectors equal the local ones bit for bit. The tables are those of the sorted store: its Parquet files,
or tables of the catalog with the same columns. The workers need this package and numba installed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from features.arrow_kernel import (
    CUSTOMER_ID,
    CUSTOMER_KEY,
    CUTOFF_SECONDS,
    KNOWN,
    SECONDS,
    STREAM,
    ArrowKernel,
    value_column,
)
from features.attributes import refuse_absent
from features.errors import DataRefused, UsageRefused, did_you_mean
from features.fresh import missing_number
from features.pack import Attributes, open_pack
from features.plan import Plan
from features.tables import CONTRACTS, TABLES
from features.vocabulary import Cutoff

DataFrame = Any
SparkSession = Any
Source = Path | Mapping[str, str]
"""The folder of a store's generation, or the name in the catalog of each table."""
_KNOWN_COLUMN = "known_seconds"
# Contracts may be known before they begin; anything else is known when it has happened.
_KNOWN_AHEAD = (CONTRACTS.name,)


def local_session(master: str = "local[2]", **settings: str) -> SparkSession:
    """A session on this machine, or on a cluster by its address; further Spark settings by name.

    Raises ``UsageRefused`` when pyspark is not installed.
    """
    try:
        from pyspark.sql import SparkSession as Session
    except ImportError:
        raise UsageRefused(
            expected="pyspark for vectors on Spark",
            found="none installed",
            remedy="Install the extra: pip install 'regulars[spark]'.",
        ) from None
    builder = (
        Session.builder.master(master)
        .appName("regulars")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "65536")
        .config("spark.ui.enabled", "false")
    )
    if master.startswith("local"):
        # The workers are to be this very interpreter; Spark hears of it by the environment alone.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def spark_vectors(
    session: SparkSession,
    source: Source,
    plan: Plan,
    cutoffs: Sequence[Cutoff],
    *,
    attributes: Attributes | None = None,
    partitions: int | None = None,
) -> DataFrame:
    """The behaviour of every customer as known at each cutoff, as a Spark DataFrame.

    One row a customer and cutoff, as ``build_vectors`` has it: ``customer_id``, ``customer_key``,
    ``cutoff_seconds`` and one float column a feature, null where missing. Rows are in no order.
    ``attributes`` is what customers declared, by customer key; a store brings its own.
    ``partitions`` is how many pieces the customers are dealt into (Spark's own number by default).
    Raises ``UsageRefused`` without a cutoff, ``DataRefused`` when a table or column lacks.
    """
    instants = np.unique(np.array([cutoff.seconds for cutoff in cutoffs], np.int64))
    if not len(instants):
        raise UsageRefused(
            expected="at least one cutoff",
            found="none",
            remedy="Give a cutoff such as 2026-10-01.",
        )
    if attributes is None:
        attributes = _attributes(source)
    refuse_absent(plan.declared, attributes)
    tables = _tables(session, source)
    lacking = [name for name in plan.columns if name not in tables]
    if lacking:
        raise DataRefused(
            expected="tables " + ", ".join(plan.columns),
            found="no " + ", ".join(lacking),
            remedy=did_you_mean(lacking[0], sorted(tables)),
        )
    # Customers of whom the plan reads nothing have their rows too.
    streams = (*plan.columns, *(name for name in sorted(tables) if name not in plan.columns))
    width = max([1, *(len(names) for names in plan.columns.values())])
    events = None
    for position, name in enumerate(streams):
        part = _events(name, position, tables[name], plan.columns.get(name, ()), width)
        events = part if events is None else events.unionAll(part)
    assert events is not None
    dealt = [CUSTOMER_KEY] if partitions is None else [partitions, CUSTOMER_KEY]
    order = [CUSTOMER_KEY, STREAM, SECONDS, *(value_column(place) for place in range(width))]
    kernel = ArrowKernel(plan, streams, instants, attributes)
    grouped = events.repartition(*dealt).sortWithinPartitions(*order)
    return grouped.mapInArrow(kernel.__call__, _schema(plan))


def write_spark_vectors(
    session: SparkSession,
    source: Source,
    plan: Plan,
    cutoffs: Sequence[Cutoff],
    target: Path | str,
    *,
    attributes: Attributes | None = None,
    partitions: int | None = None,
) -> None:
    """Compute the vectors and write them as a folder of Parquet files, replacing what is there."""
    vectors = spark_vectors(
        session, source, plan, cutoffs, attributes=attributes, partitions=partitions
    )
    vectors.write.mode("overwrite").option("compression", "zstd").parquet(str(target))


def _attributes(source: Source) -> Attributes:
    """What customers declared, from a store; a catalog's must be given."""
    if isinstance(source, Path) and (source / "pack").is_dir():
        return open_pack(source / "pack").attributes
    return Attributes()


def _schema(plan: Plan) -> str:
    features = ", ".join(f"`{name}` float" for name in plan.feature_names)
    return f"{CUSTOMER_ID} string, {CUSTOMER_KEY} int, {CUTOFF_SECONDS} bigint, {features}"


def _tables(session: SparkSession, source: Source) -> dict[str, DataFrame]:
    """The event tables of a store, or those the catalog holds under the names given."""
    if isinstance(source, Mapping):
        return {name: session.table(there) for name, there in source.items()}
    files = {
        name: source / "tables" / f"{name}.parquet"
        for name, table in TABLES.items()
        if table.event_time is not None
    }
    found = {name: session.read.parquet(str(path)) for name, path in files.items() if path.exists()}
    if not found:
        raise DataRefused(
            expected="the tables of a store", found="none", remedy="Run `regulars ingest` first."
        )
    return found


def _events(
    name: str, position: int, table: DataFrame, columns: Sequence[str], width: int
) -> DataFrame:
    """One table in the shape all tables share: who, which table, when, known when, and numbers."""
    from pyspark.sql import functions as sql

    known = sql.col(SECONDS)
    if _KNOWN_COLUMN in table.columns:
        known = sql.coalesce(sql.col(_KNOWN_COLUMN), known)
        if name not in _KNOWN_AHEAD:
            known = sql.greatest(known, sql.col(SECONDS))
    values = [_value(name, table, column) for column in columns]
    values += [sql.lit(0)] * (width - len(values))
    return table.select(
        sql.col(CUSTOMER_KEY),
        sql.col(CUSTOMER_ID),
        sql.lit(position).cast("tinyint").alias(STREAM),
        sql.col(SECONDS),
        known.alias(KNOWN),
        *(one.cast("bigint").alias(value_column(place)) for place, one in enumerate(values)),
    )


def _value(name: str, table: DataFrame, column: str) -> Any:
    """A column of the pack from the sorted table: a code, or a number with what stands for none."""
    from pyspark.sql import functions as sql

    for coded in (f"{column}_id_code", f"{column}_code"):
        if coded in table.columns:
            return sql.col(coded)
    if column not in table.columns:
        raise DataRefused(
            expected=f'a column "{column}" in the table {name}',
            found="none of that name",
            remedy=did_you_mean(column, sorted(table.columns)),
        )
    missing = missing_number(column)
    if dict(table.dtypes)[column] == "boolean":
        missing = -1
    return sql.coalesce(sql.col(f"`{column}`").cast("bigint"), sql.lit(missing).cast("bigint"))
