"""Items told apart by the spectrum of who bought what: smooth, sharpen, and no gradient is ever taken.

The normalised matrix of customers and items has a spectrum in which taste is low and noise is high. Two
filters are added, as in GF-CF (Shen et al. 2021): co-purchase itself, and the projection on the lowest
frequencies. What comes out is sharpened as in BSPM (Choi et al. 2023): the heat equation run backwards
for a while, which takes the obvious off everybody's list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.datasets.purchases.bought import Bought
from training.families.items.recommenders.item_kernel import Rows

SEED = 20_101_209
POWERS = 0.3, 0.5
"""How strongly large baskets and popular items are held back; 0.5 and 0.5 are the symmetric form. Less for
baskets found more on held-out parts of Gowalla's training data."""
_POWERS = 4
_SVD_ROUNDS = 4
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Filter:
    """How the spectrum is filtered.

    ``frequencies`` is how many of the lowest are told apart, ``smooth`` the weight of their projection
    beside co-purchase, ``sharpen`` for how long the heat runs backwards.
    """

    frequencies: int = 256
    smooth: float = 0.3
    sharpen: float = 1.5


@dataclass(frozen=True)
class Spectrum:
    """The co-purchase of items, normalised, with its lowest frequencies: enough to apply any filter of them.

    ``co_purchase`` is symmetric with eigenvalues from 0 to about 1; ``vectors`` has one row a frequency,
    ``values`` their eigenvalues; ``popularity`` counts each item's customers.
    """

    co_purchase: sparse.csr_matrix
    vectors: Matrix
    values: NDArray[np.float32]
    popularity: NDArray[np.float64]

    @classmethod
    def of(
        cls, bought: Bought, frequencies: int, *, powers: tuple[float, float] = POWERS
    ) -> Spectrum:
        """Count who bought what with what, and find the lowest frequencies by a randomised SVD."""
        once = bought.once()
        customers = np.asarray(once.sum(axis=1)).ravel()
        items = np.asarray(once.sum(axis=0)).ravel().astype(np.float64)
        scaled = (
            sparse.diags(_powered(customers.astype(np.float64), powers[0]))
            @ once
            @ sparse.diags(_powered(items, powers[1]))
        )
        scaled = sparse.csr_matrix(scaled, dtype=np.float32)
        co_purchase = sparse.csr_matrix(scaled.T @ scaled)
        most = min(frequencies, min(scaled.shape) - 1)
        if most < 1:
            nothing = np.empty((0, bought.catalogue), np.float32)
            return cls(co_purchase, nothing, np.empty(0, np.float32), items)
        values, vectors = _lowest(scaled, most)
        # The scale of the powers is taken out, so that the heat runs alike whatever they are.
        scale = max(float(values[0]), 1e-12)
        co_purchase.data /= scale
        return cls(co_purchase, vectors, values / np.float32(scale), items)

    def low_rank(self, chosen: Filter) -> tuple[Matrix, Matrix]:
        """Two factors whose product, added to co-purchase, is what owned items say under a filter."""
        kept = self.vectors[: chosen.frequencies]
        root = np.sqrt(self.popularity).astype(np.float32)
        right = kept * root
        if chosen.sharpen:
            term = right
            for power in range(1, _POWERS + 1):
                # The transposed product is the product itself: co-purchase is symmetric.
                term = np.asarray((self.co_purchase @ term.T).T) * np.float32(
                    -chosen.sharpen / power
                )
                right = right + term
        left = kept.T * np.float32(chosen.smooth) * _powered(self.popularity, 0.5)[:, None]
        heat = self.values * (_backwards(self.values * chosen.sharpen) - 1.0)
        return (
            np.hstack([self.vectors.T * heat, left]).astype(np.float32),
            np.vstack([self.vectors, right]).astype(np.float32),
        )

    def rows(self, chosen: Filter) -> Rows:
        """What owned items add to all items, under a filter; made a few rows at a time."""
        left, right = self.low_rank(chosen)

        def rows(begin: int, end: int) -> Matrix:
            dense = left[begin:end] @ right
            block = self.co_purchase[begin:end].tocoo()
            dense[block.row, block.col] += block.data
            return np.asarray(dense, np.float32)

        return rows


def _lowest(scaled: sparse.csr_matrix, most: int) -> tuple[NDArray[np.float32], Matrix]:
    """Eigenvalues and vectors of the co-purchase, the largest first."""
    from sklearn.utils.extmath import randomized_svd

    _, singular, vectors = randomized_svd(
        scaled, most, n_iter=_SVD_ROUNDS, random_state=SEED, svd_lapack_driver="gesdd"
    )
    return np.square(singular).astype(np.float32), np.ascontiguousarray(vectors, np.float32)


def _backwards(heat: NDArray[np.float32]) -> NDArray[np.float32]:
    """The exponential of ``-heat`` by the series that is applied to the projection too."""
    term, total = np.ones_like(heat), np.ones_like(heat)
    for power in range(1, _POWERS + 1):
        term = (term * -heat / np.float32(power)).astype(np.float32)
        total = total + term
    return total


def _powered(counts: NDArray[np.floating], power: float) -> NDArray[np.float32]:
    """Counts to a negative power, zero where there is nothing."""
    held = np.maximum(counts, 1e-12)
    return np.where(counts > 0, held**-power, 0.0).astype(np.float32)
