"""Effects brought to their right size, with intervals, and the four kinds of customers they tell apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.qini import Tenth, tenths

PERSUADABLE, SURE_THING, LOST_CAUSE, DO_NOT_DISTURB = KINDS = (
    "persuadable",
    "sure thing",
    "lost cause",
    "do not disturb",
)


@dataclass(frozen=True)
class EffectScale:
    """The line from a learner's score to the effect, and what was seen of every tenth of the customers."""

    slope: float
    level: float
    tenths: tuple[Tenth, ...]

    @classmethod
    def learn(cls, experiment: Experiment, scores: Floats) -> Self:
        """From scores of models that had not seen the customers; a slope below zero is none."""
        centre = float(scores.mean())
        mean, _, _ = experiment.effect()
        variance = float(((scores - centre) ** 2).mean())
        slope = 0.0
        if variance > 1e-18:
            slope = max(
                0.0, float(((scores - centre) * _horvitz_thompson(experiment)).mean()) / variance
            )
        made = cls(slope, mean - slope * centre, ())
        seen = tenths(
            experiment.outcomes, made.effects(scores), experiment.treated, experiment.weights
        )
        return cls(slope, made.level, tuple(seen))

    def effects(self, scores: Floats) -> Floats:
        """How much likelier each customer is to act because of the offer."""
        return np.asarray(self.level + self.slope * scores)

    def interval(self, effects: Floats) -> tuple[Floats, Floats]:
        """The 95 % interval of the effect seen among customers alike, moved to each customer's own effect."""
        middle = np.array([one.expected for one in self.tenths])[::-1]
        half = np.array([(one.high - one.low) / 2 for one in self.tenths])[::-1]
        wide = np.interp(effects, middle, half)
        return effects - wide, effects + wide

    def to_bytes(self) -> bytes:
        """The scale as JSON."""
        content = {
            "slope": self.slope,
            "level": self.level,
            "tenths": [asdict(one) for one in self.tenths],
        }
        return json.dumps(content).encode()

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The scale read back."""
        seen = tuple(Tenth(**one) for one in content["tenths"])
        return cls(float(content["slope"]), float(content["level"]), seen)


def kinds(low: Floats, high: Floats, without: Floats, usual: float) -> NDArray[np.str_]:
    """What kind each customer is: by the interval of the effect, and the chance to act without the offer.

    Who is likelier to act for it is persuadable, who is less likely must not be disturbed; of the others
    who acts anyway as often as usual is a sure thing.
    """
    found = np.where(without >= usual, SURE_THING, LOST_CAUSE)
    found = np.where(low > 0, PERSUADABLE, found)
    return np.where(high < 0, DO_NOT_DISTURB, found)


def _horvitz_thompson(experiment: Experiment) -> Floats:
    """The effect as each customer alone tells it, without bias and with much noise (Horvitz and Thompson).

    Outcomes are taken from their arms' mean, which changes no covariance by design and much of the noise.
    """
    treated, chance = experiment.treated, experiment.chances
    rate = float(experiment.outcomes.mean())
    away = experiment.outcomes - rate
    return np.asarray(np.where(treated, away / chance, -away / (1 - chance)))
