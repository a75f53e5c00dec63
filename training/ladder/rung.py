"""One way to answer: its name, what it reads and how it learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from training.datasets.dataset import Dataset
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.model import Model
from training.learners.trees import BoostingSettings


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: a name, what it reads and how it learns.

    A rung ``is_rule`` when it needs no learning to rank: what a company could do without a model. It ranks by
    the values as they are, within no bounds. ``parts`` are the rungs a blend is made of; ``strength`` holds back a
    logistic model; ``directions`` holds trees and rules to what nobody doubts, and ``settings`` says how far trees
    may go, where not as usual.
    """

    name: str
    family: str
    feature_names: tuple[str, ...]
    explained: str
    parts: tuple[Rung, ...] = ()
    strength: float = 1.0
    directions: Mapping[str, int] = field(default_factory=dict)
    settings: BoostingSettings | None = None
    is_rule: bool = False

    def as_parameters(self) -> dict[str, Any]:
        """How it learns, as a run keeps it; of a blend which rungs it is made of."""
        told: dict[str, Any] = {"family": self.family, "features": len(self.feature_names)}
        if self.parts:
            return told | {"parts": " + ".join(one.name for one in self.parts)}
        if self.family == BoostedModel.family:
            settings = self.settings or BoostingSettings()
            return told | {f"lightgbm.{key}": one for key, one in asdict(settings).items()}
        return told | {"is_rule": self.is_rule, "strength": self.strength}

    def fit(
        self,
        dataset: Dataset,
        *,
        threads: int = 1,
        fitted: Mapping[str, Model] | None = None,
        rounds: int | None = None,
    ) -> Model:
        """Fit this rung's model; a blend takes its parts from ``fitted``, by name, where they are there.

        Trees are grown for so many ``rounds``, or for as many as serve them best.
        """
        if self.family == BoostedModel.family:
            return BoostedModel.fit(
                dataset,
                self.feature_names,
                directions=self.directions,
                settings=self.settings,
                rounds=rounds,
                threads=threads,
            )
        if self.family == LogisticModel.family:
            return LogisticModel.fit(
                dataset,
                self.feature_names,
                strength=self.strength,
                is_rule=self.is_rule,
                directions=self.directions,
            )
        known = fitted or {}
        line, trees = (
            known.get(part.name) or part.fit(dataset, threads=threads, rounds=rounds)
            for part in self.parts
        )
        assert isinstance(line, LogisticModel) and isinstance(trees, BoostedModel)
        return BlendedModel.of(line, trees)
