"""The customers on whom a model's reasons are tried, and which reason groups each would be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.learners.columns import Columns
from training.reasons.points import SIMILAR, percentage_points, selected

MOST_SUBJECTS = 2_000
LISTED_SHARE = 0.2
LEAST_LISTED, MOST_LISTED = 50, 300
TOP = 3


class Answering(Protocol):
    """What the trials ask of a model: a score that its groups of features add up to, on any scale."""

    @property
    def columns(self) -> Columns:
        """The features it reads."""
        ...

    @property
    def base_log_odds(self) -> float:
        """What it answers before it looks at anybody."""
        ...

    def score(self, vectors: Vectors) -> Floats:
        """The answer for each vector."""
        ...

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The same of rows that the model's columns prepared."""
        ...

    def grouped_contributions(
        self,
        prepared: NDArray[np.float32],
        group_of: NDArray[np.integer],
        groups: int,
        *,
        threads: int = 1,
    ) -> Floats:
        """What each group of features adds."""
        ...


@dataclass(frozen=True)
class Subjects:
    """Customers by whom reasons are judged: their vectors, their groups and who would be on a list.

    ``group_of`` gives the reason group of each of the vectors' features; ``listed`` are the positions of
    the fifth at most risk, at least fifty and at most three hundred of them.
    """

    vectors: Vectors
    group_names: tuple[str, ...]
    group_of: NDArray[np.intp]
    listed: NDArray[np.intp]

    @classmethod
    def chosen(
        cls,
        model: Answering,
        vectors: Vectors,
        group_of: NDArray[np.intp],
        group_names: Sequence[str],
    ) -> Subjects:
        """At most two thousand customers, evenly spaced, and the riskiest of them by this model."""
        rows = np.arange(min(vectors.rows, MOST_SUBJECTS)) * vectors.rows
        sample = vectors.select(rows // max(min(vectors.rows, MOST_SUBJECTS), 1))
        riskiest = np.argsort(-model.score(sample), kind="stable")
        wanted = int(np.clip(LISTED_SHARE * sample.rows, LEAST_LISTED, MOST_LISTED))
        return cls(sample, tuple(group_names), group_of, np.sort(riskiest[:wanted]))

    @property
    def listed_vectors(self) -> Vectors:
        """The vectors of those who would be on a list."""
        return self.vectors.select(self.listed)

    def contributions(self, model: Answering, vectors: Vectors | None = None) -> Floats:
        """What each reason group adds by a model that reads any of the features, in log-odds."""
        asked = self.vectors if vectors is None else vectors
        positions = model.columns.positions(asked.feature_names)
        return model.grouped_contributions(
            model.columns.prepare(asked.values, positions),
            self.group_of[positions],
            len(self.group_names),
        )

    def raising(self, model: Answering, vectors: Vectors | None = None) -> Floats:
        """The points of each group that is shown as raising the risk; 0 for the others.

        The plain logistic curve takes the place of the calibrated one, which differs from fit to fit.
        """
        added = self.contributions(model, vectors)
        points = percentage_points(added, model.base_log_odds, _logistic).by_group
        return np.where(selected(points) & (points > 0), points, 0.0)


def strongest(raising: Floats) -> NDArray[np.int64]:
    """The three groups with most points in each row, the strongest first: -1 where fewer have any."""
    order = np.argsort(-raising, axis=1, kind="stable")[:, :TOP]
    return np.where(np.take_along_axis(raising, order, axis=1) > 0, order, -1)


def overlap(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """The mean Jaccard index of two lists of groups a customer: what both name of what either names.

    Customers for whom neither names a group are left out; 1 where nobody remains.

    >>> overlap(np.array([[0, 1, -1]]), np.array([[1, 2, -1]]))
    0.3333333333333333
    """
    groups = int(max(first.max(initial=-1), second.max(initial=-1))) + 1
    named = [_named(one, groups) for one in (first, second)]
    either = (named[0] | named[1]).sum(axis=1)
    both = (named[0] & named[1]).sum(axis=1)
    return float(np.mean(both[either > 0] / either[either > 0])) if (either > 0).any() else 1.0


def weight_again(raising: Floats, again: NDArray[np.int64]) -> float:
    """How much of the points of each customer's three strongest groups is of groups named again.

    The mean over customers with any; 1 where nobody has.

    >>> weight_again(np.array([[6.0, 3.0, 1.0, 0.5]]), np.array([[0, 1, 3]]))
    0.9
    """
    groups = raising.shape[1]
    named = np.where(_named(strongest(raising), groups), raising, 0.0)
    kept = np.where(_named(again, groups), named, 0.0).sum(axis=1)
    known = named.sum(axis=1) > 0
    return float(np.mean(kept[known] / named.sum(axis=1)[known])) if known.any() else 1.0


def same_first(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """The share of customers with the same first reason, among those with any."""
    known = (first[:, 0] >= 0) | (second[:, 0] >= 0)
    return float(np.mean(first[known, 0] == second[known, 0])) if known.any() else 1.0


def as_good_a_first(first: NDArray[np.int64], raising: Floats) -> float:
    """The share of customers whose first reason weighs as much as any in ``raising``, or nearly so.

    Nearly is within ``SIMILAR`` of the strongest: the page then says that they are of similar weight.
    """
    known = (first[:, 0] >= 0) | (raising.max(axis=1, initial=0.0) > 0)
    own = np.where(
        first[:, 0] < 0, 0.0, np.take_along_axis(raising, np.maximum(first[:, :1], 0), axis=1)[:, 0]
    )
    near = own >= (1.0 - SIMILAR) * raising.max(axis=1, initial=0.0)
    return float(np.mean(near[known])) if known.any() else 1.0


def _named(places: NDArray[np.int64], groups: int) -> NDArray[np.bool_]:
    found = np.zeros((len(places), groups + 1), np.bool_)
    np.put_along_axis(found, np.where(places < 0, groups, places), True, axis=1)
    return found[:, :groups]


def _logistic(log_odds: Floats) -> Floats:
    chances: Floats = 1.0 / (1.0 + np.exp(-log_odds))
    return chances
