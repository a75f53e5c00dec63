"""Scores sorted once, for the AUC of many weightings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats


@dataclass(frozen=True)
class SortedScores:
    """Scores sorted once, so that the AUC of many reweighted samples costs little."""

    order: NDArray[np.intp]
    left: Floats
    ties: NDArray[np.intp]

    @classmethod
    def of(cls, outcomes: Floats, scores: Floats) -> Self:
        """Sort scores, the lowest first; ``ties`` holds the first position of each distinct score."""
        order = np.argsort(scores, kind="stable")
        ties = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0]) if len(order) else order
        return cls(order, outcomes[order], ties)

    def auc(self, weights: Floats) -> float:
        """The AUC where each row counts ``weights`` times; NaN when one outcome is absent."""
        if not len(self.order):
            return math.nan
        held = weights[self.order]
        left = np.add.reduceat(held * self.left, self.ties)
        stayed = np.add.reduceat(held * (1.0 - self.left), self.ties)
        below = np.cumsum(stayed)
        pairs = float(left.sum()) * float(below[-1])
        return float(left @ (below - stayed / 2.0)) / pairs if pairs else math.nan
