"""What monitoring found stands in MLflow below the training of the model it looked through, a step a day of the data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from tests.oracles.mlflow_client import histories_of, nested_runs
from tests.training.registry.test_registry import SETTINGS
from training.registry.registry import Registry
from training.registry.runs.record import RunRecord
from training.registry.weeks import Weeks

FIGURES = {"share": 0.31, "auc": 0.774, "share_of_list": None, "customers": 900}
QUIET: Mapping[str, Any] = {
    "end": "2026-06-19", "store": "s1", "model": "abc", "as_of": "2026-06-20", "model_version": "", "alarms": [],
    "inputs": [{"name": "gap_mean_days", "is_alarm": False, "index": 0.01}], "scores": {"index": 0.02},
    "estimated": FIGURES, "cannot_estimate": "", "realised": [],
}  # fmt: skip
BROKEN = {
    **QUIET, "end": "2026-06-26", "as_of": "2026-06-27", "estimated": None, "cannot_estimate": "too few are known",
    "alarms": [{"kind": "stopped"}, {"kind": "stopped"}, {"kind": "input"}],
    "inputs": [{"name": "gap_mean_days", "is_alarm": True, "index": 0.9}],
    "realised": [{**FIGURES, "as_of": "2026-03-01", "estimated": {**FIGURES, "auc": 0.8}}],
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Registry, Workspace]:
    folder = tmp_path_factory.mktemp("weeks")
    (folder / "regulars.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = Workspace(folder / ".workspace")
    workspace.folder.mkdir()
    workspace.monitoring.mkdir()
    return Registry(load_settings(folder / "regulars.toml"), workspace, "churn"), workspace


def test_each_look_is_a_step_of_one_run_below_the_training(
    place: tuple[Registry, Workspace], tmp_path: Path
) -> None:
    registry, workspace = place
    training = registry.record(RunRecord("churn", {}, {"auc": 0.77}, {}, [], tmp_path, ""))
    weeks = Weeks(registry, workspace)
    for look in (QUIET, QUIET, BROKEN):
        weeks.note({**look, "run_id": training})
    assert nested_runs(registry, training) == ["monitoring of version "]
    histories = histories_of(registry)
    assert histories.pop(training) == {"auc": {0: 0.77}}
    [found] = histories.values()
    assert found["alarms"] == {20260619: 0.0, 20260626: 3.0}
    assert (found["alarms/stopped"], found["inputs_moved"][20260626]) == ({20260626: 2.0}, 1.0)
    assert found["estimated/auc"] == {20260619: 0.774}
    assert found["realised/auc"] == {20260301: 0.774}
    assert found["expected/auc"] == {20260301: 0.8}
    assert "estimated/share_of_list" not in found


def test_a_look_that_mlflow_knows_asks_nothing_of_it_again(
    place: tuple[Registry, Workspace], tmp_path: Path
) -> None:
    _, workspace = place
    Weeks(Registry(load_settings(_unreachable(tmp_path)), workspace, "churn"), workspace).note(
        {**BROKEN, "run_id": "whatever"}
    )


def test_a_look_that_mlflow_could_not_be_told_of_is_told_the_next_time(
    place: tuple[Registry, Workspace], tmp_path: Path
) -> None:
    registry, workspace = place
    later = {**QUIET, "end": "2026-07-03", "run_id": "gone"}
    away = Registry(load_settings(_unreachable(tmp_path)), workspace, "churn")
    with pytest.raises(Exception, match="MLflow"):
        Weeks(away, workspace).note(later)
    Weeks(registry, workspace).note(later)
    assert any(20260703 in one.get("alarms", {}) for one in histories_of(registry).values())


def _unreachable(folder: Path) -> Path:
    """Settings of a registry whose database is no database."""
    (folder / "broken.db").write_text("nothing of the kind", encoding="utf-8")
    path = folder / "regulars.toml"
    where = f'[mlflow]\ntracking_uri = "sqlite:///{folder / "broken.db"}"\n'
    path.write_text(SETTINGS + where, encoding="utf-8")
    return path
