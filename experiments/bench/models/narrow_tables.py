"""What is left to gain by hand on narrow tables: the trees of a training beside LightGBM tuned by 100 trials of Optuna.

``make bench-models.narrow_tables``. Eight simulated tables of eight to twenty columns, in which columns act together, and
``telco_churn`` where the folder that ``REGULARS_DATA`` names has it. Every split draws customers to learn from and others
to be asked about; both learn from the same and answer for the same. ``SIZE=small`` tries two tables in two splits.
``NARROW_SPLITS`` and ``NARROW_TABLES`` try others than 20 splits of all.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.bench.claims import Claim, Stopwatch, arguments, conclude
from experiments.public_companies import PUBLIC
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.bundles.plans import plan_to_learn
from training.datasets.dataset import Dataset
from training.ladder.rung import Rung
from training.ladder.tuning import tuned_rungs
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.calibration import sigmoid
from training.learners.logistic import LogisticModel
from training.learners.trees import BoostingSettings
from training.learners.usable import usable_features
from training.measures.metrics import auc
from training.questions.kinds import question_of
from training.questions.labelled import labelled

TRIALS, SPLITS, FOLDS = 100, 20, 3
MOST_BEHIND_AUC = 0.003
_ASKED = 10_000
_TELCO_SHARE = 0.7
BEFORE = BoostingSettings(feature_fraction=0.3, rounds_untested=100)
"""What every table was given once, whatever its width."""


@dataclass(frozen=True)
class NarrowTable:
    """A simulated table: so many rows to learn from, columns, and what raises the log-odds."""

    name: str
    rows: int
    columns: int
    log_odds: Callable[[Floats], Floats]


def _sign(values: Floats) -> Floats:
    return np.where(values > 0, 1.0, -1.0)


TABLES = (
    NarrowTable("two products", 2_000, 13, lambda x: x[:, 0] * x[:, 1] + x[:, 2] * x[:, 3] - 1),
    NarrowTable("an exclusive or", 2_000, 13, lambda x: 1.2 * _sign(x[:, 0]) * _sign(x[:, 1]) + 0.5 * x[:, 2]),
    NarrowTable("three act together", 4_000, 10, lambda x: 1.5 * _sign(x[:, 0]) * _sign(x[:, 1] - 0.5) * (x[:, 2] > -0.5)),
    NarrowTable("thresholds", 3_000, 16, lambda x: 1.5 * ((x[:, 0] > 0) & (x[:, 1] > 0.3)) - 1.5 * ((x[:, 2] < 0) & (x[:, 3] < 0)) - 0.5),
    NarrowTable("a slope by group", 3_000, 13, lambda x: np.where(x[:, 0] > 0.3, 1.3, -0.7) * x[:, 1] + 0.4 * x[:, 2] - 0.5),
    NarrowTable("a bump", 2_500, 8, lambda x: 2.5 * np.exp(-(x[:, 0] ** 2 + x[:, 1] ** 2)) - 1.5 + 0.5 * np.abs(x[:, 2])),
    NarrowTable("many weak", 5_000, 20, lambda x: 0.25 * x[:, :10].sum(axis=1) + 0.4 * x[:, 0] * x[:, 5] - 0.8),
    NarrowTable("rare and joint", 6_000, 12, lambda x: 1.5 * x[:, 0] * (x[:, 1] > 0) + 0.8 * np.abs(x[:, 2]) - 3.2),
)  # fmt: skip


@dataclass(frozen=True)
class NarrowSplit:
    """Rows to learn from and rows to be asked about, with the names of the columns."""

    learned: Dataset
    asked: Dataset
    names: tuple[str, ...]


@dataclass(frozen=True)
class NarrowTrial:
    """One split of one table: the AUC of each way, and CPU seconds of ours and of the tuned."""

    table: str
    areas: dict[str, float]
    cpu_seconds: dict[str, float]

    @property
    def behind(self) -> float:
        """How far the trees of a training are behind the tuned ones."""
        return self.areas["tuned"] - self.areas["trees"]


def simulated(table: NarrowTable, number: int) -> NarrowSplit:
    """A split of a simulated table: a draw of its own, some columns in steps and some missing."""
    draw = np.random.default_rng([number, TABLES.index(table)])
    rows = table.rows + _ASKED
    values = draw.normal(size=(rows, table.columns))
    chance = sigmoid(table.log_odds(values))
    outcomes = (draw.random(rows) < chance).astype(np.float64)
    seen = values.astype(np.float32)
    seen[:, 2::5] = np.round(seen[:, 2::5] * 2)
    seen[draw.random(rows) < 0.05, table.columns - 1] = np.nan
    names = tuple(f"column_{one}" for one in range(table.columns))
    vectors = Vectors(
        "narrow", names, np.arange(rows, dtype=np.int32), np.zeros(rows, np.int64), seen
    )
    every = Dataset(vectors, outcomes)
    return NarrowSplit(
        every.select(slice(0, table.rows)), every.select(slice(table.rows, rows)), names
    )


def telco(data: Path) -> Dataset:
    """All customers of the telephone company with the attributes a training sees."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings(PUBLIC["telco_churn"](data, Path(scratch)))
        workspace = Workspace(settings.workspace_folder)
        ingest(settings, workspace)
        pack = open_store(workspace).pack()
        plan = plan_to_learn(pack, settings.churn, settings.reasons)
        return labelled(pack, plan, question_of(settings.churn), settings.churn).dataset


