"""A search as MLflow has it: a run with the best settings, and a nested one for each that was answered everywhere."""

from __future__ import annotations

from pathlib import Path

from experiments.declared.folder import FOLDER
from experiments.searches.result import SearchResult
from experiments.searches.studying import ANSWERED
from experiments.trials.recording import declared_parameters, experiment_tags, files_for_mlflow
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from training.registry.experiment_runs import EXPERIMENTS, ExperimentRuns, LoggedRun
from training.registry.registry import Registry
from training.registry.runs.record import LearnedTable


def recorded_search(
    found: SearchResult, settings: Settings, workspace: Workspace, draft: Path, *, at: int
) -> str:
    """Have a search in MLflow, once for each number of trials; the identifier of its run.

    Raises ``WorkspaceRefused`` where MLflow cannot be reached.
    """
    plain = found.as_dict()
    # What an estimator of others says of its fault may be about a row.
    plain["trials"] = [one | {"said": ""} for one in plain["trials"]]
    folder = files_for_mlflow(draft, "search.json", plain)
    data = found.data
    tags = experiment_tags("search", found.name, data) | {"search": "true"}
    params = declared_parameters(found.definition)
    best = {f"best.{name}": value for name, value in found.best.parameters.items()}
    figures = {found.figure: found.best.figure or 0.0, f"{found.figure}_without": found.usual}
    figures |= {f"mattered/{name}": share for name, share in found.mattered.items()}
    figures["trials"] = float(len(found.trials))
    if found.opened is not None:
        for name, (without, best_there, *_) in found.opened.differences.items():
            reserved = {f"reserved/{name}": best_there, f"reserved/{name}_without": without}
            figures |= {one: value for one, value in reserved.items() if value is not None}
    runs = ExperimentRuns(Registry(settings, workspace, EXPERIMENTS), workspace)
    return runs.record(
        f"{found.key}-{len(found.trials)}",
        LoggedRun(f"{found.name}: search", params | best, figures, tags, found.seconds),
        [
            LoggedRun(f"trial {one.number}", one.parameters, {found.figure: one.figure}, tags, 0.0)
            for one in found.trials
            if one.state == ANSWERED and one.figure is not None
        ],
        LearnedTable(
            f"{FOLDER}/{found.name}",
            data["digest"],
            data["features"],
            data["rows"],
            data["customers"],
        ),
        folder,
        at=at,
    )
