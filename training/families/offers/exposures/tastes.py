"""What buying one category says for another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.time import Cutoff
from training.datasets.purchases.bought import Bought
from training.families.offers.exposures.lines import OrderLines
from training.learners.ease import ease_weights

_RIDGE = 50.0


@dataclass(frozen=True)
class Tastes:
    """What buying one category says for another, and how much of all sales each is."""

    categories: tuple[str, ...]
    weights: NDArray[np.float32]
    shares: NDArray[np.float32]

    @classmethod
    def learn(cls, lines: OrderLines, cutoff: Cutoff) -> Self:
        """From everybody's purchases before a cutoff."""
        known = np.flatnonzero(lines.is_known(cutoff))
        known = known[lines.category[known] >= 0]
        size = len(lines.categories)
        counts = np.bincount(lines.category[known], minlength=size).astype(np.float64)
        shares = (counts / max(counts.sum(), 1.0)).astype(np.float32)
        if not size:
            return cls((), np.zeros((0, 0), np.float32), shares)
        shape = (lines.customers, size)
        bought = Bought.of_pairs(lines.owners[known], lines.category[known], shape)
        return cls(lines.categories, ease_weights(bought, _RIDGE), shares)

    def among(self, categories: tuple[str, ...]) -> Tastes:
        """The same for these categories, which say nothing of one another where they are new."""
        if categories == self.categories:
            return self
        known = {title: at for at, title in enumerate(self.categories)}
        places = np.array([known.get(one, -1) for one in categories], np.int64)
        here = np.flatnonzero(places >= 0)
        weights = np.zeros((len(categories), len(categories)), np.float32)
        shares = np.zeros(len(categories), np.float32)
        weights[np.ix_(here, here)] = self.weights[np.ix_(places[here], places[here])]
        shares[here] = self.shares[places[here]]
        return Tastes(categories, weights, shares)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The tastes as plain arrays."""
        return {"weights": self.weights, "shares": self.shares}
