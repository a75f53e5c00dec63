"""An experiment is what a training would find of the same rows; a kill loses nothing, and no row leaves the workspace."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.declared.folder import DefinitionFolder
from experiments.trials.results import ExperimentResult, ResultFiles
from experiments.trials.running import run_experiment
from features.store.store import open_store
from features.vocabulary.errors import ModelRefused
from serving.snapshot.forgetting import forget_old_generations
from tests.experiments.trials.company import (
    QUICK,
    copied,
    declare,
    ground_of,
    run,
    without_mlflow,
)
from tests.oracles.mlflow_client import nested_runs
from training.bundles.plans import plan_to_learn
from training.families.churn.learning import learn_churn
from training.measures.predictions.stored import StoredPredictions
from training.registry.experiment_runs import EXPERIMENTS
from training.registry.registry import Registry

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.experiments.trials.company import run
steps = 0
def progress(step, done, total):
    global steps
    steps += 1
    if steps == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
run(Path(sys.argv[1]), "quick", progress)
"""


def figures_of(result: ExperimentResult) -> dict[str, object]:
    """All that does not tell how long it took, or under which number MLflow has it."""
    rungs = [replace(one, cpu_seconds=0.0) for one in result.rungs]
    return replace(result, rungs=rungs, seconds=0.0, run_id="").as_dict()


def rows_in(folder: Path, result: ExperimentResult) -> object:
    kept = StoredPredictions(ground_of(folder).workspace)
    return kept.rows(result.predictions, result.key).drop_columns(["customer"])


def test_its_figures_are_those_of_a_training(answered: Path) -> None:
    ground = ground_of(answered)
    pack = open_store(ground.workspace).pack()
    churn = ground.settings.churn
    learned = learn_churn(pack, plan_to_learn(pack, churn, ground.settings.reasons), churn)
    result = ResultFiles(ground.workspace).read("quick")
    expected = {row.name: row for row in learned.ladder.rows}
    assert [one.name for one in result.rungs] == [
        "base rate",
        "recency rule",
        "logistic regression",
    ]
    for rung in result.rungs:
        assert rung.figures == expected[rung.name].figures
        assert (rung.auc_low, rung.auc_high) == pytest.approx(
            (expected[rung.name].auc_low, expected[rung.name].auc_high), abs=1e-7
        )
    assert result.splits == learned.splits.as_dict()


