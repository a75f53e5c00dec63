"""Predictions made by hand: two rungs at two tests, and one of them in a fold."""

from __future__ import annotations

import numpy as np

from features.store.pack import TextColumn
from features.vocabulary.time import DAY_SECONDS
from training.measures.predictions.predictions import Predictions, RungPredictions

IDS = TextColumn.of(["anna", "bert", "carl", "dora"])
KEYS = {"anna": 0, "carl": 2, "dora": 3}


def piece(rung: str, day: int, answers: list[float], fold: str = "") -> RungPredictions:
    """What a rung answered of three customers, of whom the first and the last left."""
    return RungPredictions(
        rung=rung,
        fold=fold,
        customer_keys=np.array([*KEYS.values()], np.int32),
        cutoff_seconds=np.full(3, day * DAY_SECONDS, np.int64),
        outcomes=np.array([1.0, 0.0, 1.0]),
        answers={"probability": np.array(answers)},
    )


def predictions() -> Predictions:
    """Nine rows: a rule and a line at one test, the line in a fold."""
    tested = [
        piece("rule", 100, [0.5, 0.5, 0.5]),
        piece("line", 100, [0.9, 1 / 3, 0.7]),
        piece("line", 10, [0.8, 0.2, 0.1], "round 1, fold 3"),
    ]
    return Predictions.of("churn", tested, {"rules": ["rule"]})
