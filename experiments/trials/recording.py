"""A result as MLflow has it: what was declared, what came of each rung, and of the rows their digest and columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.declared.definition import by_place
from experiments.declared.folder import FOLDER
from experiments.trials.results import ExperimentResult, RungResult
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from training.registry.experiment_runs import EXPERIMENTS, ExperimentRuns, LoggedRun
from training.registry.registry import Registry
from training.registry.runs.origin import origin
from training.registry.runs.record import LearnedTable

_FILE = "result.json"


def recorded(
    result: ExperimentResult, settings: Settings, workspace: Workspace, draft: Path, *, at: int
) -> str:
    """Have a result in MLflow, once; the identifier of its run.

    Raises ``WorkspaceRefused`` where MLflow cannot be reached.
    """
    # What an estimator of others says of its fault may be about a row.
    plain = result.as_dict() | {"failed": sorted(result.failed)}
    folder = files_for_mlflow(draft, _FILE, plain)
    runs = ExperimentRuns(Registry(settings, workspace, EXPERIMENTS), workspace)
    tags = _tags(result)
    return runs.record(
        result.key,
        LoggedRun(
            result.name,
            declared_parameters(result.definition) | {"chosen": result.chosen},
            _metrics(result.rung(result.chosen)),
            tags | {"mlflow.note.content": str(result.definition["description"])},
            result.seconds,
        ),
        [
            LoggedRun(one.name, one.parameters, _metrics(one), tags, one.cpu_seconds)
            for one in result.rungs
        ],
        _learned_from(result),
        folder,
        at=at,
    )


def files_for_mlflow(draft: Path, name: str, plain: Mapping[str, Any]) -> Path:
    """The folder of what MLflow gets of an experiment, with all that came of it in a file of this name."""
    folder = draft / "mlflow"
    folder.mkdir()
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def declared_parameters(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What was declared, by its places, as the parameters of a run."""
    said = by_place(definition)
    return {place: one for place, one in said.items() if place not in ("name", "description")}


def experiment_tags(verb: str, name: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Of which experiment and of which data a run is, and by which command."""
    origins = origin(f"regulars experiment {verb} {name}")
    return {"experiment": name, "data_digest": str(data["store"]), **origins}


def _learned_from(result: ExperimentResult) -> LearnedTable:
    """The rows of an experiment, by everything but themselves."""
    said, name = result.data, f"{FOLDER}/{result.name}"
    columns = [name for family in result.features.values() for name in family]
    return LearnedTable(name, said["digest"], columns, said["rows"], said["customers"])


def _tags(result: ExperimentResult) -> dict[str, str]:
    churn = result.definition["churn"]
    return {
        **experiment_tags("run", result.name, result.data),
        "outcome": str(churn["outcome"]),
        "horizon_days": str(churn["horizon_days"]),
        "gap_days": str(churn["gap_days"]),
        "rows_digest": result.rows,
    }


def _metrics(rung: RungResult) -> dict[str, float]:
    said = {**rung.figures, "auc_low": rung.auc_low, "auc_high": rung.auc_high}
    said["cpu_seconds"] = rung.cpu_seconds
    for test, figures in rung.by_test.items():
        said[f"by_test/{test.replace(',', '')}/auc"] = figures["auc"]
    return {name: value for name, value in said.items() if value is not None}
