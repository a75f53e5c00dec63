"""A ridge regression of every item on all others: shallow, exact, and hard to beat where it fits in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought

MOST_ITEMS = 12_000
"""The inverse of the items' Gram matrix takes 4 bytes a pair of items, once, and a minute of work."""
_AT_ONCE = 256


def ease_weights(bought: Bought, ridge: float) -> NDArray[np.float32]:
    """What owning item ``j`` (the row) says for item ``i``; the diagonal is zero. Steck (2019).

    Needs at most ``MOST_ITEMS`` items. The Gram matrix becomes its inverse and then the weights in one place.
    """
    from threadpoolctl import threadpool_limits

    assert bought.catalogue <= MOST_ITEMS, "too many items for a dense inverse"
    once = bought.once()
    gram = (once.T @ once).toarray(order="F")
    # One thread, so that the last digits do not depend on how many there are.
    with threadpool_limits(1):
        inverse = _inverted(gram, ridge)
    diagonal = np.arange(len(inverse))
    inverse /= -inverse[diagonal, diagonal][None, :]
    inverse[diagonal, diagonal] = 0.0
    return inverse


def _inverted(gram: NDArray[np.float32], ridge: float) -> NDArray[np.float32]:
    """The inverse of a Gram matrix and its ridge, by Cholesky and in the matrix's own memory."""
    from scipy.linalg import lapack

    diagonal = np.arange(len(gram))
    gram[diagonal, diagonal] += np.float32(ridge)
    if not len(gram):
        return gram
    factor, failed = lapack.spotrf(gram, lower=True, clean=False, overwrite_a=True)
    assert not failed, "a Gram matrix with a ridge is positive definite"
    inverse, failed = lapack.spotri(factor, lower=True, overwrite_c=True)
    assert not failed, "a factor of a positive definite matrix has an inverse"
    _mirror(inverse)
    # The same numbers row by row, for it is symmetric.
    return np.asarray(inverse.T, np.float32)


def _mirror(lower: NDArray[Any]) -> None:
    """Fill the upper triangle from the lower, some rows at a time."""
    for begin in range(0, len(lower), _AT_ONCE):
        end = min(begin + _AT_ONCE, len(lower))
        lower[begin:end, end:] = lower[end:, begin:end].T
        block = lower[begin:end, begin:end]
        lower[begin:end, begin:end] = np.tril(block) + np.tril(block, -1).T
