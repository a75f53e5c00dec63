"""Cross-validation over customers: each in one fold with all their rows, dealt as a training deals them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV

from features.store.pack import TextColumn
from features.vocabulary.errors import UsageRefused
from training.datasets.folds import folds_of
from training.learners.estimators.customers import CustomerSplit

IDS = [f"c{number:03}" for number in range(60)]


def rows_of(ids: list[str]) -> pd.DataFrame:
    index = pd.Index(ids, name="customer_id")
    return pd.DataFrame({"silence": np.arange(len(ids), dtype=float)}, index=index)


@given(order=some.permutations(range(120)))
def test_a_customer_stands_in_one_fold_with_all_rows_in_whatever_order(order: list[int]) -> None:
    ids = [(IDS + IDS)[place] for place in order]
    tested: dict[str, int] = {}
    for fold, (learned, held) in enumerate(CustomerSplit().split(rows_of(ids))):
        assert sorted([*learned, *held]) == list(range(120))
        assert not {ids[row] for row in learned} & {ids[row] for row in held}
        tested |= {ids[row]: fold for row in held}
    assert [tested[one] for one in IDS] == folds_of(TextColumn.of(IDS), 0).tolist()


def test_another_round_deals_the_customers_anew_and_as_a_training_does() -> None:
    again = {
        IDS[row]: fold
        for fold, (_, held) in enumerate(CustomerSplit(round_number=1).split(rows_of(IDS)))
        for row in held
    }
    assert [again[one] for one in IDS] == folds_of(TextColumn.of(IDS), 1).tolist()
    assert again != {
        IDS[row]: fold
        for fold, (_, held) in enumerate(CustomerSplit().split(rows_of(IDS)))
        for row in held
    }


def test_a_search_of_scikit_learn_takes_it() -> None:
    search = GridSearchCV(
        DummyClassifier(), {"strategy": ["prior", "most_frequent"]}, cv=CustomerSplit(folds=3)
    )
    search.fit(rows_of(IDS), np.arange(60) % 2)
    assert search.n_splits_ == 3


def test_too_few_customers_are_refused_with_how_many_there_are() -> None:
    with pytest.raises(UsageRefused, match="customers in each of 5 folds; found 2 customers in"):
        list(CustomerSplit().split(rows_of(["anna", "bert", "anna"])))
    with pytest.raises(UsageRefused, match="at least two folds"):
        CustomerSplit(folds=1)
    with pytest.raises(UsageRefused, match="rows that say their customer_id"):
        list(CustomerSplit().split(np.zeros((9, 1))))
