"""Gradient-boosted trees, strongly held back: the one door to LightGBM."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.dataset import Dataset
from training.model import Columns, Floats, Model
from training.treeshap.explainer import Explainer
from training.treeshap.model_text import Forest, read_forest

if TYPE_CHECKING:
    import lightgbm


# Threads that wait for one another must sleep: on busy cores they would burn most of the time turning.
# LightGBM reads this when it is first loaded, and this module is the one door to it.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# On fewer rows the threads of OpenMP spend their time waiting for one another.
_ROWS_WORTH_THREADS = 50_000
_ROWS_AT_ONCE = 16_384
# So many rows tell sixty edges well, and each is asked for alone.
_ROWS_FOR_BINS = 100_000


@dataclass(frozen=True)
class BoostingSettings:
    """How far the trees may go; the defaults suit a few thousand customers and more."""

    learning_rate: float = 0.06
    leaves: int = 15
    depth: int = 6
    leaf_share: float = 0.01
    bins: int = 63
    feature_fraction: float = 0.3
    lambda_l2: float = 10.0
    rounds: int = 600
    patience: int = 30
    rounds_untested: int = 100
    seed: int = 7


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
        threads: int = 1,
    ) -> Self:
        """Fit trees on the named features, or all.

        ``directions`` gives 1 for features that may only raise the risk and -1 for those that may only
        lower it. The number of rounds is found on the latest cutoff and the trees are then fitted
        again on every cutoff; with one cutoff alone the number is fixed beforehand. Raises
        ``ModelRefused`` for a dataset without rows, with one outcome or unknown ones.
        """
        import lightgbm

        dataset.require_fit()
        settings = settings or BoostingSettings()
        names = dataset.vectors.feature_names if feature_names is None else tuple(feature_names)
        columns = Columns.learn(dataset.vectors, names)
        parameters = _parameters(settings, names, directions or {}, dataset.rows, threads)
        everything = _binned(dataset, columns, settings)
        rounds = _rounds(dataset, everything, parameters, settings)
        booster = lightgbm.train(parameters, everything, num_boost_round=rounds)
        return cls.from_text(booster.model_to_string(num_iteration=-1), columns)

    @classmethod
    def from_text(cls, text: str, columns: Columns) -> Self:
        """The model of LightGBM's own text; its recorded settings are dropped, for they name threads."""
        import lightgbm

        text = re.sub(r"\nparameters:\n.*?\nend of parameters\n", "\n", text, flags=re.DOTALL)
        booster = lightgbm.Booster(model_str=text)
        nobody = np.full((1, len(columns.names)), np.nan, np.float32)
        base = _predict(booster, nobody, pred_contrib=True)[0, -1]
        return cls(columns, float(base), booster, text)

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The summed leaves of all trees."""
        if not len(prepared):
            return np.empty(0)
        return _predict(self.booster, prepared, raw_score=True, num_threads=threads)

    def contributions(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """Exact path-dependent TreeSHAP values (Lundberg et al. 2020), from tables built once.

        Raises ``ModelRefused`` for trees that ``training.treeshap`` does not cover.
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
        return _predict(self.booster, prepared, pred_contrib=True)[:, :-1]

    @cached_property
    def _forest(self) -> Forest:
        return read_forest(self.text)

    def _explainer(self, column_of: NDArray[np.integer], columns: int) -> Explainer:
        """The tables for these columns, built when they are first asked for."""
        key = np.append(column_of, columns).astype(np.int32).tobytes()
        with self._building:
            if key not in self._explainers:
                self._explainers[key] = Explainer.of(self._forest, column_of, columns)
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


def _parameters(
    settings: BoostingSettings,
    names: Sequence[str],
    directions: Mapping[str, int],
    rows: int,
    threads: int,
) -> dict[str, Any]:
    return {
        "objective": "binary",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "max_depth": settings.depth,
        "min_data_in_leaf": max(20, round(settings.leaf_share * rows)),
        "feature_fraction": settings.feature_fraction,
        "lambda_l2": settings.lambda_l2,
        "monotone_constraints": [directions.get(name, 0) for name in names],
        "monotone_constraints_method": "intermediate",
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads if rows >= _ROWS_WORTH_THREADS else 1,
        "seed": settings.seed,
        "verbosity": -1,
    }


def _rounds(
    dataset: Dataset, everything: Any, parameters: dict[str, Any], settings: BoostingSettings
) -> int:
    """The number of rounds that served the latest cutoff best."""
    import lightgbm

    latest = int(dataset.vectors.cutoff_seconds.max())
    earlier = dataset.vectors.cutoff_seconds != latest
    if not earlier.any() or len(np.unique(dataset.outcomes[earlier])) < 2:
        return settings.rounds_untested
    train = everything.subset(np.flatnonzero(earlier))
    booster = lightgbm.train(
        parameters | {"metric": "binary_logloss"},
        train,
        num_boost_round=settings.rounds,
        valid_sets=[everything.subset(np.flatnonzero(~earlier))],
        callbacks=[lightgbm.early_stopping(settings.patience, verbose=False)],
    )
    return max(1, int(booster.best_iteration))