def telco_split(dataset: Dataset, number: int) -> NarrowSplit:
    """Seven tenths to learn from, the others to be asked about."""
    draw = np.random.default_rng(number)
    order = draw.permutation(dataset.rows)
    part = round(_TELCO_SHARE * dataset.rows)
    learned = dataset.select(np.sort(order[:part]))
    names = usable_features(learned).names
    return NarrowSplit(learned, dataset.select(np.sort(order[part:])), names)


def tried(table: str, split: NarrowSplit, *, trials: int, seed: int) -> NarrowTrial:
    """Every way on one split."""
    outcomes, asked = split.asked.outcomes, split.asked.vectors
    trees = Rung("trees", BoostedModel.family, split.names, "")
    line = Rung("line", LogisticModel.family, split.names, "", strength=30.0)
    both = Rung("both", BlendedModel.family, split.names, "", parts=(line, trees))
    before = Rung("before", BoostedModel.family, split.names, "", settings=BEFORE)
    with Stopwatch() as ours:
        rungs, _ = tuned_rungs((line, trees, both, before), split.learned)
        models = {rung.name: rung.fit(split.learned) for rung in rungs}
    with Stopwatch() as theirs:
        tuned = tuned_scores(split, trials=trials, seed=seed)
    areas = {name: auc(outcomes, model.score(asked)) for name, model in models.items()}
    return NarrowTrial(
        table,
        areas | {"tuned": auc(outcomes, tuned)},
        {"ours": ours.cpu_seconds, "tuned": theirs.cpu_seconds},
    )


