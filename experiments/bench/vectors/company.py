"""The order lines every engine is given: made by arithmetic on row numbers, so always the same.

Customers buy 50 lines each on average, spread like Zipf (``u ** 1.54``) over three years; half of them
stop at some point. 20,000 items in 200 categories and 10 departments, 4 channels, whole cents, one
line in 25 returned. The file is what the sorted store holds, less its texts: by customer, time, order.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from features.store.pack import EventStream, Pack, TextColumn, write_pack
from features.vocabulary.time import Cutoff

FIRST = Cutoff.parse("2023-01-01")
DAYS = 1_095
LAST = FIRST.plus_days(DAYS)
CODED = {"item": 20_000, "category": 200, "department": 10, "channel": 4}
NUMBERS = ("order", "local_day", "quantity_milli", "amount_cents", "discount_cents")


def cutoffs(count: int) -> list[Cutoff]:
    """The last midnight of the data, and so many less one before it, 30 days apart."""
    return [LAST.plus_days(-30 * number) for number in reversed(range(count))]


def write_company(folder: Path, customers: int) -> int:
    """Write ``lines.parquet`` and ``pack/`` into a folder; answers how many lines there are."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "lines.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = 2; SET temp_directory = '{folder}'")
        connection.execute("SET memory_limit = '4GB'; SET preserve_insertion_order = true")
        connection.execute(_orders(customers))
        connection.execute(f"COPY ({_LINES}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    pack = read_pack(file, customers)
    write_pack(pack, folder / "pack")
    return pack.streams["purchases"].rows


def read_pack(file: Path, customers: int) -> Pack:
    """The lines of a sorted Parquet file as a pack in memory, read column by column."""
    import pyarrow.parquet as parquet

    opened = parquet.ParquetFile(file)

    def column(name: str) -> np.ndarray:
        read = opened.read(columns=[name], use_threads=False).column(0)
        values = np.empty(len(read), read.type.to_pandas_dtype())
        begin = 0
        for chunk in read.chunks:
            values[begin : begin + len(chunk)] = chunk.to_numpy()
            begin += len(chunk)
        return values

    offsets = np.zeros(customers + 1, np.int64)
    np.cumsum(np.bincount(column("customer_key"), minlength=customers), out=offsets[1:])
    columns = {name: column(name) for name in NUMBERS}
    columns |= {name: column(f"{name}_code") for name in CODED}
    dictionaries = {
        name: [f"{name} {number:05d}" for number in range(count)] for name, count in CODED.items()
    }
    stream = EventStream(offsets, column("seconds"), columns, dictionaries)
    identity = np.arange(customers + 1, dtype=np.int64) * 8
    texts = "".join(f"{number:08d}" for number in range(customers)).encode()
    ids = TextColumn(identity, np.frombuffer(texts, np.uint8))
    return Pack(ids, {"purchases": stream}, int(stream.seconds.max(initial=0)), "bench")


def _chance(salt: int, *keys: str) -> str:
    """A number from 0 to 1 that depends on the keys alone."""
    return f"(hash({salt}, {', '.join(keys)}) / 18446744073709551616.0)"


def _orders(customers: int) -> str:
    return f"""
        CREATE TABLE orders AS
        WITH people AS (
            SELECT CAST(range AS INTEGER) AS customer_key,
                   CAST(50.8 * pow({_chance(1, "range")}, 1.54) AS INTEGER) AS orders,
                   CASE WHEN {_chance(2, "range")} < 0.5 THEN {_chance(3, "range")} ELSE 1 END AS life
            FROM range({customers})),
        numbered AS (SELECT *, unnest(range(orders)) AS n FROM people),
        timed AS (
            SELECT customer_key, n, CAST({FIRST.seconds} + floor(
                {_chance(4, "customer_key", "n")} * life * {DAYS * 86_400}) AS BIGINT) AS seconds
            FROM numbered)
        SELECT *, CAST(row_number() OVER (ORDER BY customer_key, seconds, n) AS INTEGER) AS "order",
               CAST(1 - ln(1 - {_chance(5, "customer_key", "n")}) * 1.5 AS INTEGER) AS lines
        FROM timed
    """


_LINES = f"""
    WITH numbered AS (SELECT *, unnest(range(greatest(lines, 1))) AS line FROM orders),
    chosen AS (
        SELECT *, CAST(floor(20000 * pow({_chance(6, '"order"', "line")}, 2)) AS INTEGER) AS item,
               {_chance(7, '"order"', "line")} AS luck, {_chance(8, '"order"', "line")} AS fortune
        FROM numbered)
    SELECT customer_key, seconds, "order", CAST(seconds // 86400 AS INTEGER) AS local_day,
           item AS item_code, item % 200 AS category_code, item % 10 AS department_code,
           CAST("order" % 4 AS INTEGER) AS channel_code,
           CAST(CASE WHEN luck < 0.04 THEN -1000 ELSE 1000 * (1 + floor(luck * 4)) END AS BIGINT)
               AS quantity_milli,
           CAST(quantity_milli // 1000 * (99 + item % 4900) AS BIGINT) AS amount_cents,
           CAST(CASE WHEN fortune < 0.2 THEN 100 * floor(fortune * 20) ELSE 0 END AS BIGINT)
               AS discount_cents
    FROM chosen ORDER BY customer_key, seconds, "order", line
"""
