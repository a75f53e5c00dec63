"""Customers dealt into folds, for a table that knows no time: every customer is tested once a round.

A customer's fold depends on their number and the round alone: not on the order of the rows, nor on who
else is there. Within the customers to learn from, each of the other folds is answered for by a model that
left it out, and these answers calibrate the model fitted on all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.store.pack import TextColumn
from features.vocabulary.time import Cutoff, Horizon
from training.datasets.dataset import Dataset, together
from training.datasets.splits import Lesson, Split, Splits

FOLDS = 5
ROUNDS = 2
FOLD_SEPARATOR = ", fold "
NO_TIME = (
    "There is no time in this table: cross-validated over customers, so the figures say how well "
    "other customers of the same days are told apart, not those of days to come."
)


@dataclass(frozen=True)
class FoldSplit(Split):
    """Test one fold of the customers and learn from the others; from all of them where none is tested.

    ``fold_of`` has the fold of every customer key.
    """

    round_number: int
    test_fold: int | None
    fold_of: NDArray[np.int8] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """For instance ``round 1, fold 3``."""
        if self.test_fold is None:
            return ""
        return f"round {self.round_number + 1}{FOLD_SEPARATOR}{self.test_fold + 1}"

    def fit_rows(self, dataset: Dataset) -> Dataset:
        """Everybody but the tested fold."""
        return dataset.select(self._folds(dataset) != self._tested)

    def lessons(self, dataset: Dataset) -> Sequence[Lesson]:
        """One a fold that is not tested: the others to fit on, it to be answered for."""
        known = self.fit_rows(dataset)
        folds = self._folds(known)
        return tuple(
            Lesson(known.select(folds != one), known.select(folds == one))
            for one in range(FOLDS)
            if one != self.test_fold
        )

    def calibration_rows(self, dataset: Dataset) -> Dataset:
        """Everybody who is not tested, fold by fold."""
        return together([one.held for one in self.lessons(dataset)])

    def test_rows(self, dataset: Dataset) -> Dataset:
        """The tested fold."""
        return dataset.select(self._folds(dataset) == self._tested)

    def as_dict(self) -> dict[str, Any]:
        """The folds in words."""
        others = "all folds" if self.test_fold is None else "the other folds"
        return {
            "fit": [others],
            "calibration": f"{others}, each by a model that left it out",
            "test": self.name or "no customer is left to test it on",
        }

    @property
    def _tested(self) -> int:
        return -1 if self.test_fold is None else self.test_fold

    def _folds(self, dataset: Dataset) -> NDArray[np.int8]:
        return self.fold_of[dataset.vectors.customer_keys]


def customer_folds(customer_ids: TextColumn, cutoffs: Sequence[Cutoff], horizon: Horizon) -> Splits:
    """Two rounds of five folds over the customers, whatever the cutoffs their rows stand at."""
    dealt = [folds_of(customer_ids, one) for one in range(ROUNDS)]
    tests = tuple(
        FoldSplit(number, fold, dealt[number]) for number in range(ROUNDS) for fold in range(FOLDS)
    )
    shipped = FoldSplit(0, None, dealt[0])
    return Splits(tests, shipped, horizon, tuple(sorted(set(cutoffs))), NO_TIME)


def folds_of(customer_ids: TextColumn, round_number: int) -> NDArray[np.int8]:
    """The fold of every customer, from 0 to 4, by a hash of the round and the customer's number.

    >>> folds_of(TextColumn.of(["anna", "bert"]), 0).tolist()
    [1, 4]
    """
    return np.array([_fold(one, round_number) for one in customer_ids], np.int8)


def _fold(customer_id: str, round_number: int) -> int:
    told = hashlib.blake2b(f"{round_number}:{customer_id}".encode(), digest_size=8).digest()
    return int.from_bytes(told, "little") % FOLDS
