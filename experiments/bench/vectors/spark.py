"""The kernel on Spark against Spark SQL: ``python -m experiments.bench.vectors.spark {kernel|sql|equal} FOLDER``.

Both read one plain table made of the bench's company (texts as texts, no codes); making it is counted
for neither. Each engine has one session of two cores, runs once cold and twice warm into Spark's noop
sink, and then once into Parquet for comparison, which is not counted. A run's figure is the CPU seconds
(user and system) of the whole process tree: driver, JVM and Python workers, finished ones too. What an
engine has to say it prints as one line of JSON; ``equal`` compares the two afterwards.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from experiments.bench.vectors.company import CODED, LAST
from experiments.bench.vectors.facts import bench_plan
from experiments.bench.vectors.sql import feature_query
from features.plan.plan import Plan
from features.store.pack import open_pack

DataFrame = Any
SparkSession = Any
SETTINGS = {
    "spark.driver.memory": "4g",
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}
WARM_RUNS = 2
_PLAIN = "spark"


def main() -> None:
    """Run the engine named on the command line over a company."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(equal(folder) if name == "equal" else measured(name, folder)))


def measured(name: str, folder: Path) -> dict[str, Any]:
    """CPU and wall seconds of an engine's cold run and of its warm ones."""
    from features.exports.spark_session import local_session

    write_plain(folder)
    plan = bench_plan(open_pack(folder / "pack"))
    begin, before = time.perf_counter(), _cpu_seconds()
    session = local_session("local[2]", **SETTINGS, **{"spark.local.dir": str(folder / "local")})
    said: dict[str, Any] = {
        "features": len(plan.features),
        "start_cpu_seconds": _cpu_seconds() - before,
        "start_wall_seconds": time.perf_counter() - begin,
        "cpu_seconds": [],
        "wall_seconds": [],
    }
    for _ in range(1 + WARM_RUNS):
        begin, before = time.perf_counter(), _cpu_seconds()
        vectors = ENGINES[name](session, folder, plan)
        vectors.write.format("noop").mode("overwrite").save()
        said["cpu_seconds"].append(_cpu_seconds() - before)
        said["wall_seconds"].append(time.perf_counter() - begin)
    vectors = ENGINES[name](session, folder, plan)
    vectors.write.mode("overwrite").parquet(str(folder / f"spark_{name}.parquet"))
    session.stop()
    return said


def write_plain(folder: Path) -> None:
    """The company's lines as a store keeps them: texts as texts, and no code of any kind."""
    import duckdb

    target = folder / _PLAIN / "tables" / "purchases.parquet"
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    texts = ", ".join(
        f"printf('{name} %05d', {name}_code) AS {'item_id' if name == 'item' else name}"
        for name in CODED
    )
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute(f"""
            COPY (SELECT printf('%08d', customer_key) AS customer_id, seconds, local_day,
                         printf('order %09d', "order") AS order_id, {texts},
                         quantity_milli, amount_cents, discount_cents
                  FROM read_parquet('{folder / "lines.parquet"}'))
            TO '{target}' (FORMAT parquet, COMPRESSION zstd)
        """)


def by_kernel(session: SparkSession, folder: Path, plan: Plan) -> DataFrame:
    """The vectors by the kernel in mapInArrow."""
    from features.exports.spark import spark_vectors

    return spark_vectors(session, folder / _PLAIN, plan, [LAST])


def by_sql(session: SparkSession, folder: Path, plan: Plan) -> DataFrame:
    """The same features by Spark SQL: CASE form over a tile of customer and day."""
    file = folder / _PLAIN / "tables" / "purchases.parquet"
    lines = session.read.parquet(str(file)).withColumnsRenamed(
        {"order_id": "order", "customer_id": "customer_key"}
        | {("item_id" if name == "item" else name): f"{name}_code" for name in CODED}
    )
    lines.createOrReplaceTempView("plain_lines")
    return session.sql(spark_dialect(feature_query(plan, LAST.seconds, "''")))


def spark_dialect(query: str) -> str:
    """The generator's query as Spark writes it: codes are texts here, and float literals doubles.

    A bare float literal would be a DECIMAL and round; a whole-number division is ``div``.
    """
    query = query.replace("read_parquet('')", "plain_lines").replace("//", "div")
    query = re.sub(r"([0-9][0-9.e+-]*)::DOUBLE", r"\1D", query)
    names = "|".join(CODED)

    def text(found: re.Match[str]) -> str:
        return f"\"{found[1]}_code\" {found[2]} '{found[1]} {int(found[3]):05d}'"

    query = re.sub(rf'"({names})_code" (!?=) (\d+)', text, query)
    return query.replace('"', "`")


def equal(folder: Path) -> dict[str, Any]:
    """Which columns differ between the two by more than float32 explains."""
    import pyarrow.parquet as parquet

    ours = parquet.read_table(folder / "spark_kernel.parquet").sort_by("customer_id")
    theirs = parquet.read_table(folder / "spark_sql.parquet").sort_by("customer_key")
    if ours.column("customer_id").to_pylist() != theirs.column("customer_key").to_pylist():
        return {"rows": [ours.num_rows, theirs.num_rows], "differing": ["customer_id"]}
    differing = [
        name
        for name in ours.column_names[2:]
        if not np.allclose(
            ours.column(name).to_numpy(),
            theirs.column(name).to_numpy(),
            rtol=1e-5,
            atol=1e-5,
            equal_nan=True,
        )
    ]
    return {"rows": ours.num_rows, "columns": len(ours.column_names) - 2, "differing": differing}


def _cpu_seconds() -> float:
    """User and system seconds of this process, of all below it, and of those that have ended."""
    import psutil

    this = psutil.Process()
    total = 0.0
    for process in [this, *this.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


ENGINES: dict[str, Callable[[SparkSession, Path, Plan], DataFrame]] = {
    "kernel": by_kernel,
    "sql": by_sql,
}

if __name__ == "__main__":
    main()
