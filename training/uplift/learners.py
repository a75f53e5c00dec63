"""Eight ways to learn what an offer changes, each a function of an experiment that gives an ``Effect``.

Künzel et al. (2019) for S, T and X, Kennedy (2023) for DR. All but the rule read every feature.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from features.vectors import Vectors
from training.boosting import BoostedModel
from training.calibration import sigmoid
from training.dataset import Dataset
from training.logistic import LogisticModel, penalised, signed_log
from training.model import Columns, Floats, Model
from training.trees import BoostingSettings, Ground, Trees, in_blocks
from training.uplift.experiment import FOLDS, Experiment

SETTINGS = BoostingSettings(leaves=7, leaf_share=0.02, lambda_l2=20.0, feature_fraction=0.7)
_ROUNDS = 80
_RIDGE = 1_000.0
TREATED = "shown the offer"
RULE, RESPONSE, T_LOGISTIC, S, T, X, DR_LINE, DR = (
    "one-feature rule",
    "response of the treated",
    "T-learner, logistic",
    "S-learner",
    "T-learner",
    "X-learner",
    "DR-learner, linear",
    "DR-learner",
)


class Part(Protocol):
    """One fitted piece of an effect: a number for each vector, written as text."""

    def answer(self, vectors: Vectors) -> Floats:
        """The number."""

    def to_files(self) -> dict[str, bytes]:
        """The piece as named files."""


@dataclass(frozen=True)
class Effect:
    """What an offer changes, as a weighted sum of parts; on the scale of a chance but for rule and response."""

    name: str
    parts: tuple[tuple[float, Part], ...]

    def score(self, vectors: Vectors) -> Floats:
        """The effect of each customer, for ordering them; ``groups`` brings it to the right size."""
        total = np.zeros(vectors.rows)
        for weight, part in self.parts:
            total += weight * part.answer(vectors)
        return total

    def to_files(self) -> dict[str, bytes]:
        """The effect as named files of text."""
        files: dict[str, bytes] = {}
        told = []
        for at, (weight, part) in enumerate(self.parts):
            told.append({"weight": weight, "kind": type(part).__name__})
            files |= {f"effect_{at}_{name}": one for name, one in part.to_files().items()}
        return files | {EFFECT_FILE: json.dumps({"name": self.name, "parts": told}).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The effect read back; the bytes must have been verified."""
        content = json.loads(files[EFFECT_FILE])
        parts = []
        for at, told in enumerate(content["parts"]):
            start = f"effect_{at}_"
            mine = {one[len(start) :]: files[one] for one in files if one.startswith(start)}
            parts.append((float(told["weight"]), _KINDS[told["kind"]](mine)))
        return cls(content["name"], tuple(parts))


EFFECT_FILE = "effect.json"


