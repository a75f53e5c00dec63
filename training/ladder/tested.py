"""What a rung answered at a test, and what came of it; the folds of a round put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.time import Cutoff
from training.datasets.folds import FOLD_SEPARATOR


@dataclass(frozen=True)
class Tested:
    """One rung at one test (a cutoff or a fold): what it answered, what came of it, and the figures.

    ``cutoff_seconds`` is where each row stands, which is the same for all but in folds.
    """

    rung: str
    test: str
    customer_keys: NDArray[np.int32]
    outcomes: Floats
    probability: Floats
    figures: Mapping[str, float]
    cutoff_seconds: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True)
class WholeTest:
    """All customers answered for at one cutoff, or in one round of folds put together again."""

    name: str
    customer_keys: NDArray[np.int32]
    outcomes: Floats
    probability: Floats


def whole_tests(tested: Sequence[Tested]) -> list[WholeTest]:
    """One rung's tests with the folds of a round together: a list is drawn up of everybody.

    Where folds are pooled over several cutoffs each of them is a test, the latest first, for a list is drawn up
    at one; what several rounds answered is averaged.
    """
    seconds = np.concatenate([np.zeros(0, np.int64), *(one.cutoff_seconds for one in tested)])
    if any(FOLD_SEPARATOR in one.test for one in tested) and len(np.unique(seconds)) > 1:
        return _at_cutoffs(tested, seconds)
    rounds: dict[str, list[Tested]] = {}
    for one in tested:
        rounds.setdefault(one.test.partition(FOLD_SEPARATOR)[0], []).append(one)
    return [
        WholeTest(
            name,
            np.concatenate([one.customer_keys for one in parts]),
            np.concatenate([one.outcomes for one in parts]),
            np.concatenate([one.probability for one in parts]),
        )
        for name, parts in rounds.items()
    ]


def _at_cutoffs(tested: Sequence[Tested], seconds: NDArray[np.int64]) -> list[WholeTest]:
    keys = np.concatenate([one.customer_keys for one in tested])
    outcomes = np.concatenate([one.outcomes for one in tested])
    probability = np.concatenate([one.probability for one in tested])
    found = []
    for cutoff in np.unique(seconds)[::-1].tolist():
        rows = seconds == cutoff
        customers, first, places = np.unique(keys[rows], return_index=True, return_inverse=True)
        answered = np.bincount(places, weights=probability[rows]) / np.bincount(places)
        whole = WholeTest(str(Cutoff(cutoff)), customers, outcomes[rows][first], answered)
        found.append(whole)
    return found
