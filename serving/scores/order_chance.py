"""Whose word counts on whether a customer orders at all: that of the scores in use, else that of who else asks.

Families know nothing of one another; here what they say of the same thing is made one number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from features.vocabulary.arrays import Floats, Truths

Source = Literal["churn", "recommendations"]
BY_CHURN: Source = "churn"
BY_RECOMMENDATIONS: Source = "recommendations"


@dataclass(frozen=True)
class OrderChances:
    """The chance that some customers order within a horizon, NaN where nobody knows it, and who says so."""

    probability: Floats
    is_by_churn: Truths

    @classmethod
    def of(cls, by_churn: Floats | None, own: Floats) -> Self:
        """What the scores say of each, and where they say nothing what the recommender itself does."""
        if by_churn is None:
            return cls(own, np.zeros(len(own), np.bool_))
        is_told = ~np.isnan(by_churn)
        return cls(np.where(is_told, by_churn, own), is_told)

    def known_chance(self, row: int) -> float | None:
        """The chance of one; None where nobody knows it."""
        chance = float(self.probability[row])
        return None if np.isnan(chance) else chance

    def source(self, row: int) -> Source | None:
        """Which model says so of one; None where nobody knows it."""
        if self.known_chance(row) is None:
            return None
        return BY_CHURN if self.is_by_churn[row] else BY_RECOMMENDATIONS
