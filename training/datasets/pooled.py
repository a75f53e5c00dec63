"""A small company's past cutoffs pooled: customers are dealt into folds, each with all their cutoffs.

At any one cutoff too few customers left, or too few stayed, to learn from one and test at another. All
cutoffs together are enough for a test on other customers: nobody is answered for by a model that has seen
them at any time. What such a test cannot tell is how the level moves with time; how far it moved between
the cutoffs is seen, and the intervals are as wide as that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.store.pack import TextColumn
from features.vocabulary.time import Cutoff, Horizon
from training.datasets.dataset import Dataset
from training.datasets.folds import FOLD_SEPARATOR, FOLDS, ROUNDS, FoldSplit, drawn_number
from training.datasets.splits import Splits

_NEVER_SEEN = "Nobody was tested by a model that had seen them at any of these cutoffs."


@dataclass(frozen=True)
class PooledSplit(FoldSplit):
    """Test one fold of the customers at all ``cutoffs``, and learn from the others at all of them."""

    cutoffs: tuple[Cutoff, ...]

    @property
    def name(self) -> str:
        """The fold with the last cutoff, for figures of other cutoffs are of other outcomes."""
        told, separator, fold = super().name.partition(FOLD_SEPARATOR)
        return f"{told} up to {self.cutoffs[-1]}{separator}{fold}" if fold else ""

    def as_dict(self) -> dict[str, Any]:
        """The folds in words, with the cutoffs they are pooled over."""
        told = super().as_dict()
        return {**told, "fit": [f"{told['fit'][0]} at {said_cutoffs(len(self.cutoffs))}"]}


def pooled_folds(
    customer_ids: TextColumn, dataset: Dataset, cutoffs: Sequence[Cutoff], horizon: Horizon
) -> Splits:
    """Two rounds of five folds over the customers of a dataset, each with all their rows.

    Dealt in the order of how often it came true of a customer, so that every fold has some of whom it came
    true and some of whom not; among alike ones by lot, that is by a hash of the round and the customer's
    number, whatever the order of the rows.
    """
    pooled = tuple(sorted(set(cutoffs)))
    dealt = [_dealt(customer_ids, dataset, one) for one in range(ROUNDS)]
    tests = tuple(
        PooledSplit(number, fold, dealt[number], pooled)
        for number in range(ROUNDS)
        for fold in range(FOLDS)
    )
    shipped = PooledSplit(0, None, dealt[0], pooled)
    return Splits(tests, shipped, horizon, pooled, f"{pooled_said(len(pooled))} {_NEVER_SEEN}")


def said_cutoffs(cutoffs: int) -> str:
    """So many cutoffs, in words.

    >>> said_cutoffs(1), said_cutoffs(4)
    ('1 cutoff', '4 cutoffs')
    """
    return f"{cutoffs} cutoff{'' if cutoffs == 1 else 's'}"


def pooled_said(cutoffs: int) -> str:
    """How the tests of a small company were made, in a sentence."""
    return (
        f"A small company: pooled over {said_cutoffs(cutoffs)} and tested on other customers, not on later "
        "days."
    )


def _dealt(customer_ids: TextColumn, dataset: Dataset, round_number: int) -> NDArray[np.int8]:
    """The fold of every customer key; of those without a row, whom nobody asks for, the first."""
    keys, places = np.unique(dataset.vectors.customer_keys, return_inverse=True)
    share = np.bincount(places, weights=dataset.outcomes) / np.bincount(places)
    drawn = np.array(
        [drawn_number(customer_ids[int(key)], round_number) for key in keys], np.uint64
    )
    order = np.lexsort((drawn, -share))
    fold_of = np.zeros(len(customer_ids), np.int8)
    fold_of[keys[order]] = np.arange(len(keys)) % FOLDS
    return fold_of
