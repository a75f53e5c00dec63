"""Customers and items in one small space: implicit's alternating least squares (Hu et al. 2008)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought
from training.datasets.purchases.owned import Owned
from training.families.items.recommenders.recommender import Because, Recommender, Scores


@dataclass(frozen=True)
class FactorSettings:
    """How factors are learned; an owned item weighs ``alpha``, one that is not owned 1."""

    factors: int = 64
    alpha: float = 40.0
    regularisation: float = 100.0
    iterations: int = 15
    seed: int = 20_101_209


@dataclass(frozen=True)
class Factors(Recommender):
    """The items' factors; a customer's follow from what they own, at the time of asking."""

    family: ClassVar[str] = "factors"

    items: NDArray[np.float32]
    alpha: float
    regularisation: float

    @classmethod
    def fit(cls, bought: Bought, chosen: FactorSettings, *, threads: int = 1) -> Self:
        """The same data give the same factors: a thread solves for whole customers or whole items."""
        from implicit.cpu.als import AlternatingLeastSquares

        with _one_thread():
            model = AlternatingLeastSquares(
                factors=chosen.factors,
                alpha=chosen.alpha,
                regularization=chosen.regularisation,
                iterations=chosen.iterations,
                num_threads=threads,
                random_state=chosen.seed,
            )
            model.fit(bought.once(), show_progress=False)
        return cls(model.item_factors, chosen.alpha, chosen.regularisation)

    def scores(self, bought: Bought) -> Scores:
        """The product of the customers' folded-in factors and those of the items."""
        out = np.empty((bought.customers, len(self.items)), np.float32)
        owned = Owned.of(bought)
        with _one_thread():
            for row, (begin, end) in enumerate(pairwise(owned.offsets)):
                system, pull = self._equations(owned.items[begin:end])
                out[row] = self.items @ np.linalg.solve(system, pull.sum(axis=0)).astype(np.float32)
        return out

    def because(self, bought: Bought, item: int) -> Because:
        """The score as a sum over what is owned: each item pulls the customer's factors its own way."""
        owned = Owned.of(bought).items
        system, pull = self._equations(owned)
        return Because(0.0, owned, pull @ np.linalg.solve(system, self.items[item]))

    def _equations(self, owned: NDArray[np.int32]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Whose solution are a customer's factors, exactly, and how each owned item pulls them."""
        mine = self.items[owned].astype(np.float64)
        return self._unowned + (self.alpha - 1.0) * (mine.T @ mine), self.alpha * mine

    @cached_property
    def _unowned(self) -> NDArray[np.float64]:
        items = self.items.astype(np.float64)
        with _one_thread():
            return np.asarray(items.T @ items + self.regularisation * np.eye(items.shape[1]))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The items' factors and the settings that fold a customer in."""
        return {"items": self.items, "settings": np.array([self.alpha, self.regularisation])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The factors read back."""
        return cls(arrays["items"], *arrays["settings"].tolist())


def _one_thread() -> Any:
    from threadpoolctl import threadpool_limits

    # More would sum in another order, and implicit warns of BLAS threads beside its own.
    return threadpool_limits(1, "blas")
