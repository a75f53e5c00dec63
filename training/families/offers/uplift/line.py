"""A straight line in log-odds: what little data can carry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.learners.columns import Columns
from training.learners.logistic import penalised, signed_log
from training.learners.model import Model

_STRENGTH = 1.0


@dataclass(frozen=True)
class Line(Model):
    """A weighted sum of features in log-odds; a missing value stands at the mean.

    A feature is read as it is or as its signed logarithm, whichever is less skewed.
    """

    family: ClassVar[str] = "line"
    files: ClassVar[tuple[str, ...]] = ("line.json",)

    columns: Columns
    base_log_odds: float
    in_logs: NDArray[np.bool_]
    centre: Floats
    coefficients: Floats

    @classmethod
    def fit(cls, dataset: Dataset) -> Self:
        """Penalised logistic regression on every feature, standardised, the intercept unpenalised."""
        dataset.require_fit()
        vectors = dataset.vectors
        columns = Columns.learn(vectors, vectors.feature_names)
        prepared = columns.prepare(vectors.values, columns.positions(columns.names))
        in_logs = _skew(signed_log(prepared)) < _skew(prepared.astype(np.float64))
        told = np.where(in_logs, signed_log(prepared), prepared)
        present = ~np.isnan(told)
        centre = np.where(present, told, 0.0).sum(axis=0) / np.maximum(present.sum(axis=0), 1)
        away = np.where(present, told - centre, 0.0)
        spread = away.std(axis=0)
        scale = np.where(spread > 1e-9, spread, np.inf)
        level, weights = penalised(away / scale, dataset.outcomes, _STRENGTH)
        rounded = np.array([float(f"{one:.10g}") for one in weights / scale])
        return cls(columns, level, in_logs, centre, rounded)

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The sum of each row."""
        total = np.full(len(prepared), self.base_log_odds)
        # Column by column, so that a row alone is summed as among many.
        for column in self.contributions(prepared).T:
            total += column
        return total

    def contributions(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each feature adds to the sum."""
        told = np.where(self.in_logs, signed_log(prepared), prepared)
        away = np.where(np.isnan(told), 0.0, told - self.centre)
        added: Floats = away * self.coefficients
        return added

    def to_files(self) -> dict[str, bytes]:
        """The line as JSON."""
        content = {
            "columns": self.columns.as_dict(),
            "base_log_odds": self.base_log_odds,
            "in_logs": self.in_logs.tolist(),
            "centre": self.centre.tolist(),
            "coefficients": self.coefficients.tolist(),
        }
        return {"line.json": json.dumps(content).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The line read back."""
        content = json.loads(files["line.json"])
        return cls(
            Columns.from_dict(content["columns"]),
            float(content["base_log_odds"]),
            np.array(content["in_logs"], np.bool_),
            np.array(content["centre"], np.float64),
            np.array(content["coefficients"], np.float64),
        )


def _skew(values: Floats) -> Floats:
    """How far each column's values lie to one side of their mean."""
    present = ~np.isnan(values)
    count = np.maximum(present.sum(axis=0), 1)
    mean = np.where(present, values, 0.0).sum(axis=0) / count
    away = np.where(present, values - mean, 0.0)
    spread = np.sqrt((away**2).sum(axis=0) / count)
    return np.asarray(np.abs((away**3).sum(axis=0) / count / np.maximum(spread, 1e-12) ** 3))
