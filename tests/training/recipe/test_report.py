"""What a training says becomes the files of a folder and the figures of a run."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.companies import dataset, manifest_of
from training.bundles.manifest import Manifest
from training.ladder.rung import Rung
from training.learners.boosting import BoostedModel
from training.learners.trees import BoostingSettings
from training.recipe.report import (
    Report,
    ReportedLadder,
    draw_plots,
    learned_table,
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
    features=("days_since_order",),
    outcome="inactivity",
    headlines=("auc",),
    ladder=LADDER,
    tables={"trust.md": "None was tried.\n", "when.csv": ""},
    tags={"grade": "good"},
)


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return manifest_of(BoostedModel.fit(dataset(), rounds=1), digest="d1", ladder=ROWS)


def test_a_ladder_is_shown_by_its_columns_and_written_with_all_its_figures(
    manifest: Manifest, tmp_path: Path
) -> None:
    write_report(REPORT, manifest, tmp_path)
    tables = {
        path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "tables").iterdir()
    }
    assert tables["ladder.md"].splitlines()[0] == "|  | AUC |"
    assert "| **a model** (ships) | 0.70 |" in tables["ladder.md"]
    assert tables["ladder.csv"].splitlines()[0] == "name,ships,auc,auc at 2010-06-01"
    assert json.loads(tables["ladder.json"]) == ROWS


def test_a_table_of_nothing_and_a_folder_of_no_plots_are_not_written(
    manifest: Manifest, tmp_path: Path
) -> None:
    write_report(REPORT, manifest, tmp_path)
    draw_plots(REPORT, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"card.md", "tables"}
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {
        "features.csv",
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
    assert record.tags == {
        "digest": "d1",
        "title": "a test",
        "outcome": "inactivity",
        "horizon_days": str(manifest.horizon_days),
        "data_digest": "d",
        "data_cut": "2010-12-10",
        "grade": "good",
    }
    assert (record.command, record.headlines) == ("regulars train churn", ("auc",))
    assert (record.description, record.folder) == (REPORT.card, tmp_path)
    assert [run.name for run in rung_runs(manifest)] == ["a rule", "a model"]


def test_the_features_a_model_reads_are_listed_with_their_meaning(
    manifest: Manifest, tmp_path: Path
) -> None:
    known = {one["name"]: one for one in manifest.features}
    report = replace(REPORT, features=manifest.feature_names[1:3])
    write_report(report, manifest, tmp_path)
    with (tmp_path / "tables" / "features.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == list(manifest.feature_names[1:3])
    assert [row["meaning"] for row in rows] == [known[row["name"]]["meaning"] for row in rows]


def test_what_was_learned_from_is_the_same_of_the_same_data_features_and_cutoffs(
    manifest: Manifest,
) -> None:
    told = learned_table(REPORT, manifest)
    assert (told.rows, told.customers) == (4, 2)
    assert learned_table(REPORT, manifest) == told
    others = [
        learned_table(replace(REPORT, features=manifest.feature_names), manifest),
        learned_table(replace(REPORT, origins={"tests": ["2010-06-01"]}), manifest),
        learned_table(REPORT, replace(manifest, data_digest="e")),
    ]
    assert len({told.digest, *(one.digest for one in others)}) == 4


def test_a_rung_is_nested_with_how_it_learns(manifest: Manifest) -> None:
    trees = Rung("a model", "lightgbm", ("a", "b"), "", settings=BoostingSettings(leaves=5))
    rule, model = rung_runs(manifest, [trees])
    assert rule.params == {"ships": False}
    assert (model.params["ships"], model.params["features"]) == (True, 2)
    assert model.params["lightgbm.leaves"] == 5 and model.metrics["auc"] == 0.7
    line = Rung("a line", "logistic", ("a",), "")
    blend = Rung("both", "blended", ("a", "b"), "", parts=(line, trees))
    assert blend.as_parameters()["parts"] == "a line + a model"
    assert line.as_parameters()["strength"] == 1.0


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
