"""A company of four hundred customers on disk, ingested and with experiments declared."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.declared.folder import DefinitionFolder
from experiments.trials.running import ExperimentGround, FinishedRun, run_experiment
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vocabulary.progress import Progress, silent
from tests.shared_companies import made_once, shared_folder
from tests.training.registry.test_registry import write_company

AT = 1_790_000_000
QUICK = '[learner]\nrungs = ["recency rule", "logistic regression"]\n'
"""Two rungs of which none takes long."""


def ingested_once(temporary: pytest.TempPathFactory) -> Path:
    """The folder of a company whose tables are ingested, one for all workers of a run; nobody changes it."""
    return made_once(shared_folder(temporary), "experiments", _ingested)


def _ingested(folder: Path) -> None:
    settings = write_company(folder)
    ingest(settings, Workspace(settings.workspace_folder))


def ground_of(folder: Path, progress: Progress = silent) -> ExperimentGround:
    """What experiments are run on in a company's folder."""
    settings = load_settings(folder / "regulars.toml")
    return ExperimentGround(
        settings, Workspace(settings.workspace_folder), lambda: AT, progress=progress
    )


def declare(folder: Path, name: str, text: str) -> None:
    """Write a definition."""
    (folder / "experiments").mkdir(exist_ok=True)
    (folder / "experiments" / f"{name}.toml").write_text(text, encoding="utf-8")


def run(folder: Path, name: str, progress: Progress = silent) -> FinishedRun:
    """Run a declared experiment in this process."""
    ground = ground_of(folder, progress)
    return run_experiment(DefinitionFolder(ground.settings).read(name), ground)


def copied(company: Path, folder: Path) -> Path:
    """A copy of a company that a test may change."""
    return Path(shutil.copytree(company, folder))


def without_mlflow(ground: ExperimentGround) -> ExperimentGround:
    """The same company, whose MLflow lies on a server that is not there."""
    mlflow = replace(ground.settings.mlflow, tracking_uri="http://127.0.0.1:9")
    return replace(ground, settings=replace(ground.settings, mlflow=mlflow))
