"""Sentences for many reasons at once: those that one feature leads in one direction are said together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import SomeRows
from training.reasons.wording import DIRECTIONS, Rows, Wording


def worded(
    row: NDArray[np.intp],
    lead: NDArray[np.intp],
    lowers: NDArray[np.bool_],
    values: Rows,
    wording: Wording,
) -> list[str]:
    """The sentence of each reason; ``row`` is that of its customer in ``values``.

    Those that are led by one feature in one direction are said together.
    """
    texts = np.full(len(row), "", object)
    for places, position, direction in _said_together(lead, lowers):
        texts[places] = wording.said(position, direction, SomeRows(values, row[places]))[0]
    return list(texts)


def tellable(
    row: NDArray[np.intp],
    lead: NDArray[np.intp],
    lowers: NDArray[np.bool_],
    values: Rows,
    wording: Wording,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each reason has a sentence, and whether its facts contradict it, without wording any."""
    told, contradicted = np.zeros(len(row), np.bool_), np.zeros(len(row), np.bool_)
    for places, position, direction in _said_together(lead, lowers):
        found = wording.tellable(position, direction, SomeRows(values, row[places]))
        told[places], contradicted[places] = found
    return told, contradicted


def _said_together(
    lead: NDArray[np.intp], lowers: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.intp], int, str]]:
    """The places of reasons that one feature leads in one direction, with both."""
    key = 2 * lead + lowers
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.r_[len(key) > 0, np.diff(key[order]) != 0, len(key) > 0])
    for first, last in pairwise(edges.tolist()):
        places = order[first:last]
        position, direction = divmod(int(key[places[0]]), 2)
        yield places, position, DIRECTIONS[direction]