@dataclass(frozen=True)
class Chance:
    """The chance a model gives, with the arm set to ``treated`` where the model reads it."""

    model: Model
    treated: float | None = None

    def answer(self, vectors: Vectors) -> Floats:
        """The chance of each vector."""
        read = vectors if self.treated is None else with_arm(vectors, self.treated)
        return sigmoid(self.model.score(read))

    def to_files(self) -> dict[str, bytes]:
        """The model's files, and the arm."""
        told = json.dumps({"family": self.model.family, "treated": self.treated}).encode()
        return self.model.to_files() | {"chance.json": told}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The part read back."""
        told = json.loads(files["chance.json"])
        family = {one.family: one for one in (LogisticModel, BoostedModel)}[told["family"]]
        return cls(family.from_files({name: files[name] for name in family.files}), told["treated"])


@dataclass(frozen=True)
class Line:
    """A weighted sum of features, or the chance whose log-odds it is; a missing value stands at the mean.

    A feature is read as it is or as its signed logarithm, whichever is less skewed.
    """

    columns: Columns
    in_logs: NDArray[np.bool_]
    centre: Floats
    coefficients: Floats
    level: float
    is_chance: bool = False

    @classmethod
    def fit(
        cls, vectors: Vectors, targets: Floats, strength: float, *, is_chance: bool = False
    ) -> Self:
        """Ridge or penalised logistic regression on standardised features, the intercept unpenalised."""
        columns = Columns.learn(vectors, vectors.feature_names)
        prepared = columns.prepare(vectors.values, columns.positions(columns.names))
        in_logs = _skew(signed_log(prepared)) < _skew(prepared.astype(np.float64))
        told = np.where(in_logs, signed_log(prepared), prepared)
        present = ~np.isnan(told)
        centre = np.where(present, told, 0.0).sum(axis=0) / np.maximum(present.sum(axis=0), 1)
        away = np.where(present, told - centre, 0.0)
        spread = away.std(axis=0)
        scale = np.where(spread > 1e-9, spread, np.inf)
        standard: Floats = away / scale
        weights: Floats
        if is_chance:
            level, weights = penalised(standard, targets, strength)
        else:
            gram = standard.T @ standard + strength * np.eye(standard.shape[1])
            level = float(targets.mean())
            weights = np.asarray(np.linalg.solve(gram, standard.T @ (targets - level)))
        rounded = np.array([float(f"{one:.10g}") for one in weights / scale])
        return cls(columns, in_logs, centre, rounded, level, is_chance)

    def answer(self, vectors: Vectors) -> Floats:
        """The sum of each vector, or its chance."""
        positions = self.columns.positions(vectors.feature_names)
        prepared = self.columns.prepare(vectors.values, positions)
        told = np.where(self.in_logs, signed_log(prepared), prepared)
        away = np.where(np.isnan(told), 0.0, told - self.centre)
        total = np.full(len(away), self.level)
        # Column by column, so that a row alone is summed as among many.
        for column, weight in zip(away.T, self.coefficients, strict=True):
            total += weight * column
        return sigmoid(total) if self.is_chance else total

    def to_files(self) -> dict[str, bytes]:
        """The line as JSON."""
        content = {
            "columns": self.columns.as_dict(),
            "in_logs": self.in_logs.tolist(),
            "centre": self.centre.tolist(),
            "coefficients": self.coefficients.tolist(),
            "level": self.level,
            "is_chance": self.is_chance,
        }
        return {"line.json": json.dumps(content).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The part read back."""
        content = json.loads(files["line.json"])
        return cls(
            Columns.from_dict(content["columns"]),
            np.array(content["in_logs"], np.bool_),
            np.array(content["centre"]),
            np.array(content["coefficients"]),
            float(content["level"]),
            bool(content["is_chance"]),
        )


def _skew(values: Floats) -> Floats:
    """How far each column's values lie to one side of their mean."""
    present = ~np.isnan(values)
    count = np.maximum(present.sum(axis=0), 1)
    mean = np.where(present, values, 0.0).sum(axis=0) / count
    away = np.where(present, values - mean, 0.0)
    spread = np.sqrt((away**2).sum(axis=0) / count)
    return np.asarray(np.abs((away**3).sum(axis=0) / count / np.maximum(spread, 1e-12) ** 3))


