"""A column that is missing in a whole file is named with the file; a customer said once an order refuses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from features.checks.breaches import Breach, CheckReport, Severity
from features.checks.checking import check
from features.company.settings.reading import Settings, settings_from
from tests.features.tables import COLUMNS, Row, purchases, write_table


def sold(at: int, customer: str | None = "", **other: str | None) -> Row:
    order, item = other.get("order", f"o{at}"), other.get("item", "tea")
    return (f"c{at % 9}" if customer == "" else customer, order, "2026-01-04", item, 1, 4.5)


def of_files(folder: Path, *tables: list[Row], **mapping: object) -> Settings:
    for place, rows in enumerate(tables):
        write_table(folder / f"{place}.parquet", rows)
    columns = {"source": "*.parquet", "columns": dict(COLUMNS), **mapping}
    plain = {"company": {"currency": "EUR"}, "tables": {"purchases": columns}}
    return settings_from(plain, folder=folder)


def told(report: CheckReport, rule: str) -> Breach | None:
    found = [one for one in report.breaches if one.rule == rule]
    return found[0] if found else None


GOOD = [sold(at) for at in range(100)]


def test_a_column_that_is_missing_in_a_whole_file_is_named_with_it(tmp_path: Path) -> None:
    lost = [sold(200, item=None), sold(201, item=None)]
    found = told(check(of_files(tmp_path, GOOD, lost, lost)), "whole_file.item_id")
    assert found is not None
    assert (found.rows, found.severity) == (4, Severity.REFUSES)
    assert found.what == "item_id is missing in every row of 1.parquet, 2.parquet"
    own = {"no item": "item IS NULL"}
    assert not check(of_files(tmp_path, GOOD, lost, lost, set_aside=own)).refused


def test_a_file_in_which_one_row_has_the_column_is_not_named(tmp_path: Path) -> None:
    lost = [sold(200, item=None), sold(201)]
    assert not check(of_files(tmp_path, GOOD, lost)).refused


@pytest.mark.parametrize(("unknown", "refused"), [(5, False), (6, True)])
def test_a_day_may_have_a_few_lines_of_people_nobody_knows_and_no_more(
    tmp_path: Path, unknown: int, refused: bool
) -> None:
    lost = [sold(200 + at, None) for at in range(unknown)]
    report = check(of_files(tmp_path, GOOD, lost))
    assert (told(report, "whole_file.customer_id") is not None) is report.refused is refused


def test_a_single_file_is_judged_by_its_share_alone(tmp_path: Path) -> None:
    report = check(purchases(tmp_path, [sold(at, item=None) for at in range(9)]))
    assert report.refused
    assert told(report, "whole_file.item_id") is None


@pytest.mark.parametrize(
    ("missing", "refused"), [({"item": 5}, False), ({"item": 6}, True), ({"item": 7}, True)]
)
def test_five_in_a_hundred_rows_may_be_without_a_needed_value(
    tmp_path: Path, missing: dict[str, int], refused: bool
) -> None:
    rows = [sold(at, item=None if at < missing["item"] else "tea") for at in range(100)]
    report = check(purchases(tmp_path, rows))
    assert report.refused is refused
    found = told(report, "missing.item_id")
    assert found is not None and found.rows == missing["item"]
    if refused:
        assert found.detail == f"{missing['item']}.0% of the rows; at most 5% may be so"
        written = found.advice.split("[tables.purchases.set_aside] ")[1].removesuffix(".")
        own = tomllib.loads(written)
        assert not check(purchases(tmp_path, rows, set_aside=own)).refused


@pytest.mark.parametrize(("unknown", "refused"), [(50, False), (51, True)])
def test_a_third_of_the_lines_may_be_of_people_nobody_knows(
    tmp_path: Path, unknown: int, refused: bool
) -> None:
    rows = [sold(at, None if at < unknown else "") for at in range(150)]
    assert check(purchases(tmp_path, rows)).refused is refused


@pytest.mark.parametrize(("lines", "refused"), [(12, False), (13, True)])
def test_a_customer_who_stands_on_one_line_of_an_order_only_is_refused(
    tmp_path: Path, lines: int, refused: bool
) -> None:
    blank = [sold(at, None, order=f"o{at}", item="cup") for at in range(lines)]
    unknown = [sold(300 + at, None) for at in range(9)]
    report = check(purchases(tmp_path, [*GOOD, *blank, *unknown]))
    found = told(report, "customer_said_once")
    assert (found is not None) is report.refused is refused
    if found is not None:
        assert found.rows == lines
        assert '[tables.purchases.fill] "customer" = "order"' in found.advice
