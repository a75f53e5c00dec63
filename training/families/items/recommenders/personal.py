"""What a customer bought before, the most often and the most lately first: the bar in every grocery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought
from training.datasets.purchases.owned import Owned
from training.families.items.recommenders.popularity import Popularity
from training.families.items.recommenders.recommender import Because, Recommender, Scores

_TIE = 1e-3
"""Popularity orders what was bought equally often, and everything else; a purchase always weighs more."""


@dataclass(frozen=True)
class PersonalFrequency(Recommender):
    """How often the customer bought an item, and beneath that how popular it is.

    With ``half_life_days`` a purchase counts half when it is so old; 0 counts them all alike.
    """

    family: ClassVar[str] = "personal frequency"

    popularity: Popularity
    half_life_days: float = 0.0

    @classmethod
    def fit(cls, bought: Bought, *, half_life_days: float = 0.0, lately: bool = True) -> Self:
        """Learn how popular items are, lately or ever; the rest is the customer's own."""
        popularity = Popularity.fit(bought) if lately else Popularity.ever(bought)
        return cls(popularity, half_life_days)

    def scores(self, bought: Bought) -> Scores:
        """Own purchases, decayed, plus a little popularity."""
        scores = self.popularity.scores(bought) * np.float32(_TIE)
        np.add.at(scores, (bought.owners, bought.items), self._weights(bought))
        return scores

    def because(self, bought: Bought, item: int) -> Because:
        """The customer's own purchases of the item."""
        base = self.popularity.because(bought, item).base * _TIE
        own = bought.items == item
        weight = float(self._weights(bought)[own].sum())
        mine = Owned.of(bought).items
        mine = mine[mine == item]
        return Because(base, mine, np.full(len(mine), weight))

    def _weights(self, bought: Bought) -> NDArray[np.float32]:
        if not self.half_life_days:
            return np.ones(len(bought.items), np.float32)
        return np.asarray(np.exp2(-bought.days_before() / np.float32(self.half_life_days)))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Popularity and the half-life."""
        return {**self.popularity.to_arrays(), "half_life_days": np.array([self.half_life_days])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The model read back."""
        return cls(Popularity.from_arrays(arrays), float(arrays["half_life_days"][0]))
