"""What a rung of the value ladder expected at a test, what came of it, and the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.time import Cutoff
from training.families.value.measures import coverage, measure_value
from training.measures.levels import HeldLevel


@dataclass(frozen=True)
class TestedValue:
    """One rung at one test cutoff: what it expected of whom, what they brought, and the figures.

    ``says_something`` marks the customers of whose like more than a fifth bought at all; ``before`` is what its
    predecessor expected, which had not learned from the newest outcomes.
    """

    rung: str
    cutoff: Cutoff
    customer_keys: NDArray[np.int32]
    brought: Floats
    expected: Floats
    low: Floats
    high: Floats
    says_something: NDArray[np.bool_]
    figures: Mapping[str, float]
    before: Floats

    @classmethod
    def measured(
        cls,
        rung: str,
        cutoff: Cutoff,
        customer_keys: NDArray[np.int32],
        brought: Floats,
        ranges: tuple[Floats, Floats, Floats],
        says_something: NDArray[np.bool_],
        before: Floats,
    ) -> TestedValue:
        """A rung with its figures at a test; ``ranges`` are what it expected, and the lows and highs around it."""
        expected, low, high = ranges
        figures = measure_value(brought, expected) | covered(brought, low, high, says_something)
        return cls(
            rung,
            cutoff,
            customer_keys,
            brought,
            expected,
            low,
            high,
            says_something,
            figures,
            before,
        )

    @property
    def level(self) -> HeldLevel:
        """How far what was expected of everybody was off."""
        return HeldLevel.of(str(self.cutoff), self.brought, self.expected)


def covered(
    brought: Floats, low: Floats, high: Floats, says_something: NDArray[np.bool_]
) -> dict[str, float]:
    """How many of the ranges hold what was brought: all of them, and those that say something."""
    return {
        "coverage": coverage(brought, low, high),
        "coverage_of_buyers": coverage(
            brought[says_something], low[says_something], high[says_something]
        ),
    }
