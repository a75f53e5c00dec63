"""Rows of the same customers at several cutoffs: how sure they leave a calibrating line.

Whoever stands at four cutoffs is asked four times and is still one customer, so rows count by customer. And
cutoffs differ, by season or by growth: how far their levels lay apart is added, for the next cutoff will be
another one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats

_ENDS = 0.95


@dataclass(frozen=True)
class Repeated:
    """Whose each row is, and at which cutoff it stands."""

    customer_keys: NDArray[np.integer]
    cutoff_seconds: NDArray[np.integer]

    @property
    def has_repeats(self) -> bool:
        """Whether a customer stands here more than once."""
        return len(np.unique(self.customer_keys)) < len(self.customer_keys)

    def by_customer(self, values: Floats) -> Floats:
        """The sum of some values, one or several a row, over the rows of each customer."""
        _, places = np.unique(self.customer_keys, return_inverse=True)
        totals = np.zeros((int(places.max(initial=-1)) + 1, *values.shape[1:]))
        np.add.at(totals, places, values)
        return totals


def clustered_covariance(
    design: Floats, residuals: Floats, inverse: Floats, repeated: Repeated
) -> Floats:
    """The covariance of a fitted line's weights where rows of one customer go together.

    ``inverse`` is that of the information matrix, which alone is the covariance of independent rows (the
    sandwich of Liang and Zeger, Biometrika 73, 1986, with the usual correction for few customers).
    """
    scores = repeated.by_customer(design * residuals[:, None])
    count = len(scores)
    found: Floats = inverse @ (scores.T @ scores) @ inverse * (count / max(count - 1, 1))
    return found


def moved_between_cutoffs(fitted: Floats, outcomes: Floats, repeated: Repeated) -> float:
    """The variance with which the level of the next cutoff may lie elsewhere, in squared log-odds.

    How far each cutoff's own level lies from that of all, and never less than the customers of a cutoff leave
    open: so few cutoffs cannot tell a level that stays from one that moves. It includes that of a mean over as
    many cutoffs, and is widened as Student's t of them is wider than the normal, nine times in ten. 0 where
    there is one cutoff, of which nothing can be told.
    """
    from scipy.special import ndtri, stdtrit

    _, places = np.unique(repeated.cutoff_seconds, return_inverse=True)
    information = np.bincount(places, weights=fitted * (1 - fitted))
    count = len(information)
    if count < 2:
        return 0.0
    shift = np.bincount(places, weights=outcomes - fitted) / information
    middle = float(information @ shift) / float(information.sum())
    seen = float(np.sum((shift - middle) ** 2)) / (count - 1)
    wider = float(stdtrit(count - 1, _ENDS) / ndtri(_ENDS))
    return max(seen, float(np.mean(1.0 / information))) * (1 + 1 / count) * wider**2
