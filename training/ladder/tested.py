"""What a rung answered at a test, and what came of it; the folds of a round put together again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.datasets.folds import FOLD_SEPARATOR


@dataclass(frozen=True)
class Tested:
    """One rung at one test (a cutoff or a fold): what it answered, what came of it, and the figures."""

    rung: str
    test: str
    customer_keys: NDArray[np.int32]
    outcomes: Floats
    probability: Floats
    figures: Mapping[str, float]


@dataclass(frozen=True)
class WholeTest:
    """All customers answered for at one cutoff, or in one round of folds put together again."""

    name: str
    customer_keys: NDArray[np.int32]
    outcomes: Floats
    probability: Floats


def whole_tests(tested: Sequence[Tested]) -> list[WholeTest]:
    """One rung's tests with the folds of a round together: a list is drawn up of everybody."""
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
