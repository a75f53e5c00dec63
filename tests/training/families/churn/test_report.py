"""What a run leaves behind: a card one can read, tables, plots, and nobody's name."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from features.company.settings.company import CompanySettings
from features.company.settings.questions import CampaignSettings
from features.company.settings.reading import Settings
from features.company.settings.service import MlflowSettings
from training.bundles.bundle import opened, write
from training.families.churn.bundle import CHURN_KIND
from training.families.churn.evaluation.evaluation import evaluate
from training.families.churn.family import CHURN_FAMILY
from training.families.churn.learning import Learned
from training.families.churn.report import EvaluatedChurn, churn_report
from training.recipe.report import draw_plots, run_record, write_report
from training.registry.registry import BUNDLE_FOLDER
from training.registry.runs.record import RunRecord

CAMPAIGN = CampaignSettings(list_size=40, kept_value_cents=20_000)


@pytest.fixture(scope="module")
def learned(learned_churn: Learned) -> Learned:
    return learned_churn


@pytest.fixture(scope="module")
def evaluated(learned: Learned) -> EvaluatedChurn:
    return EvaluatedChurn(learned, evaluate(learned, CAMPAIGN))


@pytest.fixture(scope="module")
def record(evaluated: EvaluatedChurn, tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return written(tmp_path_factory.mktemp("run"), evaluated)


def written(folder: Path, evaluated: EvaluatedChurn, *, has_shap_plots: bool = True) -> RunRecord:
    """The bundle and the report of a run in a folder, and what MLflow is to keep of it."""
    drafted, bundle = CHURN_FAMILY.model(evaluated)
    manifest = write(CHURN_KIND, drafted, bundle, folder / BUNDLE_FOLDER)
    report = churn_report(
        evaluated,
        manifest,
        company=CompanySettings(),
        campaign=CAMPAIGN,
        has_shap_plots=has_shap_plots,
    )
    write_report(report, manifest, folder)
    draw_plots(report, folder)
    return run_record(report, manifest, folder)


def test_the_card_answers_in_the_order_in_which_one_asks(record: RunRecord) -> None:
    card = record.description
    assert card.splitlines()[2].startswith("**")
    heads = [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]
    assert heads == [
        "What it answers",
        "What it is worth",
        "For whom it works",
        "When",
        "How well",
        "How the level held",
        "What tells most, and whether it was known before",
        "Whether its reasons can be trusted",
        "How it ages",
        "Which cutoff measured what",
        "What to know before using it",
        "Made with",
    ]
    assert "of the 40 riskiest customers" in card and "200 EUR for a kept customer" in card


def test_the_card_says_which_test_is_reserved_and_of_which_fit_its_figures_are(
    learned: Learned, record: RunRecord
) -> None:
    reserved, *choosing = [split.name for split in learned.splits.tests]
    card = record.description
    assert f"At {reserved}, the reserved test: AUC " in card
    assert f"The rung was chosen at {' and '.join(choosing)}; {reserved} is reserved" in card
    assert "The figures are those of the fits before the last refit" in card
    assert "| test 1, reserved | " in card
    told = learned.ladder.winning_row.at_reserved
    assert record.metrics["reserved/auc"] == told["auc"]
    assert record.params["reserved_cutoff"] == reserved


def test_the_plots_and_tables_of_a_run_are_complete(record: RunRecord) -> None:
    plots = {path.name for path in (record.folder / "plots").iterdir()}
    assert plots >= {"reliability.png", "gains.png", "lift.png", "profit.png", "decay.png"}
    assert plots >= {"calibration_by_cutoff.png", "survival.png"}
    assert plots >= {"shap_summary.png", "shap_dependence.png"}
    tables = {path.name for path in (record.folder / "tables").iterdir()}
    assert tables >= {"ladder.csv", "lists.csv", "slices.csv", "decay.csv", "when.csv"}


def test_nobody_is_named_in_anything_a_run_leaves_behind(
    record: RunRecord, learned: Learned
) -> None:
    names = [name.encode() for name in learned.pack.customer_ids]
    for path in sorted(one for one in record.folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        assert [name for name in names if name in content] == [], path.name


def test_every_metric_is_a_number_and_the_evaluation_travels_in_the_bundle(
    record: RunRecord,
) -> None:
    assert [key for key, value in record.metrics.items() if not math.isfinite(value)] == []
    assert {"list/profit_cents", "empc", "when/held"} <= set(record.metrics)
    told = opened(CHURN_KIND, record.folder / "bundle").manifest.evaluation
    written = json.loads((record.folder / "tables" / "evaluation.json").read_text())
    assert json.loads(json.dumps(told)) == written
    assert record.tags["grade"] == told["grade"]["word"]


def test_shap_plots_can_be_left_out(evaluated: EvaluatedChurn, tmp_path: Path) -> None:
    without = Settings(mlflow=MlflowSettings(shap_plots=False))
    has_shap_plots = CHURN_FAMILY.own(without).has_shap_plots
    folder = written(tmp_path, evaluated, has_shap_plots=has_shap_plots).folder
    assert list((folder / "plots").iterdir()) and not list((folder / "plots").glob("shap*"))
