"""Logistic regression in closed form: fitted by scikit-learn, stored as plain numbers, scored by numpy.

Every rule of one feature is one of these too: the recency rule reads silence, the base rate nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.learners.columns import Columns
from training.learners.model import Model

MOST_VALUES = 10_000_000
NOTHING_CERTAIN: Mapping[str, int] = MappingProxyType({})


def signed_log(values: NDArray[np.floating]) -> Floats:
    """The logarithm of one plus the size of a number, with the number's sign.

    >>> signed_log(np.array([0.0, -1.0])).round(3).tolist()
    [0.0, -0.693]
    """
    wide = values.astype(np.float64)
    logs: Floats = np.copysign(np.log1p(np.abs(wide)), wide)
    return logs


@dataclass(frozen=True)
class LogisticModel(Model):
    """A weighted sum of standardised features.

    Column ``j`` of a row adds ``coefficients[j] * (t(x) - centre[j]) / scale[j]`` where ``t`` is the
    signed logarithm; a missing value stands at ``imputed[j]``, in the same logarithm.
    """

    family: ClassVar[str] = "logistic"
    files: ClassVar[tuple[str, ...]] = ("logistic.json",)

    columns: Columns
    base_log_odds: float
    centre: Floats
    scale: Floats
    imputed: Floats
    coefficients: Floats

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        feature_names: Sequence[str] | None = None,
        *,
        strength: float = 1.0,
        is_rule: bool = False,
        directions: Mapping[str, int] = NOTHING_CERTAIN,
    ) -> Self:
        """Fit the named features, or all; ``strength`` is the L2 penalty on standardised features.

        The penalty is ``strength / 2`` times the sum of squared coefficients, beside the summed log
        loss. Of very many rows evenly spaced ones are read, ten million
        values at most. A rule reads values as they are, within no bounds, with the median in the place of a
        missing one, and a feature with 1 in ``directions`` raises the risk and one with -1 lowers it,
        whatever the rows say. Raises ``ModelRefused`` for a dataset without rows, with one outcome or
        unknown ones.
        """
        dataset.require_fit()
        names = dataset.vectors.feature_names if feature_names is None else tuple(feature_names)
        columns = Columns.unbounded(names) if is_rule else Columns.learn(dataset.vectors, names)
        positions = columns.positions(dataset.vectors.feature_names)
        chosen = _evenly_spaced(dataset.rows, MOST_VALUES // max(1, len(names)))
        values = columns.prepare(dataset.vectors.values[chosen], positions)
        logs = signed_log(values)
        imputed = signed_log(_medians(values)) if is_rule else _means(logs)
        logs = np.where(np.isnan(logs), imputed, logs)
        centre = logs.mean(axis=0)
        spread = logs.std(axis=0)
        scale = np.where(spread > 1e-9, spread, 1.0)
        standard = np.where(spread > 1e-9, (logs - centre) / scale, 0.0)
        intercept, coefficients = penalised(standard, dataset.outcomes[chosen], strength)
        if is_rule:
            certain = np.array([directions.get(name, 0) for name in names], np.float64)
            coefficients = np.where(certain == 0, coefficients, certain * np.abs(coefficients))
        return cls(columns, intercept, centre, scale, imputed, coefficients)

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """Base plus contributions, added feature by feature so that a row alone scores the same."""
        total = np.full(len(prepared), self.base_log_odds)
        for added in self.contributions(prepared).T:
            total += added
        return total

    def contributions(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each feature adds, against a customer who is average in it."""
        logs = signed_log(prepared)
        logs = np.where(np.isnan(logs), self.imputed, logs)
        added: Floats = (logs - self.centre) * (self.coefficients / self.scale)
        return added

    def to_files(self) -> dict[str, bytes]:
        """The model as one JSON file; Python writes every float so that it reads back the same."""
        content = {
            "columns": self.columns.as_dict(),
            "base_log_odds": self.base_log_odds,
            "centre": self.centre.tolist(),
            "scale": self.scale.tolist(),
            "imputed": self.imputed.tolist(),
            "coefficients": self.coefficients.tolist(),
        }
        return {"logistic.json": json.dumps(content, indent=1).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The model read back."""
        content = json.loads(files["logistic.json"])
        return cls(
            Columns.from_dict(content["columns"]),
            float(content["base_log_odds"]),
            np.array(content["centre"], np.float64),
            np.array(content["scale"], np.float64),
            np.array(content["imputed"], np.float64),
            np.array(content["coefficients"], np.float64),
        )


def _means(logs: Floats) -> Floats:
    """The mean of each column's known values; 0 where there are none."""
    present = ~np.isnan(logs)
    means: Floats = np.where(present, logs, 0.0).sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    return means


def _medians(values: NDArray[np.float32]) -> Floats:
    """The median of each column's known values, which no extreme moves; 0 where there are none."""
    known = [column[~np.isnan(column)].astype(np.float64) for column in values.T]
    return np.array([float(np.median(one)) if len(one) else 0.0 for one in known], np.float64)


def _evenly_spaced(rows: int, most: int) -> slice | NDArray[np.intp]:
    """Which rows are read: all, or of very many evenly spaced ones; a line gains nothing from more."""
    return slice(None) if rows <= most else np.arange(most) * rows // most


def penalised(standard: Floats, outcomes: Floats, strength: float) -> tuple[float, Floats]:
    """Intercept and coefficients of standardised features, under the L2 penalty ``LogisticModel.fit`` states."""
    if not standard.shape[1]:
        rate = float(outcomes.mean())
        return float(np.log(rate / (1 - rate))), np.empty(0)
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    fitted = LogisticRegression(C=1.0 / strength, solver="newton-cholesky", tol=1e-8, max_iter=200)
    # More threads would sum in another order, and the same data must give the same model.
    with threadpool_limits(1):
        fitted.fit(standard, outcomes)
    # Ten digits are far below any noise and hide what the order of summation leaves behind.
    rounded = [float(f"{one:.10g}") for one in [fitted.intercept_[0], *fitted.coef_[0]]]
    return rounded[0], np.array(rounded[1:])
