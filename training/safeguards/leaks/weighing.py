"""How well one column, and everything but it, tell the outcome of customers that were left out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.learners.sorted_scores import SortedScores
from training.safeguards.leaks.coding import Coded

FOLDS = 3
_STRENGTH = 20.0
_SPREADING = np.uint64(0x9E3779B97F4A7C15)
_TOP_BITS = np.uint64(40)


class Weighing:
    """A line through coded features, fitted on two thirds of the customers and asked of the others.

    What all columns are to one another is reckoned once, so that any choice of them is weighed at little cost.
    """

    def __init__(self, coded: Coded, outcomes: Floats, customer_keys: NDArray[np.int32]) -> None:
        self.coded = coded
        self.outcomes = outcomes
        spread = float(outcomes.std())
        target = (outcomes - outcomes.mean()) / (spread if spread > 1e-12 else 1.0)
        folds = folds_of(customer_keys)
        self._parts = [np.flatnonzero(folds == one) for one in range(FOLDS)]
        products = [
            (coded.matrix[part].T @ coded.matrix[part], coded.matrix[part].T @ target[part])
            for part in self._parts
        ]
        among = sum((one for one, _ in products), np.zeros((coded.matrix.shape[1],) * 2))
        with_target = sum((one for _, one in products), np.zeros(coded.matrix.shape[1]))
        self._learned = [(among - one, with_target - other) for one, other in products]

    def scores(self, places: NDArray[np.intp]) -> Floats:
        """What these columns say of every row, by a line that did not see its customer."""
        found = np.zeros(len(self.outcomes))
        if not len(places):
            return found
        held_back = _STRENGTH * np.eye(len(places))
        for part, (among, with_target) in zip(self._parts, self._learned, strict=True):
            weights = np.linalg.solve(
                among[np.ix_(places, places)] + held_back, with_target[places]
            )
            found[part] = self.coded.matrix[np.ix_(part, places)] @ weights
        return found

    def alone(self, names: set[str]) -> Floats:
        """What these features say by themselves."""
        return self.scores(self.coded.of_features(names))

    def without(self, names: set[str]) -> Floats:
        """What all others say together."""
        return self.scores(self.coded.of_features(names, others=True))


def concordance(outcomes: Floats, scores: Floats) -> float:
    """Of two customers of whom not the same came, how often the higher score had more; ties count half.

    With two outcomes it is the AUC. A half where all came to the same.

    >>> concordance(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.1]))
    0.75
    """
    kinds = np.unique(outcomes)
    if len(kinds) < 2:
        return 0.5
    if len(kinds) == 2:
        came_true = (outcomes == kinds[1]).astype(np.float64)
        return SortedScores.of(came_true, scores).auc(np.ones(len(scores)))
    from scipy.stats import kendalltau

    tau = float(kendalltau(outcomes, scores).statistic)
    if tau != tau:
        return 0.5
    pairs, tied, scored_alike = _pairs(len(scores)), _tied(outcomes), _tied(scores)
    ordered = tau * float(np.sqrt((pairs - tied) * (pairs - scored_alike)))
    return 0.5 + ordered / (2.0 * (pairs - tied))


def folds_of(customer_keys: NDArray[np.int32]) -> NDArray[np.int64]:
    """One of three folds a customer, whatever else is there."""
    mixed = (customer_keys.astype(np.uint64) + np.uint64(1)) * _SPREADING
    folds: NDArray[np.int64] = ((mixed >> _TOP_BITS) % np.uint64(FOLDS)).astype(np.int64)
    return folds


def by_feature(outcomes: Floats, columns: Mapping[str, Floats]) -> dict[str, float]:
    """How well each feature tells by itself, rising or falling, a missing value in the middle."""
    found = {name: concordance(outcomes, values) for name, values in columns.items()}
    return {name: max(one, 1.0 - one) for name, one in found.items()}


def _pairs(rows: int) -> float:
    return rows * (rows - 1) / 2.0


def _tied(values: Floats) -> float:
    counts = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float((counts * (counts - 1.0) / 2.0).sum())
