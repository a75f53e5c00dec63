"""One engine over one company, as a process of its own: ``run ENGINE FOLDER``.

What an engine has to say beside its CPU seconds it prints as one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from experiments.bench.vectors.company import LAST, cutoffs, write_company

Said = dict[str, Any]
THREADS = 2
PARTS = 10


def main() -> None:
    """Run the engine named on the command line."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(ENGINES[name](folder)))


def _company(folder: Path) -> Said:
    """Make the company every other engine reads."""
    return {"lines": write_company(folder, _customers(folder))}


def _first(folder: Path) -> Said:
    """CPU seconds until the kernel's first vector, after everything is imported and opened."""
    import numpy as np

    import features.kernel.native  # noqa: F401
    from experiments.bench.vectors.facts import bench_plan
    from features.store.pack import open_pack
    from features.vectors.vectors import build_vectors

    pack = open_pack(folder / "pack")
    plan = bench_plan(pack)
    begin = time.process_time()
    build_vectors(pack, plan, cutoffs(1), threads=1, customers=np.zeros(1, np.int32))
    return {"first": time.process_time() - begin}


def _floor(folder: Path) -> Said:
    """Scan every column the features need and group by customer: what any engine must do."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {THREADS}")
        connection.execute(f"""
            CREATE TABLE grouped AS SELECT customer_key, count(*), max(seconds), max("order"),
                max(local_day), max(item_code), max(category_code), max(department_code),
                max(channel_code), sum(quantity_milli), sum(amount_cents), sum(discount_cents)
            FROM read_parquet('{folder / "lines.parquet"}') WHERE seconds < {LAST.seconds}
            GROUP BY customer_key
        """)
    return {}


def _start(folder: Path) -> Said:
    """Start the interpreter and DuckDB, and compute nothing."""
    import duckdb

    with duckdb.connect():
        return {}


def _imports(folder: Path) -> Said:
    """Start the interpreter and the kernel, and compute nothing."""
    import features.kernel.native  # noqa: F401

    return {}


def _from_pack(folder: Path, count: int = 1) -> Said:
    """One cutoff is kept in memory whole; of several, each stretch of customers is dropped again."""
    import numpy as np

    from experiments.bench.vectors.facts import bench_plan
    from features.store.pack import open_pack
    from features.vectors.vectors import build_vectors

    pack = open_pack(folder / "pack")
    plan = bench_plan(pack)
    parts = np.array_split(np.arange(pack.customers, dtype=np.int32), PARTS if count > 1 else 1)
    rows = sum(
        build_vectors(pack, plan, cutoffs(count), threads=THREADS, customers=part).rows
        for part in parts
    )
    return {"rows": rows, "features": len(plan.features)}


def _from_parquet(folder: Path, count: int = 1) -> Said:
    """As from the pack; of the pack nothing is read but what texts its codes stand for."""
    from experiments.bench.vectors.facts import bench_plan
    from experiments.bench.vectors.stream import blocks
    from features.store.pack import open_pack

    plan = bench_plan(open_pack(folder / "pack"))
    kept, rows = [], 0
    for _, values in blocks(folder / "lines.parquet", plan, cutoffs(count)):
        rows += len(values)
        if count == 1:
            kept.append(values)
    return {"rows": rows, "features": len(plan.features)}


def _written(folder: Path) -> Said:
    """One cutoff from sorted Parquet to Parquet, block by block, as an export does it."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    from experiments.bench.vectors.facts import bench_plan
    from experiments.bench.vectors.stream import blocks
    from features.store.pack import open_pack

    plan = bench_plan(open_pack(folder / "pack"))
    fields = [("customer_key", pa.int64()), *((name, pa.float32()) for name in plan.feature_names)]
    options = {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": False,
        "write_statistics": False,
    }
    rows = 0
    with parquet.ParquetWriter(folder / "kernel.parquet", pa.schema(fields), **options) as writer:
        for customers, values in _together(blocks(folder / "lines.parquet", plan, cutoffs(1))):
            columns = [pa.array(customers), *(pa.array(one) for one in values.T.copy())]
            writer.write_table(pa.Table.from_arrays(columns, schema=writer.schema))
            rows += len(values)
    return {"rows": rows, "features": len(plan.features)}


