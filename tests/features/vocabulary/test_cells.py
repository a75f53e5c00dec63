"""No cell of a file is a formula, and what is read back is what was written."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vocabulary.cells import (
    COMMA,
    SEMICOLON,
    SheetColumn,
    Spelling,
    csv_of_columns,
    csv_text,
    harmless,
    harmless_table,
)
from features.vocabulary.identifiers import normal_id, tidied

BEGINS = ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"]


@pytest.mark.parametrize("begin", BEGINS)
def test_no_cell_begins_as_a_formula_does(begin: str) -> None:
    assert harmless(f"{begin}1+1") == f"'{begin}1+1"
    assert harmless(f"1{begin}1") == f"1{begin}1" and harmless("") == ""


@pytest.mark.parametrize("blank", [" ", "\n", "\u00a0", "\u200b", "\ufeff", "\v", "\0", " \u3000"])
def test_no_formula_stands_behind_blanks_that_spreadsheets_pass_over(blank: str) -> None:
    for formula in ("=1", "@SUM(A1)", "＝1", "+1+1"):
        assert harmless(blank + formula) == f"'{blank}{formula}"
    assert harmless(f"x{blank}=1") == f"x{blank}=1"


@pytest.mark.parametrize("number", ["+49123", "-5", "-3.20", "+1,234,567.89", "-0"])
def test_a_number_with_its_sign_stays(number: str) -> None:
    assert harmless(number) == number


@pytest.mark.parametrize(
    "text", ["-3 days", "+49 123", "+1+1", "--1", "-", "+", "-1-1", "+A1", "-5.", "+1.-2"]
)
def test_what_is_no_number_with_its_sign_does_not(text: str) -> None:
    assert harmless(text) == f"'{text}"


@given(text=some.text(min_size=1, max_size=6))
def test_whatever_a_cell_begins_with_it_is_no_formula(text: str) -> None:
    shown = harmless(text)
    assert shown == text or shown == f"'{text}"
    is_number = re.fullmatch("[+-][0-9]+([.,][0-9]+)*", shown) is not None
    assert is_number or shown[0] not in "=+-@\t\r\n\0＝＋－＠"


TEXTS = some.text(some.sampled_from([*"'=+-@＝\t a09.\u00a0,", "é", "\n"]), max_size=7)


@given(text=TEXTS)
def test_a_text_comes_back_as_the_company_wrote_it(text: str) -> None:
    kept = tidied(text)
    assert tidied(kept) == kept
    (row,) = csv.reader(io.StringIO(csv_text([[kept, "x"]], line_end="\n"), newline=""))
    assert tidied(row[0]) == kept
    assert normal_id(harmless(normal_id(text))) == normal_id(text)


def test_rows_are_written_with_empty_cells_for_none_and_numbers_as_they_are() -> None:
    rows: list[list[object]] = [["name", "change"], ["=1", -2.5], [None, "-2.5"]]
    assert csv_text(rows) == "name,change\r\n'=1,-2.5\r\n,-2.5\r\n"
    assert csv_text([["a"]], line_end="\n") == "a\n"


def test_every_text_of_a_table_is_harmless_and_nothing_else_changes() -> None:
    table = pa.table(
        {"customer_id": ["=1+1", "17841"], "text_1": [None, "-3 days"], "points_1": [-1.0, 2.0]}
    )
    assert harmless_table(table).to_pydict() == {
        "customer_id": ["'=1+1", "17841"],
        "text_1": [None, "'-3 days"],
        "points_1": [-1.0, 2.0],
    }


def test_columns_are_spelled_as_a_country_reads_them() -> None:
    columns = [
        SheetColumn(["=1", "a,b", "a;b"]),
        SheetColumn(["1234.50", "-0.5", ""], is_number=True),
        SheetColumn(["1.5", "+4912", "x"]),
    ]
    assert csv_of_columns(columns) == '\'=1,1234.50,1.5\r\n"a,b",-0.5,+4912\r\na;b,,x\r\n'
    assert csv_of_columns(columns, SEMICOLON) == (
        '\'=1;1234,50;1.5\r\na,b;-0,5;+4912\r\n"a;b";;x\r\n'
    )


@pytest.mark.parametrize("spelling", [COMMA, SEMICOLON], ids=["comma", "semicolon"])
def test_what_was_written_in_either_way_is_read_as_it_was(
    tmp_path: Path, spelling: Spelling
) -> None:
    """The company's own numbers and every cent of what was paid, through the whole of an ingest."""
    ids = ["+4912345", "=1+1", "-A", "@x", "0012", "a;b,c", "17841", "-17"]
    cells = {
        "customer": SheetColumn(ids),
        "order": SheetColumn([f"o{one}" for one in range(8)]),
        "day": SheetColumn([f"2026-01-0{one + 1}" for one in range(8)]),
        "amount": SheetColumn(["0.05", "1234.50", "7.00", "12.34", "-5.00", "99999.99", "0.50", "3.10"], is_number=True),
    }  # fmt: skip
    heading = csv_of_columns([SheetColumn([one]) for one in cells], spelling)
    content = "\ufeff" + heading + csv_of_columns([*cells.values()], spelling)
    (tmp_path / "sales.csv").write_text(content, encoding="utf-8", newline="")
    columns = {
        "customer_id": "customer",
        "order_id": '"order"',
        "ordered_at": "day",
        "item_id": "'any'",
        "quantity": "1",
        "amount": "amount",
    }
    tables = {"purchases": {"source": "sales.csv", "columns": columns}}
    said = {"company": {"currency": "EUR"}, "tables": tables}
    workspace = Workspace(tmp_path / "workspace")
    ingest(settings_from(said, folder=tmp_path), workspace)
    pack = open_store(workspace).pack()
    bought = pack.streams["purchases"]
    owners = np.repeat(np.arange(pack.customers), np.diff(bought.offsets)).tolist()
    cents = bought.columns["amount_cents"].tolist()
    found = {pack.customer_ids[key]: one for key, one in zip(owners, cents, strict=True)}
    expected = [5, 123_450, 700, 1_234, -500, 9_999_999, 50, 310]
    assert found == dict(zip(ids, expected, strict=True))
