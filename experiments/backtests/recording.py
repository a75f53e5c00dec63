"""A back-test as MLflow has it: a run with its table and plots, a nested one a cutoff and one a way to have lived them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from experiments.backtests.result import Backtest, BacktestCutoff, BacktestPolicy
from experiments.declared.definition import by_place
from experiments.declared.folder import FOLDER
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from training.registry.experiment_runs import EXPERIMENTS, ExperimentRuns, LoggedRun
from training.registry.registry import Registry
from training.registry.runs.origin import origin
from training.registry.runs.record import LearnedTable


def recorded_backtest(
    found: Backtest,
    plots: Mapping[str, bytes],
    settings: Settings,
    workspace: Workspace,
    draft: Path,
    *,
    at: int,
) -> str:
    """Have a back-test in MLflow, once; the identifier of its run.

    Raises ``WorkspaceRefused`` where MLflow cannot be reached.
    """
    folder = draft / "mlflow"
    folder.mkdir()
    for name, content in plots.items():
        (folder / name).write_bytes(content)
    # What an estimator of others says of its fault may be about a row.
    plain = found.as_dict() | {"failed": sorted(found.failed)}
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    (folder / "backtest.json").write_text(text, encoding="utf-8")
    said = found.data
    tags = {
        "experiment": found.name,
        "backtest": "true",
        "data_digest": str(said["store"]),
        **origin(f"regulars experiment backtest {found.name}"),
    }
    params = {
        place: one
        for place, one in by_place(found.definition).items()
        if place not in ("name", "description")
    }
    run = LoggedRun(
        f"{found.name}: back-test",
        params | {"contact": found.contact, "refit_every_found": found.refit_every},
        _of_policy(found.policies[0]),
        tags | {"mlflow.note.content": found.said},
        found.seconds,
    )
    children = [
        LoggedRun(one.cutoff, {"rung": one.rung}, _of_cutoff(one), tags, 0.0)
        for one in found.cutoffs
    ]
    children += [
        LoggedRun(one.name, {"every": one.every}, _of_policy(one), tags, 0.0)
        for one in found.policies
    ]
    table = LearnedTable(
        f"{FOLDER}/{found.name}", said["digest"], found.features, said["rows"], said["customers"]
    )
    runs = ExperimentRuns(Registry(settings, workspace, EXPERIMENTS), workspace)
    return runs.record(found.key, run, children, table, folder, at=at)


def _of_cutoff(one: BacktestCutoff) -> dict[str, float]:
    figures = {name: value for name, value in vars(one).items() if isinstance(value, int | float)}
    return {name: float(value) for name, value in figures.items()}


def _of_policy(one: BacktestPolicy) -> dict[str, float]:
    return {name: value for name, value in one.figures.items() if value is not None} | {
        "fits": float(one.fits)
    }
