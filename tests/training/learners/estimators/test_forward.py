"""Cross-validation forward in time: known before tested, the gap counted, as many tests as there are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import cross_val_score

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.datasets.splits import stated_origins
from training.learners.estimators.forward import ForwardSplit


def at_days(*days: int) -> pd.DataFrame:
    """A row a day since 1970, with a cutoff on it."""
    cutoffs = pd.to_datetime(np.array(days) * DAY_SECONDS, unit="s", utc=True)
    ids = [f"c{number}" for number in range(len(days))]
    index = pd.MultiIndex.from_arrays([ids, cutoffs], names=["customer_id", "cutoff"])
    return pd.DataFrame({"silence": np.arange(len(days), dtype=float)}, index=index)


def test_a_cutoff_is_learned_from_when_its_outcome_is_known_at_the_test_and_not_a_day_earlier() -> (
    None
):
    table = at_days(0, 30, 60, 90)
    folds = [(one.tolist(), two.tolist()) for one, two in ForwardSplit(50, 10).split(table)]
    assert folds == [([0], [2]), ([0, 1], [3])]
    later = [(one.tolist(), two.tolist()) for one, two in ForwardSplit(51, 10).split(table)]
    assert later == [([0], [3])]


def test_rows_in_any_order_are_told_by_their_cutoffs() -> None:
    table = at_days(60, 0, 60, 30)
    [(learned, tested)] = ForwardSplit(30, tests=1).split(table)
    assert (learned.tolist(), tested.tolist()) == ([1, 3], [0, 2])


def test_cutoffs_may_be_given_as_groups_where_the_rows_do_not_tell_them() -> None:
    rows = np.zeros((3, 1))
    days = ["1970-01-01", "1970-01-31", "1970-03-02"]
    [*_, (learned, tested)] = ForwardSplit(30).split(rows, groups=days)
    assert (learned.tolist(), tested.tolist()) == ([0, 1], [2])
    with pytest.raises(UsageRefused, match="level of that name in the index of X, or `groups`"):
        ForwardSplit(30).get_n_splits(rows)


@given(
    days=some.lists(some.integers(0, 400), min_size=3, max_size=8, unique=True),
    horizon=some.integers(1, 120),
    gap=some.integers(0, 40),
)
def test_it_tests_and_learns_as_a_training_does(days: list[int], horizon: int, gap: int) -> None:
    cutoffs = [Cutoff(day * DAY_SECONDS) for day in days]
    ours = stated_origins(cutoffs, Horizon(horizon, gap), most=len(days))
    if ours is None:
        return
    table = at_days(*days)
    found = {
        days[tested[0]]: {days[row] for row in learned}
        for learned, tested in ForwardSplit(horizon, gap).split(table)
    }
    for split in ours.tests:
        assert split.test is not None
        learned_from = {one.seconds // DAY_SECONDS for one in split.learned_from}
        assert found[split.test.seconds // DAY_SECONDS] == learned_from


def test_scikit_learn_scores_as_many_tests_as_it_is_promised() -> None:
    table = at_days(*(30 * place for place in range(6) for _ in range(4)))
    outcomes = np.tile([0, 1], 12)
    split = ForwardSplit(30, tests=4)
    scores = cross_val_score(DummyClassifier(), table, outcomes, cv=split, error_score="raise")
    assert len(scores) == split.get_n_splits(table) == 4


def test_cutoffs_that_leave_no_room_for_a_test_are_refused_with_what_they_are() -> None:
    with pytest.raises(UsageRefused, match="two cutoffs at least 90 days apart") as refused:
        list(ForwardSplit(90).split(at_days(0, 60)))
    assert refused.value.found == "1970-01-01, 1970-03-02"
    with pytest.raises(UsageRefused, match="found no rows"):
        list(ForwardSplit(90).split(at_days()))


def test_a_split_that_tests_nothing_is_refused_where_it_is_made() -> None:
    for words in ({"horizon_days": 0}, {"horizon_days": 9, "gap_days": -1}):
        with pytest.raises(UsageRefused, match="a horizon of at least one day"):
            ForwardSplit(**words)
    with pytest.raises(UsageRefused, match="at least one test"):
        ForwardSplit(30, tests=0)
