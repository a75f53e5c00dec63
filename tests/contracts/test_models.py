"""The promise of every model family: each test here runs for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused
from tests.training.companies import dataset
from training.datasets.dataset import Dataset
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.model import Model

FITTED: dict[str, Callable[[Dataset], Model]] = {
    LogisticModel.family: LogisticModel.fit,
    BoostedModel.family: BoostedModel.fit,
    BlendedModel.family: lambda learned: BlendedModel.of(
        LogisticModel.fit(learned), BoostedModel.fit(learned)
    ),
}
Fitted = tuple[Model, Dataset]


@pytest.fixture(scope="module", params=FITTED)
def fitted(request: pytest.FixtureRequest) -> Fitted:
    learned = dataset()
    return FITTED[request.param](learned), learned


@pytest.fixture(params=FITTED)
def fit(request: pytest.FixtureRequest) -> Callable[[Dataset], Model]:
    return FITTED[request.param]


def prepared(model: Model, vectors: Vectors) -> np.ndarray:
    positions = model.columns.positions(vectors.feature_names)
    return np.asarray(model.columns.prepare(vectors.values, positions))


def test_a_fitted_model_ranks_those_who_left_higher(fitted: Fitted) -> None:
    model, learned = fitted
    scores = model.score(learned.vectors)
    assert scores.dtype == np.float64
    assert scores[learned.outcomes == 1].mean() > scores[learned.outcomes == 0].mean() + 0.5


def test_a_row_alone_scores_as_in_a_batch_bit_for_bit(fitted: Fitted) -> None:
    model, learned = fitted
    together = model.score(learned.vectors)
    alone = [model.score(learned.vectors.select(np.array([row])))[0] for row in range(40)]
    assert together[:40].tolist() == alone
    for size in (2, 3, 7, 33):
        assert model.score(learned.vectors.select(np.arange(size))).tolist() == alone[:size][:40]


def test_contributions_add_up_to_the_log_odds(fitted: Fitted) -> None:
    model, learned = fitted
    rows = prepared(model, learned.vectors)
    total = model.base_log_odds + model.contributions(rows).sum(axis=1)
    np.testing.assert_allclose(total, model.log_odds(rows), rtol=0, atol=1e-9)


def test_saved_and_loaded_it_scores_the_same(fitted: Fitted, tmp_path: Path) -> None:
    model, learned = fitted
    model.save(tmp_path)
    again = type(model).load(tmp_path)
    assert again.score(learned.vectors).tolist() == model.score(learned.vectors).tolist()
    assert again.base_log_odds == model.base_log_odds
    assert again.to_files() == model.to_files()


def test_columns_bind_by_name(fitted: Fitted) -> None:
    model, learned = fitted
    order = [2, 0, 3, 1]
    names = tuple(learned.vectors.feature_names[one] for one in order)
    shuffled = replace(
        learned.vectors, feature_names=names, values=learned.vectors.values[:, order]
    )
    assert model.score(shuffled).tolist() == model.score(learned.vectors).tolist()


def test_a_missing_column_is_refused_by_its_name(fitted: Fitted) -> None:
    model, learned = fitted
    fewer = replace(
        learned.vectors,
        feature_names=learned.vectors.feature_names[:-1],
        values=learned.vectors.values[:, :-1],
    )
    with pytest.raises(ModelRefused, match="gap_mean_days"):
        model.score(fewer)


def test_no_rows_score_to_no_rows(fitted: Fitted) -> None:
    model, learned = fitted
    nobody = learned.vectors.select(np.arange(0))
    assert model.score(nobody).shape == (0,)
    assert model.contributions(prepared(model, nobody)).shape == (0, 4)


def test_the_same_rows_give_the_same_files(fit: Callable[[Dataset], Model]) -> None:
    assert fit(dataset()).to_files() == fit(dataset()).to_files()


def test_no_single_customer_moves_a_bound(fit: Callable[[Dataset], Model]) -> None:
    learned = dataset()
    learned.vectors.values[10, 2] = 1e12
    columns = fit(learned).columns
    at_or_beyond = learned.vectors.values >= columns.high
    for column in range(len(columns.names)):
        owners = learned.vectors.customer_keys[at_or_beyond[:, column]]
        assert len(np.unique(owners)) >= 10
    assert columns.high[2] < 1e6


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (lambda rows: np.zeros(rows), "nobody who left"),
        (lambda rows: np.ones(rows), "nobody who stayed"),
        (lambda rows: np.r_[np.nan, np.zeros(rows - 2), 1.0], "unknown"),
        (lambda rows: np.zeros(rows - 1), "vectors"),
    ],
    ids=["nobody left", "nobody stayed", "unknown", "too few"],
)
def test_what_cannot_be_learned_is_refused(
    fit: Callable[[Dataset], Model], outcomes: Callable[[int], np.ndarray], said: str
) -> None:
    learned = dataset()
    with pytest.raises(ModelRefused, match=said):
        fit(Dataset(learned.vectors, outcomes(learned.rows)))


def test_an_empty_dataset_is_refused(fit: Callable[[Dataset], Model]) -> None:
    learned = dataset()
    with pytest.raises(ModelRefused, match="none"):
        fit(Dataset(learned.vectors.select(np.arange(0)), np.empty(0)))
