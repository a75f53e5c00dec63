"""The mean of an arm as if it had been the customers who were treated, and what each row adds to its error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Truths

_LEAST_UNEXPLAINED = 1e-9


@dataclass(frozen=True)
class ArmMean:
    """A mean, and the ``influence`` of every row on its error: 0 for those of the other arm.

    ``freedom`` is how many rows there are beyond the columns of the fit.
    """

    value: float
    influence: Floats
    freedom: int

    @classmethod
    def of(cls, in_arm: Truths, outcomes: Floats, columns: Floats) -> Self:
        """The mean outcome of an arm where its ``columns`` are zero, by least squares within the arm alone.

        With the columns of ``AdjustingColumns`` for both arms that is the regression fully interacted with the arm (Lin 2013). The
        squares of the influences add up to the HC2 variance of MacKinnon and White (1985).
        """
        design = np.column_stack([np.ones(int(in_arm.sum())), columns[in_arm]])
        inverse = np.linalg.pinv(design.T @ design, rcond=1e-10, hermitian=True)
        found = outcomes[in_arm]
        weights = design @ inverse
        fitted = inverse @ (design.T @ found)
        leverage = np.einsum("ij,ij->i", weights, design)
        surprise = found - design @ fitted
        influence = np.zeros(len(outcomes))
        unexplained = np.maximum(1.0 - leverage, _LEAST_UNEXPLAINED)
        influence[in_arm] = weights[:, 0] * surprise / np.sqrt(unexplained)
        return cls(float(fitted[0]), influence, max(1, len(found) - design.shape[1]))


def standard_error(influence: Floats, clusters: NDArray[np.integer] | None = None) -> float:
    """The standard error that influences add up to; rows of one cluster count together (Liang and Zeger 1986).

    ``clusters`` are codes from 0 on, None where every row stands for itself.

    >>> standard_error(np.array([3.0, 4.0])), round(standard_error(np.array([3.0, 4.0, 1.0]), np.array([0, 0, 1])), 2)
    (5.0, 7.07)
    """
    together = influence if clusters is None else np.bincount(clusters, influence)
    return float(np.sqrt(together @ together))
