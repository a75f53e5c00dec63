"""A straight line for an effect or for the log-odds of a chance: what little data can carry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.learners.calibration import sigmoid
from training.learners.columns import Columns
from training.learners.logistic import penalised, signed_log


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


def chance_line(dataset: Dataset) -> Line:
    """A logistic regression on every feature."""
    dataset.require_fit()
    return Line.fit(dataset.vectors, dataset.outcomes, 1.0, is_chance=True)
