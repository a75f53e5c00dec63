"""A real local Spark over a real store: the same rows and the same bits as the local engine."""

from __future__ import annotations

import importlib.util
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.exports.spark import spark_vectors, write_spark_vectors
from features.exports.spark_session import local_session, replacing
from features.plan.plan import standard_plan
from features.store.store import Store, ingest
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.errors import DataRefused, UsageRefused
from tests.builders import at
from tests.features.tables import COLUMNS, write_table

HAS_PYSPARK = importlib.util.find_spec("pyspark") is not None
needs_spark = [
    pytest.mark.spark,
    pytest.mark.skipif(not HAS_PYSPARK, reason="pyspark is not installed: the extra spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed"),
    # Of Spark's own making: sockets left to the collector, and names it has yet to change.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
CUTOFFS = [at("2025-06-01"), at("2026-01-01"), at("2026-03-15")]


def spark_test(function: Any) -> Any:
    for mark in needs_spark:
        function = mark(function)
    return function


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Sixty customers over 15 months: late knowledge, returns, contacts, and some with nothing else.

    Most have declared a region, a segment or when they registered; some of it was learned late.
    """
    folder = tmp_path_factory.mktemp("company")
    chance = random.Random(5)

    def day() -> str:
        return f"{chance.choice([2025, 2025, 2026])}-{chance.randint(1, 3):02d}-{chance.randint(1, 28):02d}"

    lines = []
    for number in range(2_000):
        customer = f"c{int(60 * chance.random() ** 2):02d}"
        when = f"{day()} {chance.randint(0, 23):02d}:10"
        quantity = chance.choice([1, 2, 3, 3, -1])
        known = when if number % 9 else "2026-02-01 00:00"
        line = (customer, f"o{number // 2}{customer}", when, f"item {chance.randint(1, 40)}")
        lines.append(
            (*line, quantity, 2.5 * quantity, chance.choice(["web", "store", None]), known)
        )
    names = ("customer", "order", "day", "item", "quantity", "amount", "channel", "known")
    write_table(folder / "purchases.parquet", lines, names)
    visits = [(f"c{number:02d}", day(), "web", "visit") for number in range(50, 70)]
    write_table(folder / "contacts.parquet", visits, ("customer", "day", "channel", "kind"))
    columns = {**COLUMNS, "channel": "channel", "known_at": "known"}
    contacts = {name: name for name in ("channel", "kind")}
    contacts |= {"customer_id": "customer", "contacted_at": "day"}
    profiles = [
        (
            f"c{number:02d}",
            chance.choice(["north", "south", "south", None]),
            chance.choice([f"{day()} 07:00", None]),
            chance.choice([0, 1, 7, None]),
            chance.choice([f"{day()} 12:00", None]),
        )
        for number in range(5, 75)
    ]
    told = ("customer", "region", "registered", "referrals", "known")
    write_table(folder / "customers.parquet", profiles, told)
    people = {"customer_id": "customer", "registered_at": "registered", "known_at": "known"}
    people |= {name: name for name in ("region", "referrals")}
    items = [
        (f"item {number}", chance.choice(["warm", "dry", None]), f"brand {number % 3}")
        for number in range(1, 35)
    ]
    write_table(folder / "items.parquet", items, ("item", "category", "brand"))
    groups = {"item_id": "item", "category": "category", "brand": "brand"}
    tables = {
        "purchases": {"source": "purchases.parquet", "columns": columns},
        "contacts": {"source": "contacts.parquet", "columns": contacts},
        "customers": {"source": "customers.parquet", "columns": people},
        "items": {"source": "items.parquet", "columns": groups},
    }
    settings = settings_from({"company": {"currency": "EUR"}, "tables": tables}, folder=folder)
    return ingest(settings, Workspace(folder / "ws"), threads=1).store


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two workers, and batches so small that customers are cut in two."""
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.sql.execution.arrow.maxRecordsPerBatch": "37",
        "spark.sql.shuffle.partitions": "3",
        "spark.driver.memory": "1g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    made = local_session("local[2]", **settings)
    made.sparkContext.setLogLevel("ERROR")
    yield made
    made.stop()


def local_vectors(store: Store) -> Vectors:
    pack = store.pack()
    return build_vectors(pack, standard_plan(pack), CUTOFFS, threads=1)


def assert_same(table: Any, local: Vectors, store: Store) -> None:
    """Equal rows and, but for the writing of what is missing, equal bits in every column."""
    table = table.sort_by([("customer_id", "ascending"), ("cutoff_seconds", "ascending")])
    assert table.column_names == ["customer_id", "cutoff_seconds", *local.feature_names]
    assert table.column("cutoff_seconds").to_pylist() == local.cutoff_seconds.tolist()
    ids = store.pack().customer_ids
    assert table.column("customer_id").to_pylist() == [ids[int(key)] for key in local.customer_keys]
    for name in local.feature_names:
        found = table.column(name).to_numpy()
        wanted = local.column(name)
        np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted), err_msg=name)
        there = ~np.isnan(wanted)
        np.testing.assert_array_equal(
            found[there].view(np.uint32), wanted[there].copy().view(np.uint32), err_msg=name
        )


@spark_test
def test_vectors_on_spark_are_the_local_ones_bit_for_bit(session: Any, store: Store) -> None:
    plan = standard_plan(store.pack())

    found = spark_vectors(session, store.folder, plan, CUTOFFS, partitions=4)

    local = local_vectors(store)
    assert local.rows > 150
    assert_same(found.toArrow(), local, store)


