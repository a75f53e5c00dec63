"""How likely customers act without an offer and with it: models of both arms, written as text and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.offers.uplift.line import Line
from training.learners.boosting import BoostedModel
from training.learners.calibration import sigmoid
from training.learners.model import Model

TREATED = "shown the offer"
PAIR_FILE = "pair.json"
_FAMILIES: Mapping[str, type[Model]] = {one.family: one for one in (Line, BoostedModel)}


@dataclass(frozen=True)
class LogOddsParts:
    """What a sum in log-odds is made of: ``base`` for each row, and ``pushes``, one column a feature of the vectors."""

    base: Floats
    pushes: Floats

    @property
    def total(self) -> Floats:
        """The log-odds they add up to."""
        return np.asarray(self.base + self.pushes.sum(axis=1))

    def __mul__(self, weight: float) -> LogOddsParts:
        return LogOddsParts(self.base * weight, self.pushes * weight)

    def __add__(self, other: LogOddsParts) -> LogOddsParts:
        return LogOddsParts(self.base + other.base, self.pushes + other.pushes)


@dataclass(frozen=True)
class Arms:
    """A model of who acts without the offer and one of who acts with it: one and the same where it reads the arm."""

    without: Model
    shown: Model

    @classmethod
    def of_both(cls, model: Model) -> Self:
        """One model that reads the arm as a feature."""
        return cls(model, model)

    def log_odds(self, vectors: Vectors) -> tuple[Floats, Floats]:
        """The log-odds to act without the offer and with it."""
        without = self.without.score(_read(self.without, vectors, False))
        return without, self.shown.score(_read(self.shown, vectors, True))

    def contributions(
        self, vectors: Vectors, *, is_proven: bool = False
    ) -> tuple[LogOddsParts, LogOddsParts]:
        """What either is made of; what the arm itself adds stands in the base."""
        return (
            _contributions(self.without, vectors, False, is_proven),
            _contributions(self.shown, vectors, True, is_proven),
        )

    def to_files(self) -> dict[str, bytes]:
        """The models' files, one model once."""
        models = {"shown": self.shown} | (
            {} if self.without is self.shown else {"without": self.without}
        )
        files = {
            f"{arm}_{name}": one
            for arm, model in models.items()
            for name, one in model.to_files().items()
        }
        families = {arm: model.family for arm, model in models.items()}
        return files | {"arms.json": json.dumps(families).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The models read back."""
        models = {}
        for arm, name in json.loads(files["arms.json"]).items():
            family = _FAMILIES[name]
            models[arm] = family.from_files({one: files[f"{arm}_{one}"] for one in family.files})
        return cls(models.get("without", models["shown"]), models["shown"])


@dataclass(frozen=True)
class Pair:
    """Both chances of a customer, each the weighted mean of its members' log-odds; weights sum to 1.

    An effect is the difference of the two, so that nobody is told a larger effect than chance.
    """

    name: str
    members: tuple[tuple[float, Arms], ...]

    @classmethod
    def mean_of(cls, pairs: Sequence[Self]) -> Self:
        """Pairs with the same say each: as they err differently, their mean errs less."""
        share = 1.0 / len(pairs)
        members = tuple((share * weight, arms) for one in pairs for weight, arms in one.members)
        return cls(" and ".join(one.name for one in pairs), members)

    def log_odds(self, vectors: Vectors) -> tuple[Floats, Floats]:
        """The log-odds to act without the offer and with it."""
        found = np.zeros((2, vectors.rows))
        for weight, arms in self.members:
            for total, told in zip(found, arms.log_odds(vectors), strict=True):
                total += weight * told
        return found[0], found[1]

    def contributions(
        self, vectors: Vectors, *, is_proven: bool = False
    ) -> tuple[LogOddsParts, LogOddsParts]:
        """What either is made of."""
        nothing = LogOddsParts(
            np.zeros(vectors.rows), np.zeros((vectors.rows, len(vectors.feature_names)))
        )
        without, shown = nothing, nothing
        for weight, arms in self.members:
            first, second = arms.contributions(vectors, is_proven=is_proven)
            without, shown = without + first * weight, shown + second * weight
        return without, shown

    def to_files(self) -> dict[str, bytes]:
        """The pair as named files of text."""
        content = {"name": self.name, "weights": [weight for weight, _ in self.members]}
        files = {PAIR_FILE: json.dumps(content).encode()}
        for at, (_, arms) in enumerate(self.members):
            files |= {f"pair_{at}_{name}": one for name, one in arms.to_files().items()}
        return files

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The pair read back; the bytes must have been verified."""
        content = json.loads(files[PAIR_FILE])
        members = []
        for at, weight in enumerate(content["weights"]):
            start = f"pair_{at}_"
            mine = {one[len(start) :]: files[one] for one in files if one.startswith(start)}
            members.append((float(weight), Arms.from_files(mine)))
        return cls(content["name"], tuple(members))


def effect_of(log_odds: tuple[Floats, Floats]) -> Floats:
    """How much likelier each customer is to act because of the offer."""
    without, shown = log_odds
    return np.asarray(sigmoid(shown) - sigmoid(without))


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


def _read(model: Model, vectors: Vectors, is_shown: bool) -> Vectors:
    """What a model reads of the vectors in an arm."""
    return with_arm(vectors, float(is_shown)) if TREATED in model.columns.names else vectors


def _contributions(model: Model, vectors: Vectors, is_shown: bool, is_proven: bool) -> LogOddsParts:
    read = _read(model, vectors, is_shown)
    positions = model.columns.positions(read.feature_names)
    prepared = model.columns.prepare(read.values, positions)
    added = model.proven_contributions(prepared) if is_proven else model.contributions(prepared)
    base = np.full(vectors.rows, model.base_log_odds)
    pushes = np.zeros((vectors.rows, len(vectors.feature_names)))
    for column, place in zip(added.T, positions.tolist(), strict=True):
        if place < pushes.shape[1]:
            pushes[:, place] += column
        else:
            base += column
    return LogOddsParts(base, pushes)
