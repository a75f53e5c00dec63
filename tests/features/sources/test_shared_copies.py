"""One file behind several tables is read once in a run, and again where it is to be read otherwise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from features.company.settings.company import TableMapping
from features.sources.attachment import Source, attach
from features.sources.connection import Connection, connect

LINES = "who;price\nanna;1.500\nbert;k.x.\n"


def attached(connection: Connection, folder: Path, name: str, **mapping: Any) -> Source:
    said = TableMapping(**{"source": "sales.csv", **mapping})
    return attach(connection, name, said, folder=folder, scratch=folder / "scratch")


def copies(folder: Path) -> int:
    return len(list((folder / "scratch" / "texts").rglob("*.parquet")))


def times(folder: Path) -> dict[str, int]:
    """When each file that is shared was written."""
    files = (folder / "scratch" / "texts").rglob("*.*")
    return {str(one): one.stat().st_mtime_ns for one in files}


def shop(folder: Path) -> Connection:
    (folder / "sales.csv").write_text(LINES, encoding="utf-8")
    return connect(folder / "scratch")


def test_three_tables_of_one_file_share_its_copy_and_what_was_seen_in_it(
    tmp_path: Path,
) -> None:
    with shop(tmp_path) as connection:
        first = attached(connection, tmp_path, "purchases")
        written = times(tmp_path)
        others = [attached(connection, tmp_path, name) for name in ("items", "customers")]
        assert copies(tmp_path) == 1
        assert times(tmp_path) == written
        assert [one.schemas for one in others] == [first.schemas] * 2
        rows = connection.execute(f"SELECT who FROM {others[1].relation}").fetchall()
        assert rows == [("anna",), ("bert",)]


@pytest.mark.parametrize("said", [{"encoding": "cp1252"}, {"delimiter": ","}, {"header_row": 2}])
def test_a_table_that_reads_it_otherwise_has_a_copy_of_its_own(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    with shop(tmp_path) as connection:
        attached(connection, tmp_path, "purchases")
        other = attached(connection, tmp_path, "items", **said)
        assert copies(tmp_path) == 2
        assert other.schemas != attached(connection, tmp_path, "customers").schemas


def test_words_for_nothing_are_those_of_each_table(tmp_path: Path) -> None:
    with shop(tmp_path) as connection:
        plain = attached(connection, tmp_path, "purchases")
        told = attached(connection, tmp_path, "items", null_texts=("k.x.",))
        assert copies(tmp_path) == 1
        assert plain.columns["price"] == "VARCHAR"
        assert told.columns["price"] == "DOUBLE"


def test_a_file_that_was_changed_meanwhile_is_read_again(tmp_path: Path) -> None:
    with shop(tmp_path) as connection:
        attached(connection, tmp_path, "purchases")
        (tmp_path / "sales.csv").write_text(LINES + "carl;2.500\n", encoding="utf-8")
        os.utime(tmp_path / "sales.csv", ns=(1, 1))
        changed = attached(connection, tmp_path, "items")
        ((rows,),) = connection.execute(f"SELECT count(*) FROM {changed.relation}").fetchall()
        assert rows == 3


def test_each_sheet_of_a_book_is_copied_once(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, price in (("May", 1.5), ("June", 2.5)):
        sheet = book.create_sheet(title)
        sheet.append(("who", "price"))
        sheet.append(("anna", price))
    book.save(tmp_path / "sales.xlsx")
    with connect(tmp_path / "scratch") as connection:
        found = []
        for name, sheet_name in (("purchases", "May"), ("items", "June"), ("customers", "May")):
            source = attached(connection, tmp_path, name, source=f"sales.xlsx#{sheet_name}")
            found += connection.execute(f"SELECT price FROM {source.relation}").fetchall()
        assert found == [(1.5,), (2.5,), (1.5,)]
        assert copies(tmp_path) == 2
