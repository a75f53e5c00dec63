"""Objects of JSON lines as rows of texts, and the lines that are none."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from features.sources.texts.json_lines import copy_json_lines
from features.sources.texts.records import CopiedRecords, RefusedLine
from features.vocabulary.errors import DataRefused


def test_values_are_the_texts_that_stand_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text(
        '{"id": 98260033224538323640, "name": "Ä", "paid": true, "sum": 5.90}\n'
        "\n"
        '{"id": "007", "sum": null, "lines": [{"sku": "A"}], "name": ""}\n'
        "[1]\n"
        '{"id": "00',
        encoding="utf-8",
    )
    names, records = copy_json_lines(file, tmp_path / "rows.parquet")
    assert names == ("id", "name", "paid", "sum", "lines")
    assert parquet.read_table(tmp_path / "rows.parquet").to_pylist() == [
        {"id": "98260033224538323640", "name": "Ä", "paid": "true", "sum": "5.90", "lines": None},
        {"id": "007", "name": None, "paid": None, "sum": None, "lines": '[{"sku": "A"}]'},
    ]
    assert records == CopiedRecords(2, 2, 2, (RefusedLine(4, 0), RefusedLine(5, 0)))


def test_a_file_without_objects_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text("[1, 2]\nx\n")
    with pytest.raises(DataRefused, match="one JSON object a line"):
        copy_json_lines(file, tmp_path / "rows.parquet")
