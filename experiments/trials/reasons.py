"""By what a rung answers: how much of what moves its answers each reason group has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from features.declarations.feature import ReasonGroup
from features.vectors.vectors import Vectors
from training.learners.model import Model

MOST_ROWS = 1_000
"""So many rows tell the shares of groups to a point, however many were tested."""


def reason_shares(
    model: Model, vectors: Vectors, group_of: Mapping[str, str], groups: Sequence[ReasonGroup]
) -> dict[str, float]:
    """The share of each reason group in all that moves the answers, by its title; the shares add up to 1.

    It is the mean size of what the group adds to the log-odds of a row, its features summed before; ``group_of`` names the group of each
    feature. At most 1,000 rows are asked, evenly spread. Empty for a model that cannot say by what it answers, and for one that
    answers everybody alike.
    """
    names = [one.name for one in groups]
    read = model.columns.names
    places = np.array([names.index(group_of[one]) for one in read], np.int64)
    rows = np.unique(np.linspace(0, vectors.rows - 1, MOST_ROWS).astype(np.intp))
    prepared = model.columns.prepare(
        vectors.values[rows], model.columns.positions(vectors.feature_names)
    )
    try:
        added = model.grouped_contributions(prepared, places, len(names))
    except NotImplementedError:
        return {}
    return shares_of([one.title for one in groups], np.abs(added).mean(axis=0).tolist())


def shares_of(titles: Sequence[str], sizes: Sequence[float]) -> dict[str, float]:
    """Sizes as shares of their sum, the largest first and without those that are nothing; empty where all are."""
    whole = sum(sizes)
    found = {title: size / whole for title, size in zip(titles, sizes, strict=True) if size > 0}
    return dict(sorted(found.items(), key=lambda one: -one[1]))
