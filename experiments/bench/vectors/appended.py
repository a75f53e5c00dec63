"""A company whose data come by the day: what one more day costs against making everything.

``python -m experiments.bench.vectors.appended {make|full|append} FOLDER CUSTOMERS`` prints one line of JSON.
``make`` writes the raw monthly files and keeps one day aside, ``full`` takes the months in and computes
everybody's vectors, ``append`` adds the day and does so again. The lines are made by arithmetic on row
numbers, so always the same: 50 a customer on average over three years, as in ``company``.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from experiments.bench.vectors.company import DAYS, FIRST
from features.vocabulary.time import DAY_SECONDS

THREADS = 2
_DAY_ASIDE = "day.parquet"
_COLUMNS = {
    "customer_id": "customer",
    "order_id": "receipt",
    "ordered_at": "at",
    "item_id": "item",
    "quantity": "pieces",
    "amount": "amount",
    "discount": "discount",
    "channel": "channel",
}


def make(folder: Path, customers: int) -> int:
    """Write the lines of every month but for the last day, that day, and the items; answers the lines."""
    import duckdb

    sales = folder / "sales"
    sales.mkdir(parents=True, exist_ok=True)
    last_day = FIRST.seconds + (DAYS - 1) * DAY_SECONDS
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {THREADS}; SET memory_limit = '4GB'")
        connection.execute(f"SET temp_directory = '{folder}'; SET preserve_insertion_order = true")
        connection.execute(f"CREATE TABLE orders AS {_orders(customers)}")
        connection.execute(
            f"COPY ({_ITEMS}) TO '{folder / 'items.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        )
        months = connection.execute(
            "SELECT DISTINCT strftime(make_timestamp(seconds * 1000000), '%Y-%m') FROM orders ORDER BY 1"
        ).fetchall()
        lines = 0
        for (month,) in months:
            which = (
                f"strftime(make_timestamp(seconds * 1000000), '%Y-%m') = '{month}' "
                f"AND seconds < {last_day}"
            )
            lines += _copy(connection, which, sales / f"{month}.parquet")
        lines += _copy(connection, f"seconds >= {last_day}", folder / _DAY_ASIDE)
    (folder / "regulars.toml").write_text(_settings(), encoding="utf-8")
    return lines


def full(folder: Path) -> dict[str, Any]:
    """Take all months into a new workspace and compute everybody's vectors."""
    (folder / "sales" / _DAY_ASIDE).unlink(missing_ok=True)
    return _run(folder)


def append(folder: Path) -> dict[str, Any]:
    """Add the day that was kept aside, and do what a night does."""
    import shutil

    shutil.copy(folder / _DAY_ASIDE, folder / "sales" / _DAY_ASIDE)
    return _run(folder)


def _run(folder: Path) -> dict[str, Any]:
    from features.company.settings.reading import load_settings
    from features.company.workspace import Workspace
    from features.lifecycle.repeat_buying import usual_plan
    from features.store.store import ingest
    from features.vectors.refresh import refresh_vectors

    settings = load_settings(folder / "regulars.toml")
    workspace = Workspace(settings.workspace_folder)
    started, begun = _cpu_seconds(), time.perf_counter()
    summary = ingest(settings, workspace, threads=THREADS)
    ingested, between = _cpu_seconds(), time.perf_counter()
    vectors = refresh_vectors(workspace, plan_for=usual_plan, threads=THREADS)
    return {
        "rows": summary.rows["purchases"],
        "vectors": vectors.customers,
        "digest": summary.store.manifest.digest,
        "cpu_seconds": {
            "start": round(started, 2),
            "ingest": round(ingested - started, 2),
            "vectors": round(_cpu_seconds() - ingested, 2),
            "all": round(_cpu_seconds(), 2),
        },
        "wall_seconds": {
            "ingest": round(between - begun, 2),
            "vectors": round(time.perf_counter() - between, 2),
        },
        **_memory(),
    }


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory() -> dict[str, int]:
    """The most memory held at once, mapped files among it, and how much is held beside them now."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = {"peak_megabytes": peak}
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("RssAnon"):
                found["anonymous_megabytes_at_end"] = int(line.split()[1]) // 1024
    return found


def _copy(connection: Any, which: str, path: Path) -> int:
    query = _LINES.format(which=which)
    copied = connection.execute(
        f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    ).fetchall()
    return int(copied[0][0])


def _chance(salt: int, *keys: str) -> str:
    """A number from 0 to 1 that depends on the keys alone."""
    return f"(hash({salt}, {', '.join(keys)}) / 18446744073709551616.0)"


def _orders(customers: int) -> str:
    return f"""
        WITH people AS (
            SELECT CAST(range AS INTEGER) AS customer_key,
                   CAST(50.8 * pow({_chance(1, "range")}, 1.54) AS INTEGER) AS orders,
                   CASE WHEN {_chance(2, "range")} < 0.5 THEN {_chance(3, "range")} ELSE 1 END AS life
            FROM range({customers})),
        numbered AS (SELECT *, unnest(range(orders)) AS n FROM people)
        SELECT customer_key, n, CAST({FIRST.seconds} + floor(
                   {_chance(4, "customer_key", "n")} * life * {DAYS * DAY_SECONDS}) AS BIGINT) AS seconds,
               greatest(CAST(1 - ln(1 - {_chance(5, "customer_key", "n")}) * 1.5 AS INTEGER), 1) AS lines
        FROM numbered
    """


_ITEMS = """
    SELECT printf('item %05d', range) AS item, printf('category %03d', range % 200) AS category,
           printf('department %02d', range % 10) AS department FROM range(20000)
"""
_LINES = f"""
    WITH numbered AS (SELECT *, unnest(range(lines)) AS line FROM orders WHERE {{which}}),
    chosen AS (
        SELECT *, CAST(floor(20000 * pow({_chance(6, "customer_key", "n", "line")}, 2)) AS INTEGER) AS item,
               {_chance(7, "customer_key", "n", "line")} AS luck,
               {_chance(8, "customer_key", "n", "line")} AS fortune
        FROM numbered)
    SELECT printf('%08d', customer_key) AS customer,
           printf('%08d-%03d', customer_key, n) AS receipt,
           make_timestamp(seconds * 1000000) AS at, printf('item %05d', item) AS item,
           CAST(CASE WHEN luck < 0.04 THEN -1 ELSE 1 + floor(luck * 4) END AS INTEGER) AS pieces,
           CAST(pieces * (99 + item % 4900) / 100.0 AS DECIMAL(12, 2)) AS amount,
           CAST(CASE WHEN fortune < 0.2 THEN floor(fortune * 20) ELSE 0 END AS DECIMAL(12, 2)) AS discount,
           ['web', 'store', 'phone', 'app'][1 + (customer_key + n) % 4] AS channel
    FROM chosen ORDER BY seconds, customer_key, n, line
"""


def _settings() -> str:
    columns = "\n".join(f'{name} = "{expression}"' for name, expression in _COLUMNS.items())
    return f"""workspace = "workspace"

[tables.purchases]
source = "sales/*.parquet"

[tables.purchases.columns]
{columns}

[tables.items]
source = "items.parquet"

[tables.items.columns]
item_id = "item"
category = "category"
department = "department"
"""


def main() -> None:
    """Run one step and print what it took."""
    step, folder, customers = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if step == "make":
        said: dict[str, Any] = {"rows": make(folder, customers), **_memory()}
    else:
        said = {"full": full, "append": append}[step](folder)
    print(json.dumps({"step": step, "customers": customers, **said}))


if __name__ == "__main__":
    main()
