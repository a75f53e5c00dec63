"""Customers and items in one small space: implicit ALS, whose regularisation may follow the frequency.

Hu, Koren and Volinsky (2008), solved by conjugate gradients (Takács, Pilászy and Tikk 2011); scaling the
regularisation by how much is known of somebody is what made it competitive again (Rendle et al. 2022).
implicit has no such scaling, so the solver is our own; with ``exponent`` 0 it is implicit's.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.compiled import compiled_for_sums
from training.families.items.recommenders.recommender import Because, Recommender, Scores
from training.purchases.bought import Bought
from training.purchases.owned import Owned

Matrix = NDArray[np.float32]
STEPS = 3
"""Conjugate-gradient steps an update, as in implicit."""
_AT_ONCE = 1_024
_FIRST_SCALE = 0.01


@dataclass(frozen=True)
class FactorSettings:
    """How factors are learned; the defaults are a start for a search, no more.

    ``alpha`` is the weight of an owned item where one that is not owned weighs 1. ``exponent`` says how
    strongly regularisation grows with how much is known: 0 not at all, 1 in proportion.
    """

    factors: int = 64
    alpha: float = 40.0
    regularisation: float = 100.0
    exponent: float = 0.0
    iterations: int = 15
    seed: int = 20_101_209


@dataclass(frozen=True)
class Factors(Recommender):
    """The items' factors; a customer's follow from what they own, at the time of asking."""

    family: ClassVar[str] = "factors"

    items: Matrix
    gram: Matrix
    alpha: float
    regularisation: float
    exponent: float
    typical: float
    """The mean frequency of a customer, by which the regularisation is scaled."""

    @classmethod
    def fit(
        cls, bought: Bought, settings: FactorSettings | None = None, *, threads: int = 1
    ) -> Self:
        """Alternate between customers and items; the same data give the same factors."""
        chosen = settings or FactorSettings()
        owned = Owned.of(bought)
        by_customer = owned.offsets, owned.items
        by_item = _turned(owned)
        random = np.random.Generator(np.random.PCG64(chosen.seed))
        customers, items = (
            (random.random((count, chosen.factors), np.float32) - np.float32(0.5)) * _FIRST_SCALE
            for count in (bought.customers, bought.catalogue)
        )
        solve = Solver(chosen.alpha, chosen.regularisation, chosen.exponent, threads)
        for _ in range(chosen.iterations):
            solve.update(customers, items, *by_customer)
            solve.update(items, customers, *by_item)
        return cls(
            items=items,
            gram=(items.T @ items).astype(np.float32),
            alpha=chosen.alpha,
            regularisation=chosen.regularisation,
            exponent=chosen.exponent,
            typical=_typical(owned.offsets, bought.catalogue, chosen.alpha),
        )

    def scores(self, bought: Bought) -> Scores:
        """The product of the customers' folded-in factors and those of the items."""
        out = np.empty((bought.customers, len(self.items)), np.float32)
        owned = Owned.of(bought)
        for row in range(bought.customers):
            mine = owned.items[owned.offsets[row] : owned.offsets[row + 1]]
            out[row] = self.items @ self.folded_in(mine).astype(np.float32)
        return out

    def folded_in(self, owned: NDArray[np.int32]) -> NDArray[np.float64]:
        """The factors of a customer who owns these items: the exact solution, not some steps towards it."""
        return np.asarray(np.linalg.solve(self._system(owned), self._pull(owned).sum(axis=0)))

    def because(self, bought: Bought, item: int) -> Because:
        """The score as a sum over what is owned: each item pulls the customer's factors its own way."""
        owned = Owned.of(bought).items
        turned = np.linalg.solve(self._system(owned), self.items[item].astype(np.float64))
        return Because(0.0, owned, self._pull(owned) @ turned)

    def _system(self, owned: NDArray[np.int32]) -> NDArray[np.float64]:
        mine = self.items[owned].astype(np.float64)
        frequency = _frequency(len(owned), len(self.items), self.alpha)
        ridge = self.regularisation * (frequency / self.typical) ** self.exponent
        system = self.gram.astype(np.float64) + (self.alpha - 1.0) * (mine.T @ mine)
        system[np.diag_indices_from(system)] += ridge
        return np.asarray(system)

    def _pull(self, owned: NDArray[np.int32]) -> NDArray[np.float64]:
        return np.asarray(self.alpha * self.items[owned].astype(np.float64))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The items' factors and the settings that fold a customer in."""
        settings = [self.alpha, self.regularisation, self.exponent, self.typical]
        return {"items": self.items, "settings": np.array(settings)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The factors read back."""
        items = arrays["items"]
        alpha, regularisation, exponent, typical = arrays["settings"].tolist()
        gram = (items.T @ items).astype(np.float32)
        return cls(items, gram, alpha, regularisation, exponent, typical)


@dataclass(frozen=True)
class Solver:
    """One half of an iteration: everybody on one side is solved for, the other side being fixed."""

    alpha: float
    regularisation: float
    exponent: float = 0.0
    threads: int = 1

    def update(
        self,
        solved: Matrix,
        fixed: Matrix,
        offsets: NDArray[np.int64],
        known: NDArray[np.int32],
    ) -> None:
        """Take some conjugate-gradient steps for each row of ``solved``, in place."""
        gram = (fixed.T @ fixed).astype(np.float32)
        frequency = _frequency(np.diff(offsets), len(fixed), self.alpha)
        scaled = (frequency / _typical(offsets, len(fixed), self.alpha)) ** self.exponent
        ridges = (self.regularisation * scaled).astype(np.float32)

        def solve(begin: int) -> None:
            end = min(begin + _AT_ONCE, len(solved))
            _solve(
                solved[begin:end], fixed, gram, offsets[begin : end + 1], known,
                np.float32(self.alpha), ridges[begin:end], STEPS,
            )  # fmt: skip

        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(solve, range(0, len(solved), _AT_ONCE)))


def _frequency(counts: Any, others: int, alpha: float) -> Any:
    """How much is known of somebody: what they have, and a little of all they have not."""
    return counts + others / alpha


def _typical(offsets: NDArray[np.int64], others: int, alpha: float) -> float:
    return float(np.mean(_frequency(np.diff(offsets), others, alpha)))


def _turned(owned: Owned) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The customers of each item."""
    sorting = np.argsort(owned.items, kind="stable")
    offsets = np.searchsorted(owned.items[sorting], np.arange(owned.catalogue + 1))
    return offsets.astype(np.int64), owned.owners[sorting].astype(np.int32)


@compiled_for_sums
def _solve(
    solved: Any,
    fixed: Any,
    gram: Any,
    offsets: Any,
    known: Any,
    alpha: Any,
    ridges: Any,
    steps: Any,
) -> None:
    """(G + sum (alpha - 1) y y' + ridge I) x = sum alpha y, from where x stands."""
    factors = solved.shape[1]
    residual = np.empty(factors, np.float32)
    direction = np.empty(factors, np.float32)
    product = np.empty(factors, np.float32)
    for row in range(len(solved)):
        begin, end = offsets[row], offsets[row + 1]
        x = solved[row]
        if begin == end:
            x[:] = 0
            continue
        ridge = ridges[row]
        for place in range(factors):
            residual[place] = -ridge * x[place]
        for other in range(factors):
            share = -x[other]
            line = gram[other]
            for place in range(factors):
                residual[place] += share * line[place]
        for one in range(begin, end):
            y = fixed[known[one]]
            dot = np.float32(0)
            for place in range(factors):
                dot += y[place] * x[place]
            share = alpha - (alpha - np.float32(1)) * dot
            for place in range(factors):
                residual[place] += share * y[place]
        before = np.float32(0)
        for place in range(factors):
            direction[place] = residual[place]
            before += residual[place] * residual[place]
        if before < np.float32(1e-20):
            continue
        for _ in range(steps):
            for place in range(factors):
                product[place] = ridge * direction[place]
            for other in range(factors):
                share = direction[other]
                line = gram[other]
                for place in range(factors):
                    product[place] += share * line[place]
            for one in range(begin, end):
                y = fixed[known[one]]
                dot = np.float32(0)
                for place in range(factors):
                    dot += y[place] * direction[place]
                share = (alpha - np.float32(1)) * dot
                for place in range(factors):
                    product[place] += share * y[place]
            curvature = np.float32(0)
            for place in range(factors):
                curvature += direction[place] * product[place]
            length = before / curvature
            after = np.float32(0)
            for place in range(factors):
                x[place] += length * direction[place]
                residual[place] -= length * product[place]
                after += residual[place] * residual[place]
            if after < np.float32(1e-20):
                break
            turn = after / before
            for place in range(factors):
                direction[place] = residual[place] + turn * direction[place]
            before = after
