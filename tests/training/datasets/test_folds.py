"""Customers in folds: each tested once a round, and never by a model that has seen them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.store.pack import TextColumn
from features.vectors.vectors import Vectors
from features.vocabulary.time import Cutoff, Horizon
from training.datasets.dataset import Dataset
from training.datasets.folds import FOLDS, ROUNDS, customer_folds, folds_of

IDS = TextColumn.of([f"c{number:04d}" for number in range(300)])


def rows_of(*keys: int) -> Dataset:
    """One row a customer key, its only value the key itself."""
    known = np.array(keys, np.int32)
    values = known[:, None].astype(np.float32)
    vectors = Vectors("plan", ("key",), known, np.zeros(len(known), np.int64), values)
    return Dataset(vectors, (known % 3 == 0).astype(np.float64))


def keys(dataset: Dataset) -> list[int]:
    return sorted(dataset.vectors.customer_keys.tolist())


def test_every_customer_is_tested_once_a_round() -> None:
    splits = customer_folds(IDS, [Cutoff(0)], Horizon(30))
    everybody = rows_of(*range(300))
    assert len(splits.tests) == FOLDS * ROUNDS
    for number in range(ROUNDS):
        tested = [split.test_rows(everybody) for split in splits.tests[number * FOLDS :][:FOLDS]]
        assert sorted(key for one in tested for key in keys(one)) == list(range(300))
        assert all(40 <= one.rows <= 80 for one in tested)


def test_nobody_who_is_tested_was_learned_from_or_calibrated_on() -> None:
    everybody = rows_of(*range(300))
    for split in customer_folds(IDS, [Cutoff(0)], Horizon(30)).tests:
        tested, known = set(keys(split.test_rows(everybody))), set(keys(split.fit_rows(everybody)))
        assert not tested & known and tested | known == set(range(300))
        lessons = split.lessons(everybody)
        answered = [key for one in lessons for key in keys(one.held)]
        assert sorted(answered) == sorted(known)
        for one in lessons:
            assert not set(keys(one.fit)) & set(keys(one.held))
            assert set(keys(one.fit)) | set(keys(one.held)) == known
        expected = [key for one in lessons for key in one.held.vectors.customer_keys.tolist()]
        assert split.calibration_rows(everybody).vectors.customer_keys.tolist() == expected


def test_no_round_is_reserved_for_every_customer_is_tested_in_each() -> None:
    splits = customer_folds(IDS, [Cutoff(0)], Horizon(30))
    assert splits.reserved is None and splits.choosing == splits.tests


def test_what_ships_learns_from_everybody() -> None:
    shipped = customer_folds(IDS, [Cutoff(0)], Horizon(30)).shipped
    everybody = rows_of(*range(300))
    assert keys(shipped.fit_rows(everybody)) == list(range(300))
    assert keys(shipped.calibration_rows(everybody)) == list(range(300))
    assert shipped.test_rows(everybody).rows == 0 and shipped.name == ""


@given(st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=1, unique=True))
def test_a_fold_depends_on_the_customer_alone(names: list[str]) -> None:
    together = folds_of(TextColumn.of(sorted(names)), 1)
    alone = [folds_of(TextColumn.of([name]), 1)[0] for name in sorted(names)]
    assert together.tolist() == alone


def test_rounds_are_dealt_anew() -> None:
    assert (folds_of(IDS, 0) != folds_of(IDS, 1)).mean() > 0.5
