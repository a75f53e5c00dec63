"""The bench's peer on Spark: its dialect, and the same numbers as the kernel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.bench.vectors.company import write_company
from experiments.bench.vectors.facts import bench_plan
from experiments.bench.vectors.spark import equal, measured, spark_dialect
from experiments.bench.vectors.sql import feature_query
from features.store.pack import open_pack
from tests.features.exports.test_spark import spark_test


def test_a_query_for_spark_compares_texts_and_divides_doubles() -> None:
    query = "\"channel_code\" = 2 AND (a // 86400) AND x * 0.01::DOUBLE FROM read_parquet('')"

    assert spark_dialect(query) == (
        "`channel_code` = 'channel 00002' AND (a div 86400) AND x * 0.01D FROM plain_lines"
    )


def test_nothing_of_the_first_dialect_is_left(tmp_path: Path) -> None:
    write_company(tmp_path, 20)

    query = spark_dialect(feature_query(bench_plan(open_pack(tmp_path / "pack")), 86_400, "''"))

    assert not any(sign in query for sign in ("::", "//", '"', "read_parquet"))


@pytest.mark.slow
@spark_test
def test_spark_sql_and_the_kernel_on_spark_agree(tmp_path: Path) -> None:
    write_company(tmp_path, 60)

    for engine in ("kernel", "sql"):
        said = measured(engine, tmp_path)
        assert len(said["cpu_seconds"]) == 3
        json.dumps(said)

    found = equal(tmp_path)
    assert found["differing"] == []
    assert found["columns"] == said["features"]
