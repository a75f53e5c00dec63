"""Gradient-boosted trees for a probability, strongly held back, with exact contributions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.learners.columns import Columns
from training.learners.model import Model
from training.learners.trees import BinnedRows, BoostingSettings, opened, predicted, prepared_rows
from training.learners.treeshap.explainer import Explainer
from training.learners.treeshap.model_text import Forest, read_forest

if TYPE_CHECKING:
    import lightgbm


@dataclass(frozen=True)
class BoostedModel(Model):
    """Boosted trees as LightGBM's own text, with the features they read and their bounds."""

    family: ClassVar[str] = "lightgbm"
    files: ClassVar[tuple[str, ...]] = ("model.txt", "columns.json")

    columns: Columns
    base_log_odds: float
    booster: lightgbm.Booster
    text: str
    _explainers: dict[bytes, Explainer] = field(default_factory=dict, repr=False, compare=False)
    _building: Lock = field(default_factory=Lock, repr=False, compare=False)

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        feature_names: Sequence[str] | None = None,
        *,
        directions: Mapping[str, int] | None = None,
        settings: BoostingSettings | None = None,
        rounds: int | None = None,
        threads: int = 1,
    ) -> Self:
        """Fit trees on the named features, or all.

        ``directions`` gives 1 for features that may only raise the risk and -1 for those that may only
        lower it. Without ``rounds`` their number is found on the latest cutoff and the trees are then
        fitted again on every cutoff; with one cutoff alone the number is fixed beforehand. Raises
        ``ModelRefused`` for a dataset without rows, with one outcome or unknown ones.
        """
        dataset.require_fit()
        names = dataset.vectors.feature_names if feature_names is None else tuple(feature_names)
        columns = Columns.learn(dataset.vectors, names)
        positions = columns.positions(dataset.vectors.feature_names)
        cutoffs = dataset.vectors.cutoff_seconds
        ground = BinnedRows(
            prepared_rows(dataset.vectors.values, lambda rows: columns.prepare(rows, positions)),
            cutoffs == cutoffs.max(),
            names,
            settings or BoostingSettings(),
            threads=threads,
        )
        everybody = np.ones(dataset.rows, np.bool_)
        binary = {"objective": "binary"}
        trees = ground.grow(dataset.outcomes, everybody, binary, rounds, directions)
        return cls.from_text(trees.text, columns)

    @classmethod
    def from_text(cls, text: str, columns: Columns) -> Self:
        """The model of LightGBM's own text; its recorded settings are dropped, for they name threads."""
        text, booster = opened(text)
        nobody = np.full((1, len(columns.names)), np.nan, np.float32)
        base = predicted(booster, nobody, pred_contrib=True)[0, -1]
        return cls(columns, float(base), booster, text)

    def __reduce__(self) -> tuple[Any, ...]:
        """How a model reaches the process that waits for the one it was fitted in: as its files."""
        return type(self).from_files, (self.to_files(),)

    @property
    def rounds(self) -> int:
        """How many trees there are."""
        return int(self.booster.num_trees())

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The summed leaves of all trees."""
        if not len(prepared):
            return np.empty(0)
        return predicted(self.booster, prepared, raw_score=True, num_threads=threads)

    def contributions(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """Exact path-dependent TreeSHAP values (Lundberg et al. 2020), from tables built once.

        Raises ``ModelRefused`` for trees that ``training.learners.treeshap`` does not cover.
        """
        features = len(self.columns.names)
        return self._explainer(np.arange(features), features).contributions(
            prepared, threads=threads
        )

    def grouped_contributions(
        self,
        prepared: NDArray[np.float32],
        group_of: NDArray[np.integer],
        groups: int,
        *,
        threads: int = 1,
    ) -> Floats:
        """The same summed by group: the sums stand in the tables, so that it costs less, not more."""
        return self._explainer(group_of, groups).contributions(prepared, threads=threads)

    def proven_contributions(self, prepared: NDArray[np.float32]) -> Floats:
        """The same by LightGBM itself, a hundred times slower."""
        return predicted(self.booster, prepared, pred_contrib=True)[:, :-1]

    @cached_property
    def forest(self) -> Forest:
        """The trees as flat arrays."""
        return read_forest(self.text)

    def _explainer(self, column_of: NDArray[np.integer], columns: int) -> Explainer:
        """The tables for these columns, built when they are first asked for."""
        key = np.append(column_of, columns).astype(np.int32).tobytes()
        with self._building:
            if key not in self._explainers:
                self._explainers[key] = Explainer.of(self.forest, column_of, columns)
            return self._explainers[key]

    def to_files(self) -> dict[str, bytes]:
        """The trees as text and the columns as JSON."""
        return {
            "model.txt": self.text.encode(),
            "columns.json": json.dumps(self.columns.as_dict(), indent=1).encode(),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The model read back; the bytes must have been verified, for LightGBM does not forgive."""
        columns = Columns.from_dict(json.loads(files["columns.json"]))
        return cls.from_text(files["model.txt"].decode(), columns)