def _binned(dataset: Dataset, columns: Columns, settings: BoostingSettings) -> Any:
    """All rows in LightGBM's own bins: a byte a value, read block by block so that no copy is made."""
    import lightgbm

    positions = columns.positions(dataset.vectors.feature_names)
    values = dataset.vectors.values

    class Blocks(lightgbm.Sequence):
        batch_size = _ROWS_AT_ONCE

        def __len__(self) -> int:
            return len(values)

        def __getitem__(self, rows: Any) -> Any:
            block = values[rows] if isinstance(rows, slice | list) else values[[rows]]
            prepared = columns.prepare(block, positions).astype(np.float64)
            return prepared if isinstance(rows, slice | list) else prepared[0]

    binning = {
        "verbosity": -1,
        "max_bin": settings.bins,
        "min_data_in_bin": 10,
        "bin_construct_sample_cnt": _ROWS_FOR_BINS,
    }
    return lightgbm.Dataset(
        Blocks(),
        label=dataset.outcomes,
        feature_name=_plain_names(columns.names),
        params=binning,
    ).construct()


def _plain_names(names: Sequence[str]) -> list[str]:
    """Names LightGBM's text format can carry; the position keeps two of them apart."""
    plain = [re.sub(r"\W", "_", name, flags=re.ASCII) for name in names]
    return [
        name if plain.count(name) == 1 else f"{name}_{position}"
        for position, name in enumerate(plain)
    ]


def _predict(booster: Any, rows: NDArray[np.float32], **how: Any) -> Floats:
    answer: Floats = booster.predict(rows, **({"num_threads": 1} | how))
    return answer


class Ground:
    """Rows in LightGBM's own bins, on which trees for several targets grow, such as amounts.

    ``prepared`` are rows of ``Columns.prepare``; ``is_latest`` marks those that stop the growing.
    """

    def __init__(
        self,
        prepared: NDArray[np.float32],
        is_latest: NDArray[np.bool_],
        names: Sequence[str],
        settings: BoostingSettings,
        *,
        threads: int = 1,
    ) -> None:
        import lightgbm

        binning = {"verbosity": -1, "max_bin": settings.bins, "min_data_in_bin": 10}
        self._binned = lightgbm.Dataset(
            prepared,
            label=np.zeros(len(prepared)),
            feature_name=_plain_names(names),
            params=binning,
        ).construct()
        self._is_latest = is_latest
        self._names, self._settings, self._threads = names, settings, threads

    def grow(
        self,
        targets: Floats,
        rows: NDArray[np.bool_],
        objective: Mapping[str, Any],
        rounds: int | None = None,
    ) -> Trees:
        """Trees for the targets of some rows, under LightGBM's objective with its parameters.

        Without ``rounds`` their number is the one that served the latest rows best; where nothing can be
        found that way it is fixed beforehand.
        """
        import lightgbm

        settings = self._settings
        parameters = _parameters(settings, self._names, {}, int(rows.sum()), self._threads) | dict(
            objective
        )
        if rounds is None and self.can_find_rounds(targets, rows):
            tried = lightgbm.train(
                parameters,
                self._some(targets, rows & ~self._is_latest),
                num_boost_round=settings.rounds,
                valid_sets=[self._some(targets, rows & self._is_latest)],
                callbacks=[lightgbm.early_stopping(settings.patience, verbose=False)],
            )
            rounds = max(1, int(tried.best_iteration))
        booster = lightgbm.train(
            parameters,
            self._some(targets, rows),
            num_boost_round=rounds or settings.rounds_untested,
        )
        return Trees.from_text(booster.model_to_string(num_iteration=-1))

    def can_find_rounds(self, targets: Floats, rows: NDArray[np.bool_]) -> bool:
        """Whether there are earlier rows that differ to learn from, and latest ones to stop by."""
        earlier = targets[rows & ~self._is_latest]
        stops = bool((rows & self._is_latest).any())
        return stops and len(earlier) > 0 and float(np.ptp(earlier)) > 0

    def _some(self, targets: Floats, rows: NDArray[np.bool_]) -> Any:
        chosen = np.flatnonzero(rows)
        part = self._binned.subset(chosen).construct()  # type: ignore[arg-type]
        return part.set_label(targets[chosen])


@dataclass(frozen=True)
class Trees:
    """Trees as LightGBM's own text, answering on the scale of their target."""

    text: str
    booster: lightgbm.Booster

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Trees read back; the recorded settings are dropped, for they name threads."""
        import lightgbm

        text = re.sub(r"\nparameters:\n.*?\nend of parameters\n", "\n", text, flags=re.DOTALL)
        return cls(text, lightgbm.Booster(model_str=text))

    @property
    def rounds(self) -> int:
        """How many trees there are."""
        return int(self.booster.num_trees())

    @property
    def gains(self) -> Floats:
        """How much each feature, in the order of the columns, took off the loss."""
        found: Floats = self.booster.feature_importance("gain").astype(np.float64)
        return found

    def answer(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """One answer a row: an amount, or a probability."""
        if not len(prepared):
            return np.empty(0)
        return _predict(self.booster, prepared, num_threads=threads)
