"""The list as an Excel workbook, as an independent reader finds it: numbers, texts and days, and no formula."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from features.store.pack import TextColumn
from serving.in_use.models_in_use import InUse
from serving.ledger.privacy import Withheld
from serving.pages.files import workbook
from serving.pages.files.choices import file_links, file_note
from serving.pages.files.download import csv_parts
from serving.pages.files.leftovers import drop_leftovers
from serving.pages.files.table import DATES, DECIMALS
from serving.pages.files.workbook import xlsx_parts
from serving.pages.list_query import ListQuery
from tests.serving.calling import NOW, Service
from training.reasons.languages.known import language_of

EVERYBODY = ListQuery(sort="risk", consent="all")


@pytest.fixture
def in_use(valued_service: Service) -> InUse:
    found = valued_service.models_in_use.in_use
    assert found is not None
    return found


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def made(in_use: InUse, scratch: Path, **further: Any) -> Any:
    return sheet_of(b"".join(xlsx_parts(in_use, EVERYBODY, "EUR", scratch, **further)))


def lines(in_use: InUse) -> Sequence[dict[str, str]]:
    text = b"".join(csv_parts(in_use, EVERYBODY, "EUR")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_workbook_holds_the_cells_of_the_file_as_what_they_are(
    in_use: InUse, tmp_path: Path
) -> None:
    heading, *rows = made(in_use, tmp_path).iter_rows()
    names, kinds = [one.value for one in heading], set[str]()
    for line, row in zip(lines(in_use), rows, strict=True):
        assert names == list(line)
        for name, cell in zip(names, row, strict=True):
            told = line[name].removeprefix("'")
            if not told:
                assert cell.value is None
            elif name in DECIMALS:
                assert cell.data_type == "n" and cell.value == float(told)
            elif name in DATES:
                assert isinstance(cell.value, datetime) and cell.value.date() == date.fromisoformat(
                    told
                )
            else:
                assert cell.data_type == "s" and cell.value == told and cell.number_format == "@"
            kinds.add(f"{cell.number_format} {cell.data_type}")
    assert {"#,##0.00 n", "0.0 n", "#,##0 n", "yyyy-mm-dd d", "@ s"} <= kinds
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", ["=1+1", "+4912345", "0012", "1e5", "http://x.test", "@SUM(A1)"])
def test_an_id_is_a_text_whatever_it_looks_like(in_use: InUse, tmp_path: Path, number: str) -> None:
    ids = [*in_use.snapshot.customer_ids]
    key = int(in_use.snapshot.ranking.customer_keys[0])
    ids[key] = number
    # What is shown is looked up by place, so that the order of these texts does not matter.
    named = replace(in_use, snapshot=replace(in_use.snapshot, customer_ids=TextColumn.of(ids)))
    cell = made(named, tmp_path)["B2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (number, "s", None)


def test_whoever_objects_while_it_is_made_is_not_in_it(in_use: InUse, tmp_path: Path) -> None:
    first, second = (line["customer_id"] for line in lines(in_use)[:2])
    answers = [Withheld(), Withheld(), Withheld(frozenset({first}), frozenset({second}))]

    def withheld() -> Withheld:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    ids = {row[1] for row in made(in_use, tmp_path, withheld=withheld).values}
    assert not ids & {first, second} and len(ids) == in_use.snapshot.judged - 2 + 1


def test_what_a_killed_process_left_is_deleted_and_what_is_being_made_is_not(
    tmp_path: Path,
) -> None:
    for name, age_seconds in (("old", 601), ("young", 599)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "list.xlsx").write_bytes(b"x")
        os.utime(tmp_path / name, (NOW - age_seconds, NOW - age_seconds))
    drop_leftovers(tmp_path, NOW)
    assert [one.name for one in tmp_path.iterdir()] == ["young"]
    drop_leftovers(tmp_path / "where nobody ever asked for one", NOW)


def test_a_list_that_is_too_long_is_refused_and_the_menu_says_so(
    valued_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = valued_service.browser()
    answer = browser.get("/churn.xlsx?consent=all")
    assert answer.headers["content-disposition"] == 'attachment; filename="churn-list.xlsx"'
    judged = sheet_of(answer.content).max_row - 1
    for place in ("pages", "files.choices"):
        monkeypatch.setattr(f"serving.pages.{place}.MOST_ROWS", judged - 1)
    refused = browser.get("/churn.xlsx?consent=all")
    assert refused.status_code == 422 and "Take it as CSV" in refused.text
    assert "/churn.xlsx" not in browser.get("/churn?consent=all").text
    assert "An Excel workbook holds" in browser.get("/churn?consent=all").text
    assert browser.get("/churn.xlsx?consent=all&band=high").status_code == 200


def test_the_menu_offers_the_companys_own_way_first_and_keeps_the_filters() -> None:
    asked = ListQuery(band="high", page=3, size=50)
    english, german = (file_links(asked, 10, language_of(one)) for one in ("en", "de"))
    assert [one.link for one in english] == [
        "/churn.csv?band=high&separator=comma",
        "/churn.csv?band=high&separator=semicolon",
        "/churn.xlsx?band=high",
    ]
    assert [one.label for one in german][:2] == [
        "CSV mit Semikolons und Dezimalkommas",
        "CSV mit Kommas",
    ]
    assert file_note(workbook.MOST_ROWS, language_of("en")) == ""
    assert len(file_links(asked, workbook.MOST_ROWS + 1, language_of("en"))) == 2


@pytest.mark.parametrize(
    ("asked", "first"),
    [("", "rank,customer_id"), ("comma", "rank,customer_id"), ("semicolon", "rank;customer_id"), ("tab", "rank,customer_id")],
)  # fmt: skip
def test_the_link_says_how_the_file_is_written(
    valued_service: Service, asked: str, first: str
) -> None:
    text = valued_service.browser().get(f"/churn.csv?separator={asked}").content.decode("utf-8-sig")
    assert text.startswith(first)