def _together(blocks: Iterable[tuple[Any, Any]], size: int = 30_000) -> Iterator[tuple[Any, Any]]:
    """Blocks put together until they are worth a row group of their own."""
    import numpy as np

    held: list[tuple[Any, Any]] = []
    for customers, values in blocks:
        held.append((customers, values))
        if sum(len(one) for one, _ in held) >= size:
            yield np.concatenate([one for one, _ in held]), np.concatenate([one for _, one in held])
            held = []
    if held:
        yield np.concatenate([one for one, _ in held]), np.concatenate([one for _, one in held])


def _growth(folder: Path) -> Said:
    """CPU seconds of the vectors of a tenth of the customers and of all, without start-up."""
    import numpy as np

    from experiments.bench.vectors.facts import bench_plan
    from features.store.pack import open_pack
    from features.vectors.vectors import build_vectors

    pack = open_pack(folder / "pack")
    plan = bench_plan(pack)
    tenth = np.arange(pack.customers // PARTS, dtype=np.int32)
    taken: dict[str, list[float]] = {"tenth": [], "all": []}
    build_vectors(pack, plan, cutoffs(1), threads=1)
    for _ in range(3):
        for name, customers in (("tenth", tenth), ("all", None)):
            begin = time.process_time()
            build_vectors(pack, plan, cutoffs(1), threads=1, customers=customers)
            taken[name].append(time.process_time() - begin)
    return {name: min(values) for name, values in taken.items()}


def _online(folder: Path) -> Said:
    """CPU milliseconds of one customer's vector, with and without five fresh lines."""
    import numpy as np

    from experiments.bench.vectors.facts import bench_plan
    from features.store.pack import open_pack
    from features.vectors.fresh import FreshEvents
    from features.vectors.online import OnlineVectors

    pack = open_pack(folder / "pack")
    plan = bench_plan(pack)
    begin = time.perf_counter()
    online = OnlineVectors(pack, plan)
    counts = np.diff(pack.streams["purchases"].offsets)
    chosen = np.flatnonzero((counts >= 100) & (counts <= 500))[:200]
    ids = [pack.customer_ids[int(key)] for key in chosen]
    basket = FreshEvents(
        seconds=[LAST.seconds - 60] * 5,
        columns={
            "order": ["new"] * 5,
            "item": [f"item {number:05d}" for number in range(5)],
            "quantity_milli": [1_000] * 5,
            "amount_cents": [990] * 5,
        },
    )
    fresh = {"purchases": basket}
    online.vector(ids[0], LAST, fresh)
    prepared = time.perf_counter() - begin
    taken: dict[str, list[float]] = {"stored": [], "fresh": []}
    for _ in range(10):
        for name, given in (("stored", {}), ("fresh", fresh)):
            begin = time.process_time()
            for one in ids:
                online.vector(one, LAST, given)
            taken[name].append((time.process_time() - begin) / len(ids) * 1e3)
    return {**taken, "prepared": prepared, "events": float(counts[chosen].mean())}


def _peer(write: str) -> Callable[[Path], Said]:
    def run(folder: Path) -> Said:
        from experiments.bench.vectors import frames, sql
        from experiments.bench.vectors.facts import bench_plan
        from features.store.pack import open_pack

        writers = {
            "sql": sql.write_by_sql,
            "polars": frames.write_by_polars,
            "pandas": frames.write_by_pandas,
        }
        plan = bench_plan(open_pack(folder / "pack"))
        writers[write](folder, plan, LAST.seconds)
        return {"features": len(plan.features)}

    return run


def _customers(folder: Path) -> int:
    return int(json.loads((folder / "company.json").read_text(encoding="utf-8"))["customers"])


ENGINES: dict[str, Callable[[Path], Said]] = {
    "company": _company,
    "first": _first,
    "floor": _floor,
    "start": _start,
    "imports": _imports,
    "pack": _from_pack,
    "pack 12": lambda folder: _from_pack(folder, 12),
    "parquet": _from_parquet,
    "parquet 12": lambda folder: _from_parquet(folder, 12),
    "written": _written,
    "growth": _growth,
    "online": _online,
    "sql": _peer("sql"),
    "polars": _peer("polars"),
    "pandas": _peer("pandas"),
}

if __name__ == "__main__":
    main()
