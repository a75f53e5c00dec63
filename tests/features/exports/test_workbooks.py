"""A workbook's cells are what they are: numbers, days and texts, none of them a formula."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import openpyxl

from features.exports.workbooks import DAY, TEXT, Kind, sheet
from features.vocabulary.cells import SheetColumn


def test_a_sheet_has_its_heading_and_every_cell_as_what_it_is(tmp_path: Path) -> None:
    file = io.BytesIO()
    kinds: dict[str, Kind] = {"customer": TEXT, "net_gain": 2, "contact_by": DAY}
    with sheet(file, kinds, scratch=tmp_path) as lines:
        lines.add(
            [
                SheetColumn(["=1+1", "0012"]),
                SheetColumn(["2.5", ""]),
                SheetColumn(["2026-05-01", ""]),
            ]
        )
        lines.add([SheetColumn(["last"]), SheetColumn(["-3.00"]), SheetColumn([""])])
    found = openpyxl.load_workbook(io.BytesIO(file.getvalue())).active
    assert [*found.iter_rows(values_only=True)] == [
        ("customer", "net_gain", "contact_by"),
        ("=1+1", 2.5, datetime(2026, 5, 1)),
        ("0012", None, None),
        ("last", -3, None),
    ]
    assert found["A2"].data_type == "s" and found["B2"].data_type == "n"
    assert [*tmp_path.iterdir()] == []
