"""Experiments with a known effect, drawn by lot."""

from __future__ import annotations

import numpy as np

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.families.offers.uplift.experiment import Experiment

NAMES = ("liking", "rank", "noise")


def drawn(rows: int = 6_000, *, seed: int = 1, share: float = 0.5) -> tuple[Experiment, Floats]:
    """Customers who like offers act more for them, the others less; ``rank`` alone tells who acts anyway.

    Also the true effect of each.
    """
    random = np.random.default_rng(seed)
    values = random.random((rows, 3)).astype(np.float32)
    effect = 0.3 * (values[:, 0].astype(np.float64) - 0.3)
    without = 0.3 + 0.2 * values[:, 1].astype(np.float64)
    treated = random.random(rows) < share
    acted = random.random(rows) < without + treated * effect
    keys = np.arange(rows, dtype=np.int32)
    vectors = Vectors("plan", NAMES, keys, np.zeros(rows, np.int64), values)
    dataset = Dataset(vectors, acted.astype(np.float64), treated)
    return Experiment(dataset, np.full(rows, share)), effect
