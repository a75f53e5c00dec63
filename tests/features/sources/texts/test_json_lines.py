"""Objects of JSON lines as rows of texts, and the lines that are none."""

from __future__ import annotations

import json
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
        '{"id": "007", "sum": null, "tags": ["A"], "name": ""}\n'
        "[1]\n"
        '{"id": "00',
        encoding="utf-8",
    )
    names, records = copy_json_lines(file, tmp_path / "rows.parquet")
    assert names == ("id", "name", "paid", "sum", "tags")
    assert parquet.read_table(tmp_path / "rows.parquet").to_pylist() == [
        {"id": "98260033224538323640", "name": "Ä", "paid": "true", "sum": "5.90", "tags": None},
        {"id": "007", "name": None, "paid": None, "sum": None, "tags": '["A"]'},
    ]
    assert records == CopiedRecords(2, 2, 2, (RefusedLine(4, 0), RefusedLine(5, 0)))


def test_a_file_without_objects_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text("[1, 2]\nx\n")
    with pytest.raises(DataRefused, match="one JSON object a line"):
        copy_json_lines(file, tmp_path / "rows.parquet")


ORDERS = [
    {
        "id": 7,
        "customer": {"id": "C1", "address": {"city": "Ulm"}},
        "line_items": [
            {"sku": "A", "price": {"amount": 1.50}},
            {"sku": "B", "price": {"amount": 2.00}},
        ],
        "tax_lines": [{"rate": 0.19}],
    },
    {"id": 8, "customer": None, "line_items": [], "tax_lines": [{"rate": 0.07}]},
]
ROWS = [
    ("7", "C1", "Ulm", "A", "1.5"),
    ("7", "C1", "Ulm", "B", "2.0"),
    ("8", None, None, None, None),
]


@pytest.mark.parametrize(
    "written",
    [
        "\n".join(json.dumps(one) for one in ORDERS),
        json.dumps(ORDERS),
        json.dumps(ORDERS, indent=2),
        json.dumps({"orders": ORDERS}, indent=2),
    ],
    ids=["lines", "list", "list over lines", "answer of a service"],
)
def test_objects_in_objects_are_columns_and_the_lines_of_an_order_rows(
    tmp_path: Path, written: str
) -> None:
    file = tmp_path / "orders.json"
    file.write_text(written, encoding="utf-8")
    found, records = copy_json_lines(file, tmp_path / "rows.parquet")
    assert records == CopiedRecords(3)
    assert "line_items" not in found
    names = (
        "id",
        "customer.id",
        "customer.address.city",
        "line_items.sku",
        "line_items.price.amount",
    )
    rows = parquet.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [tuple(row[name] for name in names) for row in rows] == ROWS
    # Which of several lists makes rows is told by its name; the other stays as it is.
    assert rows[0]["tax_lines"] == '[{"rate": "0.19"}]'


def test_what_is_no_list_of_lines_in_some_objects_is_kept_as_a_text(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text(
        '{"id": 1, "items": [{"sku": "A"}]}\n{"id": 2, "items": "none"}\n'
        '{"id": 3, "items": [{"sku": "B"}, 7]}\n{"id": 4, "items": null}\n',
        encoding="utf-8",
    )
    names, records = copy_json_lines(file, tmp_path / "rows.parquet")
    assert (names, records) == (("id", "items", "items.sku"), CopiedRecords(4))
    rows = parquet.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("1", None, "A"),
        ("2", "none", None),
        ("3", '[{"sku": "B"}, "7"]', None),
        ("4", None, None),
    ]


def test_lists_none_of_which_has_a_known_name_make_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text('{"id": 1, "a": [{"x": 1}, {"x": 2}], "b": [{"y": 1}]}\n', encoding="utf-8")
    names, records = copy_json_lines(file, tmp_path / "rows.parquet")
    assert (names, records) == (("id", "a", "b"), CopiedRecords(1))


def test_a_list_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(ORDERS)[:-5], encoding="utf-8")
    with pytest.raises(DataRefused, match="one JSON object a line"):
        copy_json_lines(file, tmp_path / "rows.parquet")
