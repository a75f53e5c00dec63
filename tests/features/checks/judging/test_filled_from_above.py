"""Further lines of an order whose number stands on the first alone: they belong to the row above, if that is said."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from features.checks.checking import check
from features.company.settings.reading import Settings, settings_from
from tests.features.checks.judging.test_order_values import lines
from tests.features.tables import COLUMNS, NAMES, purchases

ABOVE = dict.fromkeys(("customer", "order", "day"), "the row above")
ROWS = (
    ("anna", "0012", "2026-01-01 10:00", "tea", 1, 1.00),
    ("", "", "", "cup", 1, 2.00),
    ("", "", "", "pot", 1, 4.00),
    ("bert", "0013", "2026-01-02 10:00", "tea", 1, 8.00),
)


def texts(folder: Path, rows: Any, name: str = "sales.csv", **mapping: Any) -> Settings:
    written = [",".join(NAMES), *(",".join(map(str, row)) for row in rows)]
    (folder / name).write_text("\n".join(written) + "\n", encoding="utf-8")
    said = {"fill": ABOVE, "duplicates": "keep", **mapping}
    table = {"source": "sales*.csv", "columns": COLUMNS, **said}
    return settings_from({"tables": {"purchases": table}}, folder=folder)


def owners(settings: Settings, folder: Path) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for line in lines(settings, folder):
        key = f"{line['customer_id']} {line['order_id']}"
        found.setdefault(key, []).append(line["amount_cents"])
    return {key: sorted(cents) for key, cents in found.items()}


def test_blank_rows_belong_to_the_order_above_with_all_of_its_zeros(tmp_path: Path) -> None:
    assert owners(texts(tmp_path, ROWS), tmp_path) == {
        "anna 0012": [100, 200, 400],
        "bert 0013": [800],
    }


def test_it_is_so_in_files_that_tell_their_own_types(tmp_path: Path) -> None:
    rows = [tuple(None if one == "" else one for one in row) for row in ROWS]
    settings = purchases(tmp_path, rows, fill=ABOVE)
    assert owners(settings, tmp_path) == {"anna 0012": [100, 200, 400], "bert 0013": [800]}


def test_a_row_that_says_some_of_it_is_no_further_line(tmp_path: Path) -> None:
    rows = (*ROWS, ("", "0014", "2026-01-03 10:00", "tea", 1, 16.00))
    settings = texts(tmp_path, rows)
    assert [one.rows for one in check(settings).breaches if one.rule.startswith("missing")] == [1]
    assert "bert 0014" not in owners(settings, tmp_path)


def test_no_row_takes_its_order_from_another_file(tmp_path: Path) -> None:
    texts(tmp_path, ROWS)
    settings = texts(tmp_path, ROWS[1:], "sales-2.csv")
    assert owners(settings, tmp_path) == {"anna 0012": [100, 200, 400], "bert 0013": [800, 800]}


def test_above_a_line_that_could_not_be_read_nothing_is_known(tmp_path: Path) -> None:
    rows = (ROWS[0], ("bert", "0013", "2026-01-02 10:00", "tea", 1, 8.00, "more"), *ROWS[1:])
    report = check(texts(tmp_path, rows * 30))
    (fault,) = [one for one in report.breaches if "the row above" in one.what + one.detail]
    assert report.refused
    assert "line 3" in str(fault)


@pytest.mark.parametrize("column", ["order", "day"])
def test_without_the_setting_the_check_says_what_to_write(tmp_path: Path, column: str) -> None:
    report = check(texts(tmp_path, ROWS * 9, fill={}))
    assert report.refused
    advice = " ".join(one.advice for one in report.breaches)
    assert f'[tables.purchases.fill] "{column}" = "the row above"' in advice


def test_a_database_has_no_rows_above(tmp_path: Path) -> None:
    table = {"source": "sqlite:///shop.db#sales", "columns": COLUMNS, "fill": ABOVE}
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute(f"CREATE TABLE sales ({', '.join(map(repr, NAMES))})")
        database.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?)", ROWS)
    (fault,) = check(settings_from({"tables": {"purchases": table}}, folder=tmp_path)).breaches
    assert "no order of their own" in str(fault)
