"""A back-test as MLflow has it: a run with its table and plots, a nested one a cutoff and one a way to have lived them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from experiments.backtests.result import Backtest, BacktestCutoff, BacktestPolicy
from experiments.declared.folder import FOLDER
from experiments.trials.recording import declared_parameters, experiment_tags, files_for_mlflow
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from training.registry.experiment_runs import EXPERIMENTS, ExperimentRuns, LoggedRun
from training.registry.registry import Registry
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
    # What an estimator of others says of its fault may be about a row.
    plain = found.as_dict() | {"failed": sorted(found.failed)}
    folder = files_for_mlflow(draft, "backtest.json", plain)
    for name, content in plots.items():
        (folder / name).write_bytes(content)
    said = found.data
    tags = experiment_tags("backtest", found.name, said) | {"backtest": "true"}
    params = declared_parameters(found.definition)
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
