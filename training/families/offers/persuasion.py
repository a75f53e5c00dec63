"""What offers change: learned from a control arm, of all offers together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.offers.uplift.effect import Effect
from training.families.offers.uplift.groups import EffectScale
from training.learners.boosting import BoostedModel
from training.learners.calibration import Calibration

PERSUASION_FILE, _CONTROL = "persuasion.json", "control_"


@dataclass(frozen=True)
class Persuasion:
    """The effect of an offer on a customer, brought to size, with the chance to act without it."""

    effect: Effect
    scale: EffectScale
    control: BoostedModel
    control_curve: Calibration
    usual: float
    figures: Mapping[str, Any]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What is read of a customer and an offer."""
        return self.control.columns.names

    def effects(self, vectors: Vectors) -> tuple[Floats, Floats, Floats]:
        """The effect of the offer of each row, with the ends of its 95 % interval."""
        effects = self.scale.effects(self.effect.score(read_of(vectors, self.feature_names)))
        return effects, *self.scale.interval(effects)

    def without(self, vectors: Vectors) -> Floats:
        """The chance to act without the offer."""
        return self.control_curve.apply(self.control.score(vectors))

    def as_dict(self) -> dict[str, Any]:
        """What was found, for the record."""
        return dict(self.figures)

    def to_files(self) -> dict[str, bytes]:
        """The models' files, and the rest as JSON."""
        content = {
            "scale": json.loads(self.scale.to_bytes()),
            "curve": json.loads(self.control_curve.to_bytes()),
            "usual": self.usual,
            "told": dict(self.figures),
        }
        files = self.effect.to_files() | {PERSUASION_FILE: json.dumps(content).encode()}
        return files | {f"{_CONTROL}{name}": one for name, one in self.control.to_files().items()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The persuasion read back; the bytes must have been verified."""
        content = json.loads(files[PERSUASION_FILE])
        control = {name: files[f"{_CONTROL}{name}"] for name in BoostedModel.files}
        return cls(
            Effect.from_files(files),
            EffectScale.from_dict(content["scale"]),
            BoostedModel.from_files(control),
            Calibration.from_dict(content["curve"]),
            float(content["usual"]),
            content["told"],
        )


def read_of(vectors: Vectors, names: tuple[str, ...]) -> Vectors:
    """The named features alone, in this order; ``ValueError`` where one is absent."""
    places = [vectors.feature_names.index(name) for name in names]
    return Vectors(
        vectors.plan_hash,
        names,
        vectors.customer_keys,
        vectors.cutoff_seconds,
        np.ascontiguousarray(vectors.values[:, places]),
    )