def tuned_scores(split: NarrowSplit, *, trials: int, seed: int) -> Floats:
    """What LightGBM says whose parameters Optuna chose by the AUC over three folds, rounds by early stopping."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    places = [split.learned.vectors.feature_names.index(name) for name in split.names]
    rows = split.learned.vectors.values[:, places].astype(np.float64)
    folds = np.random.default_rng(seed).permutation(len(rows)) % FOLDS
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(_objective(rows, split.learned.outcomes, folds), n_trials=trials)
    best = study.best_trial
    booster = _grown(rows, split.learned.outcomes, _suggested(best), best.user_attrs["rounds"])
    asked: Floats = booster.predict(
        split.asked.vectors.values[:, places].astype(np.float64), num_threads=1
    )
    return asked


def _objective(rows: Floats, outcomes: Floats, folds: NDArray[np.int64]) -> Callable[[Any], float]:
    import lightgbm

    def held_out(trial: Any) -> float:
        parameters = _suggested(trial)
        areas, rounds = [], []
        for fold in range(FOLDS):
            held = folds == fold
            learned = lightgbm.Dataset(rows[~held], outcomes[~held], params={"verbosity": -1})
            watched = learned.create_valid(rows[held], outcomes[held])
            booster = lightgbm.train(
                parameters,
                learned,
                num_boost_round=1_000,
                valid_sets=[watched],
                callbacks=[lightgbm.early_stopping(30, verbose=False)],
            )
            areas.append(booster.best_score["valid_0"]["auc"])
            rounds.append(booster.best_iteration)
        trial.set_user_attr("rounds", max(1, round(float(np.mean(rounds)))))
        return float(np.mean(areas))

    return held_out


def _suggested(trial: Any) -> dict[str, Any]:
    return {
        "objective": "binary",
        "metric": "auc",
        "verbosity": -1,
        "num_threads": 1,
        "seed": 1,
        "deterministic": True,
        "bagging_freq": 1,
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 2, 128, log=True),
        "max_depth": trial.suggest_int("max_depth", 1, 12),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 200, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.4, 1.0),
        "lambda_l1": trial.suggest_float("lambda_l1", 1e-3, 10.0, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-3, 100.0, log=True),
    }


def _grown(rows: Floats, outcomes: Floats, parameters: dict[str, Any], rounds: int) -> Any:
    import lightgbm

    learned = lightgbm.Dataset(rows, outcomes, params={"verbosity": -1})
    return lightgbm.train(parameters, learned, num_boost_round=rounds)


def lines(trials: Sequence[NarrowTrial]) -> list[str]:
    """A table's means and how far its trees are behind the tuned ones, with twice the standard error."""
    found = []
    for name in dict.fromkeys(one.table for one in trials):
        mine = [one for one in trials if one.table == name]
        means = {way: np.mean([one.areas[way] for one in mine]) for way in mine[0].areas}
        cpu = {way: np.mean([one.cpu_seconds[way] for one in mine]) for way in mine[0].cpu_seconds}
        behind, error = mean_with_error([one.behind for one in mine])
        found.append(
            f"{name:20} {len(mine):3} splits  "
            + "  ".join(f"{way} {area:.4f}" for way, area in means.items())
            + f"  behind {behind:+.4f} ± {2 * error:.4f}  CPU s {cpu['ours']:.1f}, {cpu['tuned']:.1f}"
        )
    return found


def mean_with_error(figures: Sequence[float]) -> tuple[float, float]:
    """The mean and its standard error, which one figure alone does not have.

    >>> mean_with_error([1.0, 3.0])
    (2.0, 1.0)
    """
    spread = float(np.std(figures, ddof=1)) if len(figures) > 1 else math.nan
    return float(np.mean(figures)), spread / math.sqrt(len(figures))


def main() -> int:
    """Try every table, print, and answer with the exit code."""
    given = arguments("trees on narrow tables")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data")).resolve()
    splits = int(os.environ.get("NARROW_SPLITS", 2 if given.is_small else SPLITS))
    wanted = os.environ.get("NARROW_TABLES", "").split(",")
    tables = [one for one in TABLES if wanted == [""] or one.name in wanted]
    trials = 10 if given.is_small else TRIALS
    found: list[NarrowTrial] = []
    for table in tables[:2] if given.is_small else tables:
        found += [
            tried(table.name, simulated(table, one), trials=trials, seed=one)
            for one in range(splits)
        ]
        print(lines(found)[-1], flush=True)
    if (data / "telco_churn").exists() and (wanted == [""] or "telco_churn" in wanted):
        known = telco(data)
        found += [
            tried("telco_churn", telco_split(known, one), trials=trials, seed=one)
            for one in range(splits)
        ]
        print(lines(found)[-1], flush=True)
    behind, error = mean_with_error([one.behind for one in found])
    spread = (behind - 2 * error, behind + 2 * error)
    name = f"narrow tables, {len(found)} splits, {trials} trials: AUC of tuned LightGBM over ours"
    return conclude(
        "models.narrow_tables", [Claim(name, behind, MOST_BEHIND_AUC, spread=spread)], given
    )


if __name__ == "__main__":
    sys.exit(main())
