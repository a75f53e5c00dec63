"""A question put to everybody at every cutoff: who is judged, what came of them, and what to know about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.questions.question import Column, Question


@dataclass(frozen=True)
class AskedOfEverybody:
    """Rows of vectors whose outcome is known, cutoff by cutoff, with it.

    ``question`` is as it stands at the latest cutoff, with all it has learned of the company by then.
    """

    question: Question
    rows: NDArray[np.intp]
    outcomes: Floats
    notes: tuple[str, ...]


def ask(question: Question, pack: Pack, vectors: Vectors) -> AskedOfEverybody:
    """The judged among some vectors and what came of them.

    What a question must know of all customers it learns anew at each cutoff, of those known by then.
    """
    rows: list[NDArray[np.intp]] = []
    outcomes: list[Floats] = []
    notes: Sequence[str] = ()
    for asked, place in _at_cutoffs(question, vectors):
        column = column_of(vectors, place)
        judged = place[asked.eligible(column, len(place))]
        answers = asked.answers(pack, _bare(vectors, judged, asked.needs))
        known = ~np.isnan(answers.outcomes)
        rows.append(judged[known])
        outcomes.append(answers.outcomes[known])
        notes = (*answers.notes, *asked.notes_on(column))
    found, came = np.concatenate(rows), np.concatenate(outcomes)
    # Cutoff by cutoff, so that those of a split stand together and need not be copied.
    order = np.argsort(vectors.cutoff_seconds[found], kind="stable")
    return AskedOfEverybody(asked, found[order], came[order], tuple(notes))


def column_of(vectors: Vectors, rows: NDArray[np.intp] | slice = slice(None)) -> Column:
    """The columns of some vectors by their names."""
    names = set(vectors.feature_names)
    return lambda name: vectors.column(name)[rows] if name in names else None


def _at_cutoffs(
    question: Question, vectors: Vectors
) -> Iterator[tuple[Question, NDArray[np.intp]]]:
    """The question as it stands at each cutoff, earliest first, with its rows; at once where it is the same at all."""
    if not question.learns_of_everybody:
        yield question, np.arange(vectors.rows)
        return
    for cutoff in np.unique(vectors.cutoff_seconds):
        place = np.flatnonzero(vectors.cutoff_seconds == cutoff)
        yield question.learned(column_of(vectors, place)), place


def _bare(vectors: Vectors, rows: NDArray[np.intp], names: Sequence[str]) -> Vectors:
    """Whom some rows are about and when, with the features by which they are judged alone."""
    keys, cutoffs = vectors.customer_keys[rows], vectors.cutoff_seconds[rows]
    values = np.empty((len(rows), len(names)), np.float32)
    for place, name in enumerate(names):
        values[:, place] = vectors.column(name)[rows]
    return Vectors(vectors.plan_hash, tuple(names), keys, cutoffs, values)
