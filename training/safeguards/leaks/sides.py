"""Columns whose values are there for those alone of whom it came true, or for the others alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from training.safeguards.leaks.columns import Known, ReadColumn

FEWEST_EXPECTED, MOST_FOUND = 15.0, 0.01
"""So many of the other side should be there by chance, and at most this share of them is."""


def one_sided(
    column: ReadColumn, vectors: Vectors, came_true: NDArray[np.bool_], happened: tuple[str, str]
) -> str:
    """Of whom alone a column is known, missing or set; empty where it is of some of both.

    That something is set, or that something happened, is asked of the rarer side alone: that nobody of a kind
    leaves who cannot is no wonder, but that all of a kind leave is. Nothing is asked of what a table says it
    knew in time.
    """
    rate = float(came_true.mean())
    rarer = came_true if rate <= 0.5 else ~came_true
    said = happened if rate <= 0.5 else happened[::-1]
    for rows, word, of_rarer_alone in _choices(column, vectors):
        count = int(rows.sum())
        sides = ((rarer, said[0]),) if of_rarer_alone else ((rarer, said[0]), (~rarer, said[1]))
        for side, name in sides:
            others = int((rows & ~side).sum())
            expected = count * float((~side).mean())
            if expected >= FEWEST_EXPECTED and others <= MOST_FOUND * expected:
                return f"{word} for {count - others:,} who {name} and for {others:,} others"
    return ""


def _choices(column: ReadColumn, vectors: Vectors) -> Iterator[tuple[NDArray[np.bool_], str, bool]]:
    """Rows that stand apart by what is there of the column, in a word, and whether of one side alone."""
    if column.known is Known.STATED:
        return
    values = np.column_stack([vectors.column(name) for name in column.feature_names])
    if column.known is Known.ALWAYS:
        missing = np.asarray(np.isnan(values).all(axis=1), np.bool_)
        yield ~missing, "known", False
        yield missing, "missing", False
        for place, name in enumerate(column.feature_names):
            if np.isin(values[~missing, place], (0.0, 1.0)).all():
                yield values[:, place] == 1.0, f"{name} is set", True
        return
    for place, name in enumerate(column.feature_names):
        yield np.nan_to_num(values[:, place]) != 0.0, f"{name} is there", True