@dataclass(frozen=True)
class Regressed:
    """Boosted trees for an effect."""

    columns: Columns
    trees: Trees

    @classmethod
    def fit(cls, vectors: Vectors, targets: Floats) -> Self:
        """Trees of few leaves, held back: single outcomes tell little of an effect."""
        columns = Columns.learn(vectors, vectors.feature_names)
        positions = columns.positions(columns.names)
        everybody = np.ones(vectors.rows, np.bool_)
        rows = in_blocks(vectors.values, lambda some: columns.prepare(some, positions))
        ground = Ground(rows, everybody, columns.names, SETTINGS)
        return cls(columns, ground.grow(targets, everybody, {"objective": "regression"}, _ROUNDS))

    def answer(self, vectors: Vectors) -> Floats:
        """The trees' answer."""
        positions = self.columns.positions(vectors.feature_names)
        return self.trees.answer(self.columns.prepare(vectors.values, positions))

    def to_files(self) -> dict[str, bytes]:
        """The trees as text and their columns."""
        columns = json.dumps(self.columns.as_dict()).encode()
        return {"trees.txt": self.trees.text.encode(), "columns.json": columns}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The part read back."""
        columns = Columns.from_dict(json.loads(files["columns.json"]))
        return cls(columns, Trees.from_text(files["trees.txt"].decode()))


_KINDS: Mapping[str, Callable[[Mapping[str, bytes]], Part]] = {
    "Chance": Chance.from_files,
    "Line": Line.from_files,
    "Regressed": Regressed.from_files,
}

Learn = Callable[[Experiment], Effect]


def with_arm(vectors: Vectors, treated: float | NDArray[np.bool_]) -> Vectors:
    """The vectors with one more column that says who is treated."""
    arm = np.broadcast_to(np.asarray(treated, np.float32), (vectors.rows,))
    return Vectors(
        vectors.plan_hash,
        (*vectors.feature_names, TREATED),
        vectors.customer_keys,
        vectors.cutoff_seconds,
        np.column_stack([vectors.values, arm]),
    )


def boosted(dataset: Dataset) -> BoostedModel:
    """Trees for a chance, as far as an effect is told by them."""
    return BoostedModel.fit(dataset, settings=SETTINGS, rounds=_ROUNDS)


def difference(name: str, fit: Callable[[Dataset], Part], experiment: Experiment) -> Effect:
    """A model of each arm; the effect is the difference of their chances."""
    shown, kept = (fit(experiment.arm(arm)) for arm in (True, False))
    return Effect(name, ((1.0, shown), (-1.0, kept)))


def chance_line(dataset: Dataset) -> Line:
    """A logistic regression on every feature."""
    dataset.require_fit()
    return Line.fit(dataset.vectors, dataset.outcomes, 1.0, is_chance=True)


def response(experiment: Experiment) -> Effect:
    """The chance to act of who is shown the offer, as if nobody did without it."""
    return Effect(RESPONSE, ((1.0, chance_line(experiment.arm(True))),))


def rule(experiment: Experiment) -> Effect:
    """The one feature whose high or low values tell the most of the effect in a straight line."""
    pseudo = _pseudo_outcomes(experiment)
    vectors = experiment.vectors
    best = Line.fit(_only(vectors, vectors.feature_names[0]), pseudo, _RIDGE)
    least = np.inf
    for name in vectors.feature_names:
        line = Line.fit(_only(vectors, name), pseudo, _RIDGE)
        left = float(np.sum((pseudo - line.answer(vectors)) ** 2))
        if left < least - 1e-9:
            best, least = line, left
    return Effect(RULE, ((1.0, best),))


def single(experiment: Experiment) -> Effect:
    """One model of both arms that reads the arm too."""
    both = Dataset(with_arm(experiment.vectors, experiment.treated), experiment.outcomes)
    model = boosted(both)
    return Effect(S, ((1.0, Chance(model, 1.0)), (-1.0, Chance(model, 0.0))))


def crossed(experiment: Experiment) -> Effect:
    """What each arm's customers would have done in the other, and trees on the difference."""
    shown, kept = (boosted(experiment.arm(arm)) for arm in (True, False))
    treated, vectors, outcomes = experiment.treated, experiment.vectors, experiment.outcomes
    of_shown = vectors.select(treated)
    of_kept = vectors.select(~treated)
    gained = Regressed.fit(of_shown, outcomes[treated] - sigmoid(kept.score(of_shown)))
    missed = Regressed.fit(of_kept, sigmoid(shown.score(of_kept)) - outcomes[~treated])
    share = float(experiment.chances.mean())
    return Effect(X, ((1.0 - share, gained), (share, missed)))


def robust(experiment: Experiment) -> Effect:
    """Trees on what each customer would have done in either arm, corrected by what was seen."""
    final = Regressed.fit(experiment.vectors, _pseudo_outcomes(experiment))
    return Effect(DR, ((1.0, final),))


def robust_line(experiment: Experiment) -> Effect:
    """The same in a straight line."""
    final = Line.fit(experiment.vectors, _pseudo_outcomes(experiment), _RIDGE)
    return Effect(DR_LINE, ((1.0, final),))


LEARNERS: Mapping[str, Learn] = {
    RULE: rule,
    RESPONSE: response,
    T_LOGISTIC: partial(difference, T_LOGISTIC, chance_line),
    DR_LINE: robust_line,
    S: single,
    X: crossed,
    T: partial(difference, T, lambda arm: Chance(boosted(arm))),
    DR: robust,
}
"""From the simplest on: of equals the first is taken."""


def _pseudo_outcomes(experiment: Experiment) -> Floats:
    """A number whose mean over any customers is their effect (Robins and Rotnitzky 1995).

    The models of either arm have not seen the customer they speak of.
    """
    fold, treated = experiment.folds(7), experiment.treated
    expected = np.zeros((2, len(treated)))
    for one in range(FOLDS):
        held = fold == one
        others, asked = experiment.select(~held), experiment.vectors.select(held)
        for arm in (0, 1):
            expected[arm, held] = chance_line(others.arm(bool(arm))).answer(asked)
    chance, outcomes = experiment.chances, experiment.outcomes
    corrected = np.where(
        treated,
        (outcomes - expected[1]) / chance,
        -(outcomes - expected[0]) / (1 - chance),
    )
    return np.asarray(expected[1] - expected[0] + corrected)


def _only(vectors: Vectors, name: str) -> Vectors:
    values: Any = vectors.column(name)[:, None]
    return Vectors(
        vectors.plan_hash, (name,), vectors.customer_keys, vectors.cutoff_seconds, values
    )