def test_killed_at_several_points_it_comes_to_the_same_result(
    answered: Path, ingested: Path, tmp_path: Path
) -> None:
    folder = copied(ingested, tmp_path / "company")
    declare(folder, "quick", QUICK)
    for steps in (2, 5, 7):
        words = [sys.executable, "-c", KILLED, str(folder), str(steps)]
        killed = subprocess.run(words, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert ResultFiles(ground_of(folder).workspace).names() == []
    steps_said: list[str] = []
    resumed = run(folder, "quick", lambda step, done, total: steps_said.append(step))
    whole = ResultFiles(ground_of(answered).workspace).read("quick")
    assert not resumed.was_known
    assert figures_of(resumed.result) == figures_of(whole)
    assert rows_in(folder, resumed.result) == rows_in(answered, whole)
    assert not any("behaviour vectors" in step for step in steps_said)


def test_what_is_known_is_not_asked_again_until_something_changes(
    answered: Path, tmp_path: Path
) -> None:
    folder = copied(answered, tmp_path / "company")
    again = run(folder, "quick")
    assert again.was_known and again.result.run_id
    declare(folder, "quick", QUICK + "[campaign]\nlist_size = 9\n[budget]\nminutes = 5\n")
    assert run(folder, "quick").was_known
    declare(folder, "quick", '[learner]\nrungs = ["recency rule"]\n')
    changed = run(folder, "quick")
    assert not changed.was_known
    assert [one.name for one in changed.result.rungs] == ["base rate", "recency rule"]


def test_mlflow_has_a_child_a_rung_and_of_the_rows_their_columns_alone(answered: Path) -> None:
    ground = ground_of(answered)
    result = ResultFiles(ground.workspace).read("quick")
    registry = Registry(ground.settings, ground.workspace, EXPERIMENTS)
    assert sorted(nested_runs(registry, result.run_id)) == sorted(one.name for one in result.rungs)
    everything = b"".join(
        path.read_bytes() for path in ground.workspace.mlflow.rglob("*") if path.is_file()
    )
    ids = list(open_store(ground.workspace).pack().customer_ids)
    assert not any(one.encode() in everything for one in ids)
    assert result.data["digest"].encode() in everything and b"days_since_order" in everything
    written = json.dumps(result.as_dict())
    assert not any(one in written for one in ids)


def test_without_mlflow_it_is_kept_and_sent_by_the_next_run(answered: Path, tmp_path: Path) -> None:
    folder = copied(answered, tmp_path / "company")
    declare(folder, "later", '[learner]\nrungs = ["recency rule"]\n')
    ground = ground_of(folder)
    definition = DefinitionFolder(ground.settings).read("later")
    found = run_experiment(definition, without_mlflow(ground))
    assert not found.result.run_id and "MLflow" in found.not_sent
    assert ResultFiles(ground.workspace).read("later") == found.result
    sent = run_experiment(definition, ground)
    assert sent.was_known and sent.result.run_id and not sent.not_sent


def test_a_learner_that_raises_or_gives_no_number_costs_no_other_its_answers(
    answered: Path, tmp_path: Path
) -> None:
    folder = copied(answered, tmp_path / "company")
    (folder / "experiments" / "own.py").write_text(
        "import numpy as np\n"
        "class Raises:\n"
        "    def fit(self, X, y):\n        raise MemoryError('too wide')\n"
        "    def predict_proba(self, X):\n        return X\n"
        "class Silent(Raises):\n"
        "    def fit(self, X, y):\n        pass\n"
        "    def predict_proba(self, X):\n        return np.full((len(X), 2), np.nan)\n",
        encoding="utf-8",
    )
    for name, said in (("Raises", "MemoryError: too wide"), ("Silent", "found none for")):
        declare(folder, "own", f'{QUICK}estimator = "own:{name}"\n')
        result = run(folder, "own").result
        assert said in result.failed[name]
        assert [one.name for one in result.rungs] == [
            "base rate",
            "recency rule",
            "logistic regression",
        ]


def test_an_estimator_of_others_is_a_rung_that_never_ships(answered: Path, tmp_path: Path) -> None:
    folder = copied(answered, tmp_path / "company")
    estimator = 'estimator = "sklearn.naive_bayes:GaussianNB"\n'
    declare(folder, "own", f'[features]\nonly = ["profile"]\n{QUICK}{estimator}')
    with pytest.raises(ModelRefused, match="none of profile: the tables feed purchases"):
        run(folder, "own")
    declare(
        folder,
        "own",
        '[learner]\nrungs = ["recency rule"]\n' + estimator.replace("GaussianNB", "BernoulliNB"),
    )
    found = run(folder, "own").result
    assert "BernoulliNB" in found.failed and "NaN" in found.failed["BernoulliNB"]


def test_the_answers_lie_beside_those_of_trainings_with_the_kind_of_each_customer(
    answered: Path,
) -> None:
    ground = ground_of(answered)
    result = ResultFiles(ground.workspace).read("quick")
    kept = StoredPredictions(ground.workspace).read(result.predictions, result.key)
    assert kept.rows == 3 * result.data["tested_rows"]
    names = kept.facts["kinds"]["stage"]
    stages = np.concatenate([one.answers["stage"] for one in kept.tested])
    assert {str(one) for one in stages} <= set(names)
    assert not list(ground.workspace.experiment_rows.glob("*/answers-*"))


def test_who_is_forgotten_stands_in_no_rows_of_experiments(answered: Path, tmp_path: Path) -> None:
    workspace = ground_of(copied(answered, tmp_path / "company")).workspace
    assert list(workspace.experiment_rows.glob("*/*/values.npy"))
    forget_old_generations(workspace)
    assert not workspace.experiment_rows.exists()
    assert ResultFiles(workspace).names() == ["quick"]
