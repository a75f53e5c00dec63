"""The share of a reason group is the mean size of what it adds, its features summed before; who cannot say it says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from experiments.trials.estimators import EstimatorModel
from experiments.trials.reasons import reason_shares, shares_of
from features.declarations.feature import ReasonGroup
from features.vectors.vectors import Vectors
from training.learners.columns import Columns
from training.learners.logistic import LogisticModel

NAMES = ("silence", "pause", "spend")
GROUPS = (
    ReasonGroup("recency", "Silence"),
    ReasonGroup("money", "Money"),
    ReasonGroup("visits", "Visits"),
)
GROUP_OF = {"silence": "recency", "pause": "recency", "spend": "money"}
ONE = float(np.e - 1)
"""Its signed logarithm is 1."""


def line(*coefficients: float) -> LogisticModel:
    zeros, ones = np.zeros(3), np.ones(3)
    columns = Columns.unbounded(NAMES)
    return LogisticModel(columns, -1.0, zeros, ones, zeros, np.array(coefficients))


def vectors(*rows: tuple[float, float, float]) -> Vectors:
    count = len(rows)
    keys, seconds = np.arange(count, dtype=np.int32), np.zeros(count, np.int64)
    return Vectors("", NAMES, keys, seconds, np.array(rows, np.float32))


def test_features_of_a_group_are_summed_before_their_size_counts() -> None:
    """Of the first row silence and pause cancel out; of the second silence adds 1; money adds 2 and nothing."""
    asked = vectors((ONE, -ONE, ONE), (ONE, 0.0, 0.0))
    found = reason_shares(line(1.0, 1.0, 2.0), asked, GROUP_OF, GROUPS)
    assert list(found) == ["Money", "Silence"]
    assert found == pytest.approx({"Money": 2 / 3, "Silence": 1 / 3}, abs=1e-6)


def test_of_many_rows_evenly_spread_ones_tell_what_all_do() -> None:
    rows = [(ONE, 0.0, 0.0) if row % 2 else (0.0, 0.0, ONE) for row in range(9_001)]
    found = reason_shares(line(1.0, 1.0, 1.0), vectors(*rows), GROUP_OF, GROUPS)
    assert found == pytest.approx({"Silence": 0.5, "Money": 0.5}, abs=0.02)


def test_who_answers_everybody_alike_or_cannot_say_why_says_nothing() -> None:
    asked = vectors((ONE, 0.0, 0.0), (0.0, 0.0, ONE))
    assert reason_shares(line(0.0, 0.0, 0.0), asked, GROUP_OF, GROUPS) == {}
    fitted = LogisticRegression().fit(asked.values, [0, 1])
    estimator = EstimatorModel("own", Columns.unbounded(NAMES), fitted)
    assert reason_shares(estimator, asked, GROUP_OF, GROUPS) == {}


def test_shares_add_up_and_the_largest_is_first() -> None:
    assert shares_of(["a", "b", "c"], [1.0, 3.0, 0.0]) == {"b": 0.75, "a": 0.25}
    assert shares_of(["a"], [0.0]) == {} and shares_of([], []) == {}
