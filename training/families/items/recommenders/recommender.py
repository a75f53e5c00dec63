"""The promise of everything that recommends: scores for all items, and whose purchases they come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Because:
    """A score taken apart: what the item has by itself, and what each item bought before adds.

    ``base`` and ``shares`` sum to the score.
    """

    base: float
    items: NDArray[np.int32]
    shares: NDArray[np.float64]

    @property
    def total(self) -> float:
        """The score."""
        return float(self.base + self.shares.sum())


class Recommender(ABC):
    """A fitted model; it holds what it learned of items, and of customers nothing.

    Scores follow from a customer's own purchases, as they are given with the question: so a fresh purchase
    changes the answer at once, and somebody who was not there at the fitting is answered as well.
    """

    family: ClassVar[str]

    @abstractmethod
    def scores(self, bought: Bought) -> Scores:
        """One row a customer, one column an item of the catalogue; minus infinity is never listed."""

    @abstractmethod
    def because(self, bought: Bought, item: int) -> Because:
        """Where the score of an item comes from, for the only customer of ``bought``."""

    @abstractmethod
    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything it learned, as plain arrays by name."""

    @classmethod
    @abstractmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The model read back."""
