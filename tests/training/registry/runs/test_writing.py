"""What MLflow's own client finds of a training that was written to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from tests.oracles.mlflow_client import experiment_tags, run_by_name
from training.registry.registry import Registry
from training.registry.runs.first_view import VIEW_TAG
from training.registry.runs.origin import account
from training.registry.runs.record import ChildRun, LearnedTable, RunRecord

SECONDS_BEFORE = 90.5
LEARNED_FROM = LearnedTable("churn up to 2026-01-01", "0123456789ab", ["orders", "spend"], 40, 10)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A store with one run in it and one nested in that."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "card.md").write_text("A card.", encoding="utf-8")
    record = RunRecord(
        name="a run",
        params={"horizon_days": 90},
        metrics={"auc": 0.8},
        tags={"outcome": "inactivity"},
        children=[ChildRun("a rung", {"auc": 0.7}, {"family": "lightgbm"})],
        folder=folder,
        description="A card.",
        command="regulars train churn",
        learned_from=LEARNED_FROM,
        headlines=("auc",),
        seconds_before=SECONDS_BEFORE,
    )
    found = Registry(Settings(), Workspace(tmp_path_factory.mktemp("workspace")), "churn")
    assert "viewStateShareKey" not in found.first_page("http://127.0.0.1:5000")
    found.record(record)
    return found


@pytest.fixture
def run(registry: Registry) -> Any:
    return run_by_name(registry, "a run")


def test_a_run_lasts_from_when_the_training_began(registry: Registry, run: Any) -> None:
    nested = run_by_name(registry, "a rung")
    assert run.info.end_time >= nested.info.start_time
    assert nested.info.start_time - run.info.start_time >= SECONDS_BEFORE * 1_000
    assert run.info.status == "FINISHED"


def test_a_run_says_who_made_it_and_by_which_command(run: Any) -> None:
    assert run.data.tags["mlflow.user"] == account()
    assert run.data.tags["mlflow.source.name"] == "regulars train churn"
    assert run.data.tags["outcome"] == "inactivity"


def test_a_run_names_what_it_was_learned_from_by_digest_columns_and_size(run: Any) -> None:
    [told] = run.inputs.dataset_inputs
    assert (told.dataset.name, told.dataset.digest) == (LEARNED_FROM.name, LEARNED_FROM.digest)
    columns = json.loads(told.dataset.schema)["mlflow_colspec"]
    assert [one["name"] for one in columns] == ["orders", "spend"]
    assert json.loads(told.dataset.profile) == {"num_rows": 40, "num_columns": 2, "customers": 10}
    assert [one.value for one in told.tags] == ["training"]


def test_a_nested_run_has_parameters_and_belongs_to_its_parent(
    registry: Registry, run: Any
) -> None:
    nested = run_by_name(registry, "a rung")
    assert nested.data.params == {"family": "lightgbm"} and nested.data.metrics == {"auc": 0.7}
    assert nested.data.tags["mlflow.parentRunId"] == run.info.run_id


def test_an_experiment_with_a_run_says_how_its_runs_are_shown(registry: Registry) -> None:
    assert "metrics.`auc`" in experiment_tags(registry)[VIEW_TAG]
    assert "viewStateShareKey" in registry.first_page("http://127.0.0.1:5000")