@spark_test
def test_what_customers_declared_is_among_the_vectors_of_a_store(
    session: Any, store: Store
) -> None:
    plan = standard_plan(store.pack())
    declared = {one.column for one in plan.declared}
    assert declared == {"region", "registered_seconds", "referrals_milli"}

    found = spark_vectors(session, store.folder, plan, CUTOFFS).toArrow()

    for name in ("region_is_south", "days_since_registration", "referrals_declared"):
        assert 0 < found.column(name).null_count < found.num_rows, name
    assert set(found.column("region_is_south").to_pylist()) == {0.0, 1.0, None}


def plain_table(session: Any, store: Store, name: str) -> Any:
    """A table of the store less all codes, as any warehouse might hold it."""
    path = store.folder / "tables" / name
    table = session.read.parquet(str(path if path.is_dir() else path.with_suffix(".parquet")))
    codes = [one for one in table.columns if one.endswith("_code")]
    return table.drop("customer_key", "order", *codes)


TABLES = ("purchases", "contacts", "customers", "items")


@spark_test
def test_plain_tables_of_the_catalog_give_the_same(session: Any, store: Store) -> None:
    for name in TABLES:
        table = plain_table(session, store, name)
        # Unsorted and in many files, as such tables are.
        table.repartition(5).write.mode("overwrite").saveAsTable(f"company_{name}")
    source = {name: f"company_{name}" for name in TABLES}

    found = spark_vectors(session, source, standard_plan(store.pack()), CUTOFFS[::-1] * 2)

    assert_same(found.toArrow(), local_vectors(store), store)


@spark_test
def test_a_folder_of_months_is_one_table(session: Any, store: Store, tmp_path: Path) -> None:
    from pyspark.sql import functions as sql

    for name in TABLES:
        table = plain_table(session, store, name)
        if "seconds" not in table.columns:
            table.coalesce(1).write.parquet(str(tmp_path / "tables" / name))
            continue
        items = plain_table(session, store, "items").select("item_id", "category", "brand")
        if name == "purchases" and "category" not in table.columns:
            table = table.join(items, "item_id", "left")
        months = table.withColumn(
            "of", sql.date_format(sql.timestamp_seconds("seconds"), "yyyy-MM")
        )
        for (month,) in months.select("of").distinct().collect():
            rows = months.where(months.of == month).drop("of").toArrow()
            (tmp_path / "tables" / name).mkdir(parents=True, exist_ok=True)
            parquet.write_table(rows, tmp_path / "tables" / name / f"{month}.parquet")

    found = spark_vectors(session, tmp_path, standard_plan(store.pack()), CUTOFFS, partitions=2)

    assert_same(found.toArrow(), local_vectors(store), store)


@spark_test
def test_written_vectors_can_be_read_with_nulls_for_what_is_missing(
    session: Any, store: Store, tmp_path: Path
) -> None:
    plan = standard_plan(store.pack())
    for _ in range(2):  # what is there is replaced
        write_spark_vectors(session, store.folder, plan, CUTOFFS, tmp_path / "vectors")

    found = parquet.read_table(tmp_path / "vectors")

    assert_same(found, local_vectors(store), store)
    assert found.column("gap_mean_days").null_count > 0
    assert [one.name for one in tmp_path.iterdir()] == ["vectors"]


@spark_test
def test_what_spark_cannot_read_is_refused_before_it_starts(
    session: Any, store: Store, tmp_path: Path
) -> None:
    plan = standard_plan(store.pack())
    with pytest.raises(UsageRefused, match="at least one cutoff"):
        spark_vectors(session, store.folder, plan, [])
    with pytest.raises(DataRefused, match="regulars ingest"):
        spark_vectors(session, tmp_path, plan, CUTOFFS)
    plain_table(session, store, "contacts").createOrReplaceTempView("only_contacts")
    with pytest.raises(DataRefused, match="no purchases"):
        spark_vectors(session, {"contacts": "only_contacts"}, plan, CUTOFFS)
    wrong = dict.fromkeys((*plan.columns, "customers"), "only_contacts")
    with pytest.raises(DataRefused, match='column "order_id"'):
        spark_vectors(session, wrong, plan, CUTOFFS)
    with pytest.raises(DataRefused, match=r"a table nowhere\.purchases"):
        spark_vectors(session, {"purchases": "nowhere.purchases"}, plan, CUTOFFS)
    with pytest.raises(UsageRefused, match='Did you mean "purchases"'):
        spark_vectors(session, {"purchase": "only_contacts"}, plan, CUTOFFS)


@spark_test
def test_half_written_vectors_leave_the_last_ones_in_place(session: Any, tmp_path: Path) -> None:
    target = tmp_path / "vectors"
    target.mkdir()
    (target / "last").write_text("kept")

    with pytest.raises(ZeroDivisionError), replacing(session, str(target)) as beside:
        session.range(3).write.parquet(beside)
        raise ZeroDivisionError

    assert [one.name for one in tmp_path.iterdir()] == ["vectors"]
    assert (target / "last").read_text() == "kept"


@pytest.mark.skipif(not HAS_PYSPARK, reason="pyspark is not installed: the extra spark")
def test_a_master_nobody_answers_at_and_a_missing_java_are_sentences(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if shutil.which("java") is not None:
        with pytest.raises(UsageRefused, match="nobody who answers"):
            local_session("spark://127.0.0.1:1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageRefused, match="Install a Java runtime"):
        local_session()


@pytest.mark.skipif(HAS_PYSPARK, reason="pyspark is installed")
def test_without_pyspark_the_remedy_is_named() -> None:
    with pytest.raises(UsageRefused, match="the extra"):
        local_session()
