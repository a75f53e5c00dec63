"""Rows of a database: all of them, in batches of any size."""

from __future__ import annotations

import sqlite3
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from features.sources.databases import copy_database
from features.vocabulary.errors import DataRefused

ROWS = [(number, f"o{number}") for number in range(1, 6)]


@pytest.mark.parametrize("at_once", [1, 2, 4, 5, 6])
def test_every_row_of_a_table_is_copied_once(tmp_path: Path, at_once: int) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE orders (id INTEGER, name TEXT)")
        database.executemany("INSERT INTO orders VALUES (?, ?)", ROWS)
    source, scratch = "sqlite:///shop.db#orders", tmp_path / "scratch"
    pieces = copy_database(source, folder=tmp_path, scratch=scratch, at_once=at_once)
    found = [row for one in pieces for row in parquet.read_table(one).to_pylist()]
    assert [(row["id"], row["name"]) for row in found] == ROWS


@pytest.mark.skipif(find_spec("MySQLdb") is not None, reason="the driver is there")
def test_without_a_driver_for_mysql_it_is_said_which_one_to_install(tmp_path: Path) -> None:
    source = "mysql://anna:s3cret@host/shop#orders"
    with pytest.raises(DataRefused) as fault:
        copy_database(source, folder=tmp_path, scratch=tmp_path / "scratch")
    assert "mysql+pymysql://" in fault.value.remedy
    assert "s3cret" not in str(fault.value)
