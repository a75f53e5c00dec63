"""Orders and their lines in two files: every line finds its order once, or it is said that it does not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from features.checks.breaches import CheckReport
from features.checks.checking import check
from features.company.settings.reading import Settings, settings_from

MAPPED = {
    "customer_id": "orders.customer",
    "order_id": "order",
    "ordered_at": "orders.day",
    "item_id": "item",
    "quantity": "1",
    "amount": "price",
}
ORDERS = ("order,customer,day", "o1,anna,2026-01-01", "o2,bert,2026-01-02", "o3,anna,2026-01-09")
LINES = ("order,item,price", "o1,tea,4.50", "o1,cup,9.00", "o2,pot,20.00", "o3,tea,4.50")


def written(folder: Path, name: str, lines: Any) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def shop(
    folder: Path, lines: Any = LINES, orders: Any = ORDERS, join: Any = None, **mapping: Any
) -> Settings:
    written(folder, "lines.csv", lines)
    written(folder, "orders.csv", orders)
    said = {"orders": {"source": "orders.csv", "on": "order", **(join or {})}}
    table = {"source": "lines.csv", "columns": MAPPED, "join": said, **mapping}
    return settings_from({"tables": {"purchases": table}}, folder=folder)


def told(report: CheckReport) -> dict[str, int]:
    return {one.rule: one.rows for one in report.breaches}


def records(report: CheckReport) -> dict[str, dict[str, int]]:
    (summary,) = report.summaries
    kinds = ("in_file", "kept", "not_selected", "set_aside", "repeated", "refused")
    return {one.file: {kind: getattr(one, kind) for kind in kinds} for one in summary.records}


def many(orders: int, without: int) -> tuple[list[str], list[str]]:
    """So many orders of one line each, the last of which stand in no file of orders."""
    lines = ["order,item,price", *(f"o{one},tea,1.00" for one in range(orders))]
    known = [f"o{one},c{one % 7},2026-01-{one % 28 + 1:02d}" for one in range(orders - without)]
    return lines, ["order,customer,day", *known]


def test_a_line_takes_customer_and_day_from_its_order(tmp_path: Path) -> None:
    report = check(shop(tmp_path))
    assert not report.refused
    bought = report.summaries[0].purchases
    assert bought is not None
    assert (bought.customers, bought.orders, bought.rows, bought.cents) == (2, 3, 4, 3800)


def test_an_order_that_stands_on_two_rows_is_refused_by_its_number(tmp_path: Path) -> None:
    report = check(shop(tmp_path, orders=(*ORDERS, "o2,carl,2026-01-02")))
    (fault,) = report.breaches
    assert report.refused
    assert "1 that stand on several different rows" in fault.what + fault.detail + fault.advice
    assert "o2" in "".join(fault.sample) + fault.what + fault.detail
    assert "carl" not in str(fault)


def test_addresses_by_which_two_files_are_joined_are_not_shown(tmp_path: Path) -> None:
    orders = [one.replace("o2", "b@x.de") for one in (*ORDERS, "o2,carl,2026-01-02")]
    assert "b@x.de" not in str(check(shop(tmp_path, orders=orders)).breaches)


def test_an_order_that_is_repeated_in_every_column_counts_once(tmp_path: Path) -> None:
    report = check(shop(tmp_path, orders=(*ORDERS, ORDERS[1])))
    assert not report.refused
    assert told(report)["join.orders.repeated"] == 1
    assert records(report)["orders.csv"]["repeated"] == 1
    assert report.of("purchases").rows_kept == 4


def test_an_order_without_lines_is_counted(tmp_path: Path) -> None:
    report = check(shop(tmp_path, orders=(*ORDERS, "o4,carl,2026-01-02", ",dora,2026-01-03")))
    assert not report.refused
    assert told(report) == {"join.orders.unasked": 1, "join.orders.keyless": 1}
    assert records(report)["orders.csv"] == {
        "in_file": 5, "kept": 3, "not_selected": 1, "set_aside": 1, "repeated": 0, "refused": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("without", "refuses"), [(9, False), (10, False), (11, True)])
def test_lines_without_an_order_refuse_above_a_twentieth(
    tmp_path: Path, without: int, refuses: bool
) -> None:
    report = check(shop(tmp_path, *many(200, without)))
    assert told(report)["join.orders"] == without
    assert report.refused is refuses


def test_a_rule_of_ones_own_accepts_lines_without_an_order(tmp_path: Path) -> None:
    aside = {"no orders": '"key of orders" IS NULL'}
    report = check(shop(tmp_path, *many(100, 40), set_aside=aside))
    assert not report.refused
    assert told(report)["set_aside.no orders"] == 40


def test_numbers_that_lost_their_zeros_are_told_with_what_to_write(tmp_path: Path) -> None:
    lines = ["order,item,price", *(f"{one},tea,1.00" for one in range(1, 21))]
    orders = ["order,customer,day", *(f"{one:05d},c{one % 7},2026-01-03" for one in range(1, 21))]
    report = check(shop(tmp_path, lines, orders))
    assert report.refused
    (spelt,) = [one for one in report.breaches if one.rule == "join.orders.spelling"]
    assert spelt.rows == 20
    assert "leading zeros" in spelt.what
    stripped = "ltrim(CAST(\"order\" AS VARCHAR), '0')"
    join = {"on": stripped, "key": stripped}
    assert stripped.replace('"order"', "your_column") in spelt.advice
    assert not check(shop(tmp_path, lines, orders, join)).refused


def test_numbers_with_an_empty_fraction_and_blanks_find_their_order(tmp_path: Path) -> None:
    lines = ("order,item,price", "101.0,tea,1.00", " 102,tea,2.00", "0103,tea,4.00")
    orders = ("Order No,customer,day", "101,a,2026-01-01", "102,b,2026-01-02", "0103,c,2026-01-03")
    assert not check(shop(tmp_path, lines, orders, {"key": "Order No"})).breaches


def test_a_date_of_the_orders_that_reads_in_two_ways_is_refused_with_its_own_section(
    tmp_path: Path,
) -> None:
    orders = (
        "order,customer,day",
        "o1,anna,03/04/2026",
        "o2,bert,01/02/2026",
        "o3,anna,03/04/2026",
    )
    found = str(check(shop(tmp_path, orders=orders)).breaches)
    assert "[tables.purchases.join.orders]" in found
    said = {"date_format": "%d/%m/%Y"}
    (summary,) = check(shop(tmp_path, orders=orders, join=said)).summaries
    assert summary.purchases is not None
    assert [one.month for one in summary.purchases.by_month] == ["2026-02", "2026-04"]


def test_a_column_of_the_orders_is_taken_for_a_text_where_an_expression_does(
    tmp_path: Path,
) -> None:
    orders = [one.replace("2026-01-0", "1.1.202") for one in ORDERS]
    columns = {**MAPPED, "ordered_at": "strptime(\"orders.day\", '%d.%m.%Y')"}
    report = check(shop(tmp_path, orders=orders, columns=columns))
    assert not report.refused


def test_a_total_of_the_order_is_split_over_its_lines(tmp_path: Path) -> None:
    orders = (
        "order,customer,day,total",
        "o1,anna,2026-01-01,10.01",
        "o2,bert,2026-01-02,20",
        "o3,anna,2026-01-09,5",
    )
    columns = {**MAPPED, "amount": "orders.total"}
    report = check(shop(tmp_path, orders=orders, columns=columns, split={"orders.total": "order"}))
    bought = report.summaries[0].purchases
    assert bought is not None
    assert bought.cents == 3501


def test_a_file_of_orders_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    (tmp_path / "orders.csv").unlink()
    assert "orders.csv" in str(check(settings).breaches)


@pytest.mark.parametrize(("join", "found"), [({"on": "ordr"}, '"ordr"'), ({"key": "id"}, '"id"')])
def test_a_key_that_is_not_there_is_named(tmp_path: Path, join: Any, found: str) -> None:
    (fault,) = check(shop(tmp_path, join=join)).breaches
    assert f"no column {found}" in str(fault)


def test_a_third_file_is_found_by_a_column_of_the_second(tmp_path: Path) -> None:
    written(tmp_path, "people.csv", ("customer,person", "anna,p1", "bert,p1"))
    settings = shop(tmp_path, columns={**MAPPED, "customer_id": "people.person"})
    joins = {
        "orders": {"source": "orders.csv", "on": "order"},
        "people": {"source": "people.csv", "on": "orders.customer", "key": "customer"},
    }
    columns = {**MAPPED, "customer_id": "people.person", "channel": "orders.customer"}
    table = {"source": "lines.csv", "columns": columns, "join": joins}
    report = check(settings_from({"tables": {"purchases": table}}, folder=settings.folder))
    assert report.of("purchases").rows_kept == 4
    assert report.of("purchases").customers == 1


NUMBERS = some.sampled_from(["", "1", "2", "3", "4", "02"])


@hypothesis_settings(deadline=None, max_examples=15)
@given(some.lists(NUMBERS, min_size=1, max_size=12), some.lists(NUMBERS, max_size=8, unique=True))
def test_every_record_of_both_files_is_accounted_for(lines: list[str], orders: list[str]) -> None:
    with TemporaryDirectory() as folder:
        settings = shop(
            Path(folder),
            ["order,item,price", *(f"{one},tea{at},1" for at, one in enumerate(lines))],
            ["order,customer,day", *(f"{one},c{at},2026-01-03" for at, one in enumerate(orders))],
        )
        report = check(settings)
    if not report.summaries:
        return
    found = records(report)
    named = Counter(one for one in lines if one)
    known = {one for one in orders if one}
    assert found["lines.csv"]["in_file"] == len(lines)
    assert found["lines.csv"]["kept"] == sum(named[one] for one in known)
    assert found["orders.csv"]["in_file"] == len(orders)
    assert found["orders.csv"]["kept"] == len(known & set(named))
    assert found["orders.csv"]["set_aside"] == ("" in orders)
