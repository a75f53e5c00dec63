"""What a training says becomes the files of a folder and the figures of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.companies import dataset, manifest_of
from training.bundles.manifest import Manifest
from training.learners.boosting import BoostedModel
from training.recipe.report import (
    Report,
    ReportedLadder,
    draw_plots,
    numbers_of,
    run_record,
    rung_runs,
    write_report,
)
from training.registry.runs.record import ChildRun

ROWS = [
    {"name": "a rule", "ships": False, "auc": 0.6, "at": {"2010-06-01": 0.6}},
    {"name": "a model", "ships": True, "auc": 0.7, "at": {"2010-06-01": 0.7}},
]
LADDER = ReportedLadder(ROWS, [("auc", "AUC")], lambda row, key: f"{row[key]:.2f}", "auc", "at")
REPORT = Report(
    card="# A model\n",
    parameters={"horizon_days": 60},
    metrics={"auc": 0.7},
    child_runs=[ChildRun("test at 2010-06-01", {"auc": 0.7})],
    customers=2,
    rows=4,
    features=1,
    ladder=LADDER,
    tables={"trust.md": "None was tried.\n", "when.csv": ""},
    tags={"grade": "good"},
)


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return manifest_of(BoostedModel.fit(dataset(), rounds=1), digest="d1", ladder=ROWS)


def test_a_ladder_is_shown_by_its_columns_and_written_with_all_its_figures(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    tables = {
        path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "tables").iterdir()
    }
    assert tables["ladder.md"].splitlines()[0] == "|  | AUC |"
    assert "| **a model** (ships) | 0.70 |" in tables["ladder.md"]
    assert tables["ladder.csv"].splitlines()[0] == "name,ships,auc,auc at 2010-06-01"
    assert json.loads(tables["ladder.json"]) == ROWS


def test_a_table_of_nothing_and_a_folder_of_no_plots_are_not_written(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    draw_plots(REPORT, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"card.md", "tables"}
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {
        "ladder.csv",
        "ladder.json",
        "ladder.md",
        "trust.md",
    }


def test_a_run_is_named_by_its_model_and_tagged_with_digest_and_title(
    manifest: Manifest, tmp_path: Path
) -> None:
    record = run_record(REPORT, manifest, tmp_path)
    assert record.name == "churn: a test"
    assert record.tags == {"digest": "d1", "title": "a test", "grade": "good"}
    assert (record.description, record.folder) == (REPORT.card, tmp_path)
    assert [run.name for run in rung_runs(manifest)] == ["a rule", "a model"]


def test_only_numbers_that_are_any_are_figures() -> None:
    row = {
        "auc": 0.7,
        "customers": 3,
        "ships": True,
        "name": "a",
        "gain": float("nan"),
        "low": None,
    }
    assert numbers_of(row) == {"auc": 0.7, "customers": 3.0}
