"""The list with a value model in use: expected value, value at risk and the matrix whose cells are links."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

from serving.pages.churn_list import matching, matrix, sorts
from serving.pages.files.download import csv_parts
from serving.pages.list_query import ListQuery
from serving.snapshot.reading import Snapshot
from tests.pages.test_churn_page import numbers, page, texts
from tests.serving.calling import Caller, Service
from tests.serving.company import Company


@pytest.fixture(scope="module")
def browser(valued_company: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    service = Service(valued_company, tmp_path_factory.mktemp("ledger"))
    yield service.browser()
    service.close()


def cells(found: BeautifulSoup) -> list[str]:
    return [str(one["href"]) for one in found.select(".matrix a")]


def test_the_nine_cells_hold_every_judged_customer_and_all_value_at_risk(
    browser: Caller, valued: Snapshot
) -> None:
    found = page(browser)
    assert len(cells(found)) == 9
    customers = numbers(found, ".matrix a small:not(.play)")
    assert sum(customers) == valued.judged
    whole = float(valued.at_risk_cents(np.arange(valued.judged)).sum()) / 100
    assert sum(numbers(found, ".matrix b")) == pytest.approx(whole, abs=9)


def test_each_cell_leads_to_its_own_customers(browser: Caller) -> None:
    first = page(browser)
    customers = numbers(first, ".matrix a small:not(.play)")
    for link, expected in zip(cells(first), customers, strict=True):
        found = page(browser, f"{link}&size=100")
        shown = len(texts(found, ".list .customer small"))
        assert shown == min(expected, 100)
        chosen = found.select(".matrix a.chosen")
        assert len(chosen) == 1 and "cell" not in str(chosen[0]["href"])


def test_cells_with_names_say_what_they_call_for(browser: Caller) -> None:
    assert texts(page(browser), ".matrix .play") == [
        "Call, or make an offer",
        "Protect, without a discount",
        "Something cheap and automated",
        "Leave as it is",
    ]


@pytest.mark.parametrize(("sort", "column"), [("value", "expected"), ("at_risk", "stake")])
def test_expected_value_and_value_at_risk_sort_the_list(
    browser: Caller, sort: str, column: str
) -> None:
    found = page(browser, f"/churn?sort={sort}")
    for one in found.select(".list td small"):
        one.decompose()
    falling = numbers(found, f".list td.{column}")
    assert falling == sorted(falling, reverse=True) and falling[0] > falling[-1]


def test_money_is_named_for_what_it_is(browser: Caller) -> None:
    found = page(browser)
    assert "Expected value" in texts(found, ".list thead th")
    assert "value at risk" in texts(found, ".summary")[0]
    assert "Value is the margin a customer is expected to bring" in found.get_text()


def test_a_customers_page_says_the_range(browser: Caller) -> None:
    link = page(browser, "/churn?sort=value").select_one(".list .customer a")
    assert link is not None
    figures = texts(page(browser, str(link["href"])), ".figures > div")
    assert figures[1].startswith("Expected margin, next 90 days")
    assert figures[1].endswith("four times in five")


def test_the_file_carries_value_and_its_range(browser: Caller, valued: Snapshot) -> None:
    answer = browser.get("/churn.csv?cell=high-high")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows
    for row in rows:
        key = valued.customer_ids.find(row["customer_id"])
        assert float(row["expected_value"]) == valued.value_cents[key] / 100
        assert float(row["expected_value_low"]) <= float(row["expected_value"])
        assert row["value_days"] == "90"


def test_an_unknown_cell_is_taken_as_not_asked(browser: Caller) -> None:
    assert texts(page(browser, "/churn?cell=huge-high"), ".list .customer small") == texts(
        page(browser, "/churn"), ".list .customer small"
    )


def test_the_filters_and_the_search_keep_the_cell(browser: Caller) -> None:
    found = page(browser, "/churn?cell=high-low")
    for form in (".filters", ".search"):
        kept = found.select_one(f'{form} input[type="hidden"][name="cell"]')
        assert kept is not None and kept["value"] == "high-low"


def test_nothing_is_at_risk_where_the_question_is_not_who_leaves(valued: Snapshot) -> None:
    other = replace(valued, manifest={**valued.manifest, "means_leaving": False})
    assert matrix(other) == [] and len(matrix(valued)) == 9
    assert sorts(other)["at_risk"] == "Value × chance"
    assert sorts(valued)["at_risk"] == "Value at risk"


@pytest.mark.parametrize("size", [1, 2, 1_000])
def test_the_file_is_the_same_however_many_customers_are_written_at_once(
    valued_company: Company, tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    service = Service(valued_company, tmp_path_factory.mktemp("ledger"))
    in_use = service.models_in_use.in_use
    assert in_use is not None
    asked = ListQuery(cell="high-high")
    assert len(matching(in_use.snapshot, asked)) > 4
    whole = b"".join(csv_parts(in_use, asked, "EUR"))
    assert b"".join(csv_parts(in_use, asked, "EUR", at_once=size)) == whole
    service.close()
