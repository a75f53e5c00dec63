"""What a customer is expected to bring: a rank by a model, its level and range by what others brought."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.value.level import Intervals, Level
from training.families.value.models import ValueModel

LEVEL_FILE = "level.json"
REGULAR, ONE_TIME, DORMANT = 0, 1, 2
"""Kinds of customers whose values have a limit of their own."""
DORMANT_HORIZONS = 2
"""Who has been silent for so many horizons is dormant."""
_LEAST_CHANCE = 0.01


@dataclass(frozen=True)
class ExpectedValues:
    """What customers are expected to bring over the horizon, in cents, one entry a customer.

    Four in five end between ``low`` and ``high``. ``chance`` is the probability that they buy at all,
    and ``if_kept`` what they bring if they do.
    """

    expected: Floats
    low: Floats
    high: Floats
    chance: Floats
    if_kept: Floats


@dataclass(frozen=True)
class CalibratedValue:
    """A model with the level, chances, ranges and limits that later customers taught it.

    ``most`` is the most that is expected of each kind of customer: what ten of its kind brought before.
    """

    model: ValueModel
    level: Level
    chance: Level
    intervals: Intervals
    most: Floats

    def of(self, vectors: Vectors, *, threads: int = 1) -> ExpectedValues:
        """What these customers are expected to bring."""
        return self.at(*self.model.score(vectors, threads=threads), kinds(vectors, self.horizon))

    def at(self, amounts: Floats, chances: Floats, kind: NDArray[np.int64]) -> ExpectedValues:
        """The same from the model's own answers and each customer's kind."""
        most = self.most[kind]
        expected = np.minimum(self.level.apply(amounts), most)
        low, high = self.intervals.apply(expected)
        chance = np.clip(self.chance.apply(chances), _LEAST_CHANCE, 1.0)
        return ExpectedValues(
            expected, low, np.maximum(np.minimum(high, most), expected), chance,
            np.maximum(np.minimum(expected / chance, most), expected),
        )  # fmt: skip

    def raised(self, by: float) -> CalibratedValue:
        """The same model at a level whose logarithm is higher by so much."""
        return replace(self, level=self.level.raised(by)) if by else self

    def carried_to(
        self, model: ValueModel, before: tuple[Floats, Floats], after: tuple[Floats, Floats]
    ) -> CalibratedValue:
        """A model fitted anew, with what later customers taught this one.

        ``before`` and ``after`` are amounts and chances of the same customers by this model and by the new one.
        """
        return replace(
            self,
            model=model,
            level=self.level.carried_over(before[0], after[0]),
            chance=self.chance.carried_over(before[1], after[1]),
        )

    @property
    def horizon(self) -> int:
        """Over how many days value is meant."""
        return self.model.horizon_days

    def to_files(self) -> dict[str, bytes]:
        """The model's files, and the level as JSON."""
        content = {
            "level": self.level.as_dict(),
            "chance": self.chance.as_dict(),
            "intervals": self.intervals.as_dict(),
            "most": self.most.tolist(),
        }
        return self.model.to_files() | {LEVEL_FILE: json.dumps(content, indent=1).encode()}

    @classmethod
    def from_files(cls, family: type[ValueModel], files: Mapping[str, bytes]) -> CalibratedValue:
        """The model and its level read back."""
        content: dict[str, Any] = json.loads(files[LEVEL_FILE])
        return cls(
            family.from_files(files),
            Level.from_dict(content["level"]),
            Level.from_dict(content["chance"]),
            Intervals.from_dict(content["intervals"]),
            np.array(content["most"], float),
        )


def kinds(vectors: Vectors, horizon_days: int) -> NDArray[np.int64]:
    """Whether each customer is regular, bought once only, or has been silent for two horizons."""
    return kinds_of(
        vectors.column("orders_count_lifetime"), vectors.column("days_since_order"), horizon_days
    )


def kinds_of(
    orders: NDArray[np.float32], silence: NDArray[np.float32], horizon_days: int
) -> NDArray[np.int64]:
    """The same from the number of orders and the days since the last; never ordered is dormant."""
    dormant = ~(silence <= DORMANT_HORIZONS * horizon_days)
    return np.where(dormant, DORMANT, np.where(orders <= 1, ONE_TIME, REGULAR)).astype(np.int64)
