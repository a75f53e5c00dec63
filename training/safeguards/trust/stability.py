"""Would other customers have taught the same reasons? Refits on resampled and on senseless outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.errors import ModelRefused
from training.datasets.dataset import Dataset
from training.ladder.rung import Rung
from training.learners.model import Model
from training.safeguards.trust.subjects import (
    Subjects,
    as_good_a_first,
    overlap,
    same_first,
    strongest,
    weight_again,
)

REFITS = 10
MOST_ROWS = 20_000
_SEED = 11


@dataclass(frozen=True)
class Stability:
    """How alike the reasons of listed customers are between the shipped model and refits of it.

    ``top_three`` is the mean Jaccard index of the three strongest raising groups, ``weight`` the part of
    their points whose groups are named again, ``first`` the share with
    the same strongest one, and ``first_or_similar`` that of those whose first reason the refit gives first
    or with similar weight. ``permuted`` is the Jaccard index with a model of outcomes dealt out at random,
    which must be low: its reasons mean nothing.
    """

    refits: int
    rows: int
    top_three: float
    weight: float
    first: float
    first_or_similar: float
    permuted: float


def stability(
    model: Model, rung: Rung, dataset: Dataset, subjects: Subjects, *, threads: int = 1
) -> Stability:
    """Fit the rung again on customers drawn with replacement, and once on permuted outcomes.

    Trees are grown for as many rounds as the model's, so that what differs is what was learned.
    Of more than 20,000 rows half the customers are drawn instead, without replacement, which vary as
    resampled ones do and cost half (McCarthy 1969); of more than 40,000 so many that they have 20,000,
    and then refits differ more than those of all rows would. Draws in which everybody left, or nobody,
    teach nothing and are left out; where all are, the figures are 0.
    """
    raising = subjects.raising(model, subjects.listed_vectors)
    shown = strongest(raising)
    three, weight, first, similar = [], [], [], []
    rows = 0
    for drawn in _resampled(dataset):
        try:
            refit = rung.fit(drawn, threads=threads, rounds=model.rounds or None)
        except ModelRefused:
            continue
        rows = max(rows, drawn.rows)
        again = subjects.raising(refit, subjects.listed_vectors)
        three.append(overlap(shown, strongest(again)))
        weight.append(weight_again(raising, strongest(again)))
        first.append(same_first(shown, strongest(again)))
        similar.append(as_good_a_first(shown, again))
    return Stability(
        refits=len(three),
        rows=rows,
        top_three=_mean(three),
        weight=_mean(weight),
        first=_mean(first),
        first_or_similar=_mean(similar),
        permuted=_permuted(shown, rung, dataset, subjects, model.rounds or None, threads),
    )


def _mean(figures: list[float]) -> float:
    return float(np.mean(figures)) if figures else 0.0


def _resampled(dataset: Dataset) -> Iterator[Dataset]:
    """As many customers as there are drawn with replacement, or of very many at most half without."""
    keys = dataset.vectors.customer_keys
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(keys[order]) != 0])
    ends = np.r_[starts[1:], len(order)]
    few = dataset.rows <= MOST_ROWS
    share = 1.0 if few else min(0.5, MOST_ROWS / dataset.rows)
    draw = np.random.default_rng(_SEED)
    for _ in range(REFITS):
        chosen = draw.choice(len(starts), max(1, round(len(starts) * share)), replace=few)
        rows = np.concatenate([order[starts[one] : ends[one]] for one in chosen])
        # In time again: the latest cutoff tells when trees have grown enough.
        yield dataset.select(rows[np.argsort(dataset.vectors.cutoff_seconds[rows], kind="stable")])


def _permuted(
    shown: NDArray[np.int64],
    rung: Rung,
    dataset: Dataset,
    subjects: Subjects,
    rounds: int | None,
    threads: int,
) -> float:
    draw = np.random.default_rng(_SEED)
    rows = np.sort(draw.permutation(dataset.rows)[:MOST_ROWS])
    chosen = dataset.select(rows)
    senseless = Dataset(chosen.vectors, draw.permutation(chosen.outcomes))
    try:
        other = rung.fit(senseless, threads=threads, rounds=rounds)
    except ModelRefused:
        return 0.0
    return overlap(shown, strongest(subjects.raising(other, subjects.listed_vectors)))
