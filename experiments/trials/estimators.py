"""An estimator of scikit-learn, or anything like one, as a rung: it is compared, and cannot be written as text."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from experiments.declared.definition import LearnerSettings
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused, SettingsRefused
from training.datasets.dataset import Dataset
from training.ladder.rung import Rung
from training.learners.calibration import logit
from training.learners.columns import Columns
from training.learners.model import Model

_NEVER_SHIPS = "it cannot be written as text, and is never promoted"
_CERTAIN = 1e-9
_MOST_LETTERS = 200


@dataclass(frozen=True)
class EstimatorRung(Rung):
    """A rung whose models ``make`` gives, unfitted, one for each fit."""

    make: Callable[[], Any] = field(default=dict, compare=False)

    def as_parameters(self) -> dict[str, Any]:
        """What it is and how much it reads; its own parameters stand in the definition."""
        return {"family": self.family, "features": len(self.feature_names)}

    def fit(
        self,
        dataset: Dataset,
        *,
        threads: int = 1,
        fitted: Mapping[str, Model] | None = None,
        rounds: int | None = None,
    ) -> Model:
        """Fit the estimator on the values as they are, missing ones as NaN; ``ModelRefused`` where it raises."""
        dataset.require_fit()
        columns = Columns.unbounded(self.feature_names)
        values = dataset.vectors.values[:, columns.positions(dataset.vectors.feature_names)]
        estimator = self.make()
        with _faults_of(self.name, "fit"):
            estimator.fit(values, dataset.outcomes.astype(np.int64))
        return EstimatorModel(self.name, columns, estimator)


@dataclass(frozen=True)
class EstimatorModel(Model):
    """A fitted estimator that answers in log-odds, and can say nothing of its reasons."""

    family: ClassVar[str] = "estimator"
    files: ClassVar[tuple[str, ...]] = ()

    name: str
    columns: Columns
    estimator: Any
    base_log_odds: float = 0.0

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The log-odds of each row; ``ModelRefused`` where the estimator raises or gives no number."""
        with _faults_of(self.name, "answer"):
            chances = np.asarray(self.estimator.predict_proba(prepared), np.float64)
        unknown = ~np.isfinite(chances).all(axis=1)
        if unknown.any():
            raise ModelRefused(
                expected=f"{self.name} to answer every row with a probability",
                found=f"none for {int(unknown.sum()):,} of {len(chances):,} rows",
                remedy="Mend the estimator, or take it out of [learner]; the other rungs are not touched.",
            )
        return logit(np.clip(chances[:, -1], _CERTAIN, 1 - _CERTAIN))

    def contributions(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """Nothing: an estimator of others has no reasons that add up."""
        raise NotImplementedError(_NEVER_SHIPS)

    def to_files(self) -> dict[str, bytes]:
        """Nothing: an estimator of others has no text."""
        raise NotImplementedError(_NEVER_SHIPS)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """Nothing: an estimator of others has no text."""
        raise NotImplementedError(_NEVER_SHIPS)


def estimator_rung(
    learner: LearnerSettings, feature_names: tuple[str, ...], folder: Path
) -> EstimatorRung:
    """The rung of the estimator a definition names; modules of the ``folder`` of definitions are found too.

    Raises ``SettingsRefused`` where it cannot be imported or made.
    """
    module, _, name = learner.estimator.partition(":")
    parameters = dict(learner.parameters)
    try:
        with _found_in(folder):
            make = getattr(importlib.import_module(module), name)
        made = make(**parameters)
    except Exception as fault:
        raise SettingsRefused(
            expected=f"learner.estimator to be made: {learner.estimator} with {parameters or 'no parameters'}",
            found=f"{type(fault).__name__}: {_shortened(fault)}",
            remedy="Correct its name or its parameters in [learner], or install the package it stands in.",
        ) from None
    if not hasattr(made, "predict_proba"):
        raise SettingsRefused(
            expected=f"{learner.estimator} to answer with probabilities, by predict_proba",
            found=f"a {type(made).__name__} without",
            remedy="Choose a classifier that has it, or put it into a CalibratedClassifierCV.",
        )
    return EstimatorRung(
        name=type(made).__name__,
        family=EstimatorModel.family,
        feature_names=feature_names,
        explained=f"{learner.estimator}; {_NEVER_SHIPS}",
        make=lambda: make(**parameters),
    )


@contextmanager
def _faults_of(name: str, act: str) -> Iterator[None]:
    """Whatever an estimator of others raises is its own fault, and ends this rung alone."""
    try:
        yield
    except Exception as fault:
        raise ModelRefused(
            expected=f"{name} to {act}",
            found=f"{type(fault).__name__}: {_shortened(fault)}",
            remedy="Mend the estimator, or take it out of [learner]; the other rungs are not touched.",
        ) from fault


def _shortened(fault: Exception) -> str:
    first, *_ = [*str(fault).strip().splitlines(), ""]
    return first if len(first) <= _MOST_LETTERS else f"{first[:_MOST_LETTERS]}…"


@contextmanager
def _found_in(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
