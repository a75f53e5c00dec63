"""Cross-validation over customers: nobody is tested by a model that has seen them at any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.errors import UsageRefused
from training.datasets.folds import FOLDS, drawn_number
from training.learners.estimators.rows import CUSTOMER, required_level


@dataclass(frozen=True)
class CustomerSplit:
    """Deal customers into folds, each with all of their rows, and test one fold after the other.

    A scikit-learn ``cv`` object. A customer's fold depends on their number and the round alone: not on the order of
    the rows, nor on who else is there; another ``round_number`` deals them anew. Customers are the level ``customer_id``
    of the index of ``X``, or what is given as ``groups``. It says how well other customers of the same days are told
    apart, not those of days to come.
    """

    folds: int = FOLDS
    round_number: int = 0

    def __post_init__(self) -> None:
        if self.folds < 2:
            raise UsageRefused(
                expected="at least two folds", found=str(self.folds), remedy="Give folds=5."
            )

    def split(
        self,
        X: Any,
        y: Any = None,
        groups: Any = None,
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """The positions of the rows to learn from and of those to test, fold by fold.

        Raises ``UsageRefused`` where a fold is empty, for there are too few customers.
        """
        fold_of = self._fold_of(required_level(X, groups, CUSTOMER))
        for fold in range(self.folds):
            yield np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """As many as there are folds."""
        return self.folds

    def _fold_of(self, customers: Any) -> NDArray[np.intp]:
        distinct, rows = np.unique(np.asarray(customers, np.str_), return_inverse=True)
        folds = np.array(
            [drawn_number(str(one), self.round_number) % self.folds for one in distinct]
        )
        there = len(np.unique(folds))
        if there < self.folds:
            raise UsageRefused(
                expected=f"customers in each of {self.folds} folds",
                found=f"{len(distinct)} customers in {there}",
                remedy="Give fewer folds, or more customers.",
            )
        return np.asarray(folds[rows], np.intp)
