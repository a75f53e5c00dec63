"""The company of four hundred customers, on which the strength of a line is searched without MLflow."""

from __future__ import annotations

from pathlib import Path

from experiments.declared.folder import DefinitionFolder
from experiments.searches.running import FinishedSearch, run_search
from features.vocabulary.progress import Progress, silent
from tests.experiments.trials.company import ground_of, without_mlflow

SEARCHED = """
[learner]
rungs = ["logistic regression"]
[figures]
resamples = 100
[search]
trials = 6
[search.space]
strength = { low = 0.1, high = 1000.0, log = true }
"""
"""Two batches, of which the second is no whole one."""


def searched(folder: Path, progress: Progress = silent, *, workers: int = 1) -> FinishedSearch:
    """The search of the experiment `searched` in this process; MLflow cannot be reached."""
    ground = without_mlflow(ground_of(folder, progress))
    definition = DefinitionFolder(ground.settings).read("searched")
    return run_search(definition, ground, workers=workers)
