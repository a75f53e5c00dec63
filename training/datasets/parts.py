"""Which part each row of a dataset plays in the latest test of its splits, in a word."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.datasets.dataset import Dataset
from training.datasets.folds import FoldSplit
from training.datasets.splits import OriginSplit, Splits

FIT, CALIBRATION, TEST, EMBARGO = "fit", "calibration", "test", "embargo"
FOLD = "fold {}"
"""A table that knows no time, and a small company's, is tested fold by fold, each of them in its turn."""


def parts_of(splits: Splits, dataset: Dataset) -> NDArray[np.str_]:
    """The part of every row at the latest test.

    In time ``test`` is the latest cutoff, by which nothing is chosen; ``fit`` and ``calibration`` are those whose outcome
    was known by then, of which the newest calibrates; ``embargo`` are those whose outcome was not. Over folds of customers
    it is the fold in which a row is tested in the first round, from ``fold 1``.
    """
    latest = splits.tests[0]
    if isinstance(latest, FoldSplit):
        names = np.array([FOLD.format(one + 1) for one in range(int(latest.fold_of.max()) + 1)])
        return np.asarray(names[latest.fold_of[dataset.vectors.customer_keys]])
    assert isinstance(latest, OriginSplit) and latest.test is not None
    cutoffs = dataset.vectors.cutoff_seconds
    parts = np.full(dataset.rows, EMBARGO, "<U11")
    parts[np.isin(cutoffs, [one.seconds for one in latest.learned_from])] = FIT
    parts[cutoffs == latest.calibration.seconds] = CALIBRATION
    parts[cutoffs == latest.test.seconds] = TEST
    return parts
