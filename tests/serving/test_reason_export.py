"""Everybody's worded reasons in a file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from pyarrow import csv

from features.errors import UsageRefused
from serving.reason_export import _harmless, export_reasons
from tests.serving.calling import Caller
from tests.serving.company import Company
from training.reasons.languages import language_of


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_file_tells_every_judged_customer_what_the_service_tells(
    demo_workspace: Company, caller: Caller, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / f"reasons.{kind}"
    found = export_reasons(demo_workspace.workspace, path, language_of("en"), currency="EUR")
    table = parquet.read_table(path) if kind == "parquet" else csv.read_csv(path)
    assert table.num_rows == found.customers > 200
    lines = table.slice(0, 20).to_pylist()
    answered = caller.score(rows=[{"customer_id": one["customer_id"]} for one in lines])["rows"]
    for line, row in zip(lines, answered, strict=True):
        assert line["risk_percent"] == row["shown"]["probability"]
        first = row["reasons"][0]
        assert (line["reason_1"], line["points_1"]) == (first["title"], first["shown_points"])
        assert (line["text_1"] or "") == first["text"]
        if line["risk_before_percent"] is not None:
            moved = line["risk_before_percent"] + line["risk_change_points"]
            assert moved == pytest.approx(line["risk_percent"], abs=1e-6)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_the_language_is_the_one_asked_for(demo_workspace: Company, tmp_path: Path) -> None:
    path = tmp_path / "gruende.parquet"
    export_reasons(demo_workspace.workspace, path, language_of("de"), currency="EUR")
    titles = set(parquet.read_table(path)["reason_1"].to_pylist())
    assert "Kaufrhythmus" in titles and "Buying rhythm" not in titles


@pytest.mark.parametrize("name", ["reasons.xlsx", "reasons", "nowhere/reasons.csv"])
def test_another_kind_of_file_is_refused_and_nothing_is_written(
    demo_workspace: Company, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageRefused):
        export_reasons(demo_workspace.workspace, tmp_path / name, language_of("en"), currency="EUR")
    assert list(tmp_path.iterdir()) == []


def test_no_cell_of_a_spreadsheet_is_a_formula() -> None:
    table = pa.table(
        {"customer_id": ["=1+1", "17841"], "text_1": [None, "-3 days"], "points_1": [-1.0, 2.0]}
    )
    assert _harmless(table).to_pydict() == {
        "customer_id": ["'=1+1", "17841"],
        "text_1": [None, "'-3 days"],
        "points_1": [-1.0, 2.0],
    }
