"""Two families record at once in one MLflow store, the first time they come and afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from features.vocabulary.progress import Progress, silent
from training.recipe.apart import Begun
from training.registry.registry import Registry
from training.registry.runs.record import ChildRun, RunRecord

RUNS, FOLDS = 6, 4


def recorded(folder: Path, name: str) -> list[str]:
    """Some runs of one family with nested ones, one after the other."""
    run = folder / f"run of {name}"
    (run / "bundle").mkdir(parents=True)
    (run / "bundle" / "said.txt").write_text(name, encoding="utf-8")
    children = [ChildRun(f"fold {one}", {"auc": 0.8}) for one in range(FOLDS)]
    record = RunRecord(name, {"one": 1}, {"two": 2.0}, {}, children, run, "a card")
    registry = Registry(settings_from({}, folder=folder), Workspace(folder / "workspace"), name)
    return [registry.record(record) for _ in range(RUNS)]


def test_what_two_processes_record_at_once_is_all_there(tmp_path: Path) -> None:
    def meanwhile(progress: Progress) -> list[str]:
        return recorded(tmp_path, "offers")

    with Begun("offers", meanwhile) as begun:
        ours, theirs = recorded(tmp_path, "churn"), begun.result(silent)
    assert len({*ours, *theirs}) == 2 * RUNS
    with closing(sqlite3.connect(tmp_path / "workspace" / "mlflow" / "mlflow.db")) as database:
        found = database.execute(
            "SELECT e.name, r.status, count(*) FROM runs r JOIN experiments e USING (experiment_id) "
            "GROUP BY 1, 2 ORDER BY 1"
        ).fetchall()
    every = RUNS * (1 + FOLDS)
    assert found == [("churn", "FINISHED", every), ("offers", "FINISHED", every)]
