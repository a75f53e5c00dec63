"""What an offer changes as a sum of fitted parts, each written as text and read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.offers.uplift.line import Line
from training.learners.boosting import BoostedModel
from training.learners.calibration import sigmoid
from training.learners.columns import Columns
from training.learners.logistic import LogisticModel
from training.learners.model import Model
from training.learners.trees import BinnedRows, BoostingSettings, Trees, prepared_rows

SETTINGS = BoostingSettings(leaves=7, leaf_share=0.02, lambda_l2=20.0, feature_fraction=0.7)
ROUNDS = 80
TREATED = "shown the offer"
EFFECT_FILE = "effect.json"


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
        rows = prepared_rows(vectors.values, lambda some: columns.prepare(some, positions))
        ground = BinnedRows(rows, everybody, columns.names, SETTINGS)
        return cls(columns, ground.grow(targets, everybody, {"objective": "regression"}, ROUNDS))

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


_KINDS: Mapping[str, Callable[[Mapping[str, bytes]], Part]] = {
    "Chance": Chance.from_files,
    "Line": Line.from_files,
    "Regressed": Regressed.from_files,
}
