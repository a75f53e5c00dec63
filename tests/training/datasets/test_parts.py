"""The part each row plays: known before it is learned from, and tested once."""

from __future__ import annotations

import numpy as np

from features.store.pack import TextColumn
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.datasets.dataset import Dataset
from training.datasets.folds import customer_folds, folds_of
from training.datasets.parts import parts_of
from training.datasets.splits import Splits, stated_origins

IDS = TextColumn.of([f"c{number}" for number in range(9)])


def rows_at(*days: int) -> Dataset:
    """A row a day, each of another customer."""
    seconds = np.array(days, np.int64) * DAY_SECONDS
    keys = np.arange(len(days), dtype=np.int32)
    vectors = Vectors("plan", ("day",), keys, seconds, seconds[:, None].astype(np.float32))
    return Dataset(vectors, np.zeros(len(days)))


def in_time(days: list[int], horizon_days: int) -> Splits:
    cutoffs = [Cutoff(day * DAY_SECONDS) for day in days]
    found = stated_origins(cutoffs, Horizon(horizon_days), most=len(days))
    assert found is not None
    return found


def test_the_latest_cutoff_is_the_test_and_the_one_known_last_before_it_calibrates() -> None:
    days = [0, 90, 180, 270]
    parts = parts_of(in_time(days, 90), rows_at(*days))
    assert parts.tolist() == ["fit", "fit", "calibration", "test"]


def test_a_cutoff_whose_outcome_is_not_known_at_the_test_is_under_embargo() -> None:
    days = [0, 30, 60, 90, 120]
    parts = parts_of(in_time(days, 60), rows_at(*reversed(days)))
    assert parts.tolist() == ["test", "embargo", "calibration", "fit", "fit"]


def test_over_customers_it_is_the_fold_they_are_tested_in() -> None:
    found = parts_of(customer_folds(IDS, [Cutoff(0)], Horizon(90)), rows_at(*[0] * 9))
    assert found.tolist() == [f"fold {one + 1}" for one in folds_of(IDS, 0)]
