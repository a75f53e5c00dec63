"""What offers change: one model of both arms, of all offers together, brought to its level."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.offers.uplift.pair import LogOddsParts, Pair, effect_of
from training.families.offers.uplift.scale import PairScale
from training.learners.calibration import sigmoid

PERSUASION_FILE = "persuasion.json"


@dataclass(frozen=True)
class Persuasion:
    """How likely each customer acts without an offer and with it.

    The chance with it is the propensity that is shown and explained, the difference the effect: gain and cost of a decision
    come from one and the same pair, so that their errors do not add up.
    """

    pair: Pair
    scale: PairScale
    feature_names: tuple[str, ...]
    usual: float
    figures: Mapping[str, Any]

    def log_odds(self, vectors: Vectors) -> tuple[Floats, Floats]:
        """The log-odds to act without the offer of each row and with it."""
        read = read_of(vectors, self.feature_names)
        return self.scale.brought(read, self.pair.log_odds(read))

    def chances(self, vectors: Vectors) -> tuple[Floats, Floats]:
        """The chance to act without the offer of each row and with it."""
        without, shown = self.log_odds(vectors)
        return sigmoid(without), sigmoid(shown)

    def effects(self, vectors: Vectors) -> tuple[Floats, Floats, Floats]:
        """The effect of the offer of each row, with the ends of its 95 % interval."""
        effects = effect_of(self.log_odds(vectors))
        return effects, *self.scale.interval(effects)

    def contributions(self, vectors: Vectors, *, is_proven: bool = False) -> LogOddsParts:
        """What the log-odds to act with the offer are made of, one column a feature of ``feature_names``."""
        read = read_of(vectors, self.feature_names)
        return self.scale.contributions(read, self.pair.contributions(read, is_proven=is_proven))

    def as_dict(self) -> dict[str, Any]:
        """What was found, for the record."""
        return dict(self.figures)

    def to_files(self) -> dict[str, bytes]:
        """The models' files, and the rest as JSON."""
        content = {
            "scale": json.loads(self.scale.to_bytes()),
            "feature_names": list(self.feature_names),
            "usual": self.usual,
            "told": dict(self.figures),
        }
        return self.pair.to_files() | {PERSUASION_FILE: json.dumps(content).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The persuasion read back; the bytes must have been verified."""
        content = json.loads(files[PERSUASION_FILE])
        return cls(
            Pair.from_files(files),
            PairScale.from_dict(content["scale"]),
            tuple(content["feature_names"]),
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
