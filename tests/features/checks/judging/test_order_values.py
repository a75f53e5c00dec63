"""What a file says once for an order: filled into its rows, and split over them to the cent."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from features.checks.checking import check
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import Store
from tests.features.tables import COLUMNS, Row, settings_for, write_table

# customer, order, day, item, quantity, total of the order
ORDERS: tuple[Row, ...] = (
    ("anna", "o1", "2026-01-01 10:00", "tea", 1, 10.00),
    ("anna", "o1", "2026-01-01 10:00", "cup", 1, 10.00),
    ("anna", "o1", "2026-01-01 10:00", "pot", 1, 10.00),
    ("bert", "o2", "2026-01-02 10:00", "tea", 1, 4.99),
    ("bert", "o3", "2026-01-03 10:00", "tea", 1, -0.05),
    ("bert", "o3", "2026-01-03 10:00", "cup", 1, -0.05),
)
SPLIT = {"amount": "order"}


def mapped(folder: Path, rows: tuple[Row, ...] | list[Row], **mapping: Any) -> Settings:
    write_table(folder / "purchases.parquet", rows)
    return settings_for(folder, **mapping)


def lines(settings: Settings, folder: Path) -> list[dict[str, Any]]:
    """The lines that are kept."""
    return lines_of(ingest(settings, Workspace(folder / "ws")).store)


def lines_of(store: Store) -> list[dict[str, Any]]:
    months = sorted(store.table("purchases").glob("*.parquet"))
    return [line for month in months for line in parquet.read_table(month).to_pylist()]


def stored(settings: Settings, folder: Path) -> list[tuple[str, str, int]]:
    """Customer, item and cents of every line that is kept."""
    return sorted(
        (line["customer_id"], line["item_id"], line["amount_cents"])
        for line in lines(settings, folder)
    )


def cents_by_order(folder: Path, settings: Settings) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for line in lines(settings, folder):
        found.setdefault(line["order_id"], []).append(line["amount_cents"])
    return {order: sorted(cents) for order, cents in found.items()}


def test_the_total_of_an_order_is_split_over_its_rows_to_the_cent(tmp_path: Path) -> None:
    found = cents_by_order(tmp_path, mapped(tmp_path, ORDERS, split=SPLIT))
    assert found["o1"] == [333, 333, 334]
    assert found["o2"] == [499]
    assert sum(found["o3"]) == -5
    assert sum(map(sum, found.values())) == 1000 + 499 - 5


def test_a_total_on_one_row_of_its_order_is_split_as_one_on_each(tmp_path: Path) -> None:
    once = [(*row[:5], row[5] if row[3] == "tea" else None) for row in ORDERS]
    each, one = tmp_path / "each", tmp_path / "one"
    each.mkdir()
    one.mkdir()
    found = cents_by_order(one, mapped(one, once, split=SPLIT))
    assert {order: sum(cents) for order, cents in found.items()} == {
        "o1": 1000,
        "o2": 499,
        "o3": -5,
    }
    assert found == cents_by_order(each, mapped(each, ORDERS, split=SPLIT))


def test_rows_that_repeat_another_take_no_money_with_them(tmp_path: Path) -> None:
    rows = [*ORDERS, ORDERS[0]]
    dropped = cents_by_order(tmp_path, mapped(tmp_path, rows, split=SPLIT))
    assert dropped["o1"] == [333, 333, 334]
    kept = cents_by_order(tmp_path, mapped(tmp_path, rows, split=SPLIT, duplicates="keep"))
    assert kept["o1"] == [250, 250, 250, 250]


def test_an_order_with_two_different_totals_is_not_guessed_at(tmp_path: Path) -> None:
    rows = [*ORDERS, ("anna", "o1", "2026-01-01 10:00", "jug", 1, 11.00)]
    report = check(mapped(tmp_path, rows, split=SPLIT))
    missing = next(one for one in report.breaches if one.rule == "missing.amount")
    assert missing.rows == 4


def test_a_row_without_an_order_keeps_its_own_value(tmp_path: Path) -> None:
    rows = [("carl", None, "2026-01-05 10:00", "tea", 1, 3.10)] * 1 + list(ORDERS)
    columns = {**COLUMNS, "order_id": "coalesce(\"order\", 'none')"}
    found = cents_by_order(tmp_path, mapped(tmp_path, rows, split=SPLIT, columns=columns))
    assert found["none"] == [310]


def test_blank_cells_take_what_the_order_says_elsewhere(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("anna", "o1", "2026-01-01 10:00", "tea", 1, 1.0),
        (" ", "o1", "2026-01-01 10:00", "cup", 1, 2.0),
        ("", "o2", "2026-01-02 10:00", "tea", 1, 4.0),
        ("bert", "o3", "2026-01-02 10:00", "tea", 1, 8.0),
    ]
    settings = mapped(tmp_path, rows, fill={"customer": "order"})
    # Of order o2 no row names the customer: it takes nobody else's.
    assert stored(settings, tmp_path) == [
        ("anna", "cup", 200),
        ("anna", "tea", 100),
        ("bert", "tea", 800),
    ]
    assert stored(mapped(tmp_path, rows), tmp_path / "as it is") == [
        ("anna", "tea", 100), ("bert", "tea", 800)
    ]  # fmt: skip


def test_blank_cells_stay_blank_where_the_order_says_two_things(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("anna", "o1", "2026-01-01 10:00", "tea", 1, 1.0),
        ("bert", "o1", "2026-01-01 10:00", "cup", 1, 2.0),
        (None, "o1", "2026-01-01 10:00", "pot", 1, 4.0),
    ]
    settings = mapped(tmp_path, rows, fill={"customer": "order"})
    assert stored(settings, tmp_path) == [("anna", "tea", 100), ("bert", "cup", 200)]


def test_conditions_see_what_was_filled(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("anna", "o1", "2026-01-01 10:00", "tea", 1, 1.0),
        (None, "o1", "2026-01-01 10:00", "cup", 1, 2.0),
        ("bert", "o2", "2026-01-01 10:00", "tea", 1, 4.0),
    ]
    aside = {"hers": "customer = 'anna'"}
    report = check(mapped(tmp_path, rows, fill={"customer": "order"}, set_aside=aside))
    assert report.of("purchases").rows_set_aside == 2


def by_file(folder: Path, files: dict[str, list[Row]]) -> Settings:
    (folder / "sales").mkdir(exist_ok=True)
    for name, rows in files.items():
        write_table(folder / "sales" / name, rows)
    return settings_for(folder, source="sales/*.parquet", split=SPLIT, fill={"customer": "order"})


def test_a_store_that_grew_by_a_file_is_the_one_made_in_one_go(tmp_path: Path) -> None:
    january = [*ORDERS[:2], (None, *ORDERS[2][1:]), *ORDERS[3:]]
    february: list[Row] = [
        ("carl", "o9", "2026-01-31 23:00", "tea", 1, 7.01),
        (None, "o9", "2026-02-01 00:30", "cup", 1, 7.01),
        # The same order again, as exports by month that overlap have it.
        *january,
    ]
    grown, once = tmp_path / "grown", tmp_path / "once"
    grown.mkdir()
    once.mkdir()
    settings = by_file(grown, {"1.parquet": january})
    ingest(settings, Workspace(grown / "ws"))
    settings = by_file(grown, {"2.parquet": february})
    first = ingest(settings, Workspace(grown / "ws")).store
    second = ingest(
        by_file(once, {"1.parquet": january, "2.parquet": february}), Workspace(once / "ws")
    ).store
    assert lines_of(first) == lines_of(second)
    assert sum(line["amount_cents"] for line in lines_of(first)) == 1000 + 499 - 5 + 701


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"split": {"amonut": "order"}}, 'no column "amonut"'),
        ({"fill": {"customer": "odrer"}}, 'no column "odrer"'),
        ({"split": {"item": "order"}}, "the type VARCHAR"),
    ],
)
def test_a_setting_that_names_nothing_is_refused(
    tmp_path: Path, mapping: dict[str, Any], said: str
) -> None:
    report = check(mapped(tmp_path, ORDERS, **mapping))
    assert report.refused
    assert said in str(report.refusals)


def test_shares_always_add_up_and_differ_by_a_cent_at_most(tmp_path: Path) -> None:
    drawn = random.Random(19)
    totals = {f"o{place}": drawn.randint(-99_999, 99_999) for place in range(300)}
    rows: list[Row] = [
        (f"c{cents % 7}", order, "2026-01-01 10:00", f"i{line}", 1, cents / 100)
        for order, cents in totals.items()
        for line in range(drawn.randint(1, 9))
    ]
    found = cents_by_order(tmp_path, mapped(tmp_path, rows, split=SPLIT))
    assert {order: sum(cents) for order, cents in found.items()} == totals
    assert all(cents[-1] - cents[0] <= 1 for cents in found.values())


def test_merged_cells_take_what_the_row_above_says(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(
        "customer,order,day,item,quantity,amount\n"
        "anna,o1,2026-01-01,tea,1,1.00\n,,,cup,1,2.00\nbert,o2,2026-01-02,tea,1,4.00\n",
        encoding="utf-8",
    )
    settings = settings_for(
        tmp_path, source="lines.csv", fill=dict.fromkeys(("customer", "order", "day"), "the row above"),
    )  # fmt: skip
    assert stored(settings, tmp_path) == [
        ("anna", "cup", 200), ("anna", "tea", 100), ("bert", "tea", 400)
    ]  # fmt: skip
