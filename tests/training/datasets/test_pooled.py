"""A small company's customers in folds with all their cutoffs: nobody is tested by what they taught at another time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.store.pack import TextColumn
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.datasets.dataset import Dataset
from training.datasets.folds import FOLDS, ROUNDS
from training.datasets.pooled import PooledSplit, pooled_folds
from training.datasets.splits import Splits

CUSTOMERS = 50
IDS = TextColumn.of([f"c{number:03d}" for number in range(CUSTOMERS)])
CUTOFFS = [Cutoff(day * DAY_SECONDS) for day in (0, 90, 180)]


def rows_of(order: NDArray[np.integer] | None = None) -> Dataset:
    """Everybody at three cutoffs; ten customers left at the last of them and nobody else."""
    keys = np.repeat(np.arange(CUSTOMERS), len(CUTOFFS)).astype(np.int32)
    seconds = np.tile([one.seconds for one in CUTOFFS], CUSTOMERS)
    left = ((keys % 5 == 0) & (seconds == CUTOFFS[-1].seconds)).astype(np.float64)
    vectors = Vectors("plan", ("key",), keys, seconds, keys[:, None].astype(np.float32))
    dataset = Dataset(vectors, left)
    return dataset if order is None else dataset.select(order)


def dealt(dataset: Dataset) -> Splits:
    return pooled_folds(IDS, dataset, CUTOFFS, Horizon(90))


def test_nobody_is_tested_by_a_model_that_has_seen_them_at_any_cutoff() -> None:
    everybody = rows_of()
    for split in dealt(everybody).tests:
        tested, known = split.test_rows(everybody), split.fit_rows(everybody)
        assert not set(tested.vectors.customer_keys) & set(known.vectors.customer_keys)
        assert tested.rows + known.rows == everybody.rows
        # All cutoffs of a customer are in one fold.
        assert tested.rows == len(CUTOFFS) * tested.customers
        for lesson in split.lessons(everybody):
            held, fit = lesson.held.vectors.customer_keys, lesson.fit.vectors.customer_keys
            assert not set(held) & set(fit)
            assert not (set(held) | set(fit)) & set(tested.vectors.customer_keys)


def test_everybody_is_tested_once_a_round_and_what_ships_learns_from_all() -> None:
    everybody, splits = rows_of(), dealt(rows_of())
    assert len(splits.tests) == ROUNDS * FOLDS
    first = [split.test_rows(everybody).rows for split in splits.tests[:FOLDS]]
    assert sum(first) == everybody.rows
    assert splits.shipped.fit_rows(everybody).rows == everybody.rows
    assert splits.cutoffs == tuple(CUTOFFS)


def test_every_fold_has_as_many_who_left() -> None:
    everybody = rows_of()
    for split in dealt(everybody).tests:
        assert split.test_rows(everybody).positives == 2


def test_rounds_are_dealt_anew_and_the_order_of_the_rows_changes_nothing() -> None:
    shuffled = rows_of(np.random.default_rng(3).permutation(CUSTOMERS * len(CUTOFFS)))
    for one, other in zip(dealt(rows_of()).tests, dealt(shuffled).tests, strict=True):
        assert isinstance(one, PooledSplit) and isinstance(other, PooledSplit)
        assert one.fold_of.tolist() == other.fold_of.tolist()
    first, second = (dealt(rows_of()).tests[place] for place in (0, FOLDS))
    assert isinstance(first, PooledSplit) and isinstance(second, PooledSplit)
    assert first.fold_of.tolist() != second.fold_of.tolist()


def test_how_it_was_tested_is_said_in_words() -> None:
    splits = dealt(rows_of())
    assert splits.said.startswith(
        "A small company: pooled over 3 cutoffs and tested on other customers, not on later days."
    )
    assert splits.tests[0].as_dict()["fit"] == ["the other folds at 3 cutoffs"]
    # Figures of other cutoffs have other names, and so are not taken for the same test.
    assert splits.tests[2].name == "round 1 up to 1970-06-30, fold 3" and splits.shipped.name == ""
    assert splits.shipped.as_dict()["fit"] == ["all folds at 3 cutoffs"]
