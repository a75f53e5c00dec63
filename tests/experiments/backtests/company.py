"""The company of four hundred customers, walked without MLflow."""

from __future__ import annotations

from pathlib import Path

from experiments.backtests.running import FinishedBacktest, run_backtest
from experiments.declared.folder import DefinitionFolder
from features.vocabulary.progress import Progress, silent
from tests.experiments.trials.company import QUICK, ground_of, without_mlflow

WALKED = f"[cutoffs]\ncount = 8\nstep_days = 30\n[figures]\nresamples = 100\n{QUICK}"
"""Eight cutoffs a month apart, of which the latest four can be walked: outcomes take sixty days."""


def walked(folder: Path, progress: Progress = silent) -> FinishedBacktest:
    """The back-test of the experiment `walked` in this process; MLflow cannot be reached."""
    ground = without_mlflow(ground_of(folder, progress))
    return run_backtest(DefinitionFolder(ground.settings).read("walked"), ground)
