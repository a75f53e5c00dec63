"""The learners as scikit-learn classifiers: its own checks, and the ladder's very models."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests.training.companies import NAMES, dataset
from training.datasets.dataset import Dataset
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.estimators.classifiers import (
    BlendedClassifier,
    BoostedClassifier,
    LadderClassifier,
    LogisticClassifier,
)
from training.learners.estimators.forward import ForwardSplit
from training.learners.logistic import LogisticModel
from training.learners.trees import BoostingSettings

ALL = (LogisticClassifier, BoostedClassifier, BlendedClassifier)


@parametrize_with_checks([one() for one in ALL])  # type: ignore[untyped-decorator]
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_check_of_scikit_learn_passes_without_an_exception(
    estimator: Any, check: Any
) -> None:
    check(estimator)


def as_frame(found: Dataset) -> pd.DataFrame:
    """The rows of a dataset as a library gives them."""
    vectors = found.vectors
    customers = [f"c{key:04}" for key in vectors.customer_keys]
    cutoffs = pd.to_datetime(vectors.cutoff_seconds, unit="s", utc=True)
    index = pd.MultiIndex.from_arrays([customers, cutoffs], names=["customer_id", "cutoff"])
    return pd.DataFrame(vectors.values, index, columns=list(NAMES))


def test_the_very_models_of_the_ladder_are_learned_from_the_same_rows() -> None:
    found = dataset()
    frame, scored = as_frame(found), found.vectors
    line = LogisticModel.fit(found, strength=30.0)
    trees = BoostedModel.fit(found)
    pairs: list[tuple[LadderClassifier, Any]] = [
        (LogisticClassifier(), line),
        (BoostedClassifier(), trees),
        (BlendedClassifier(), BlendedModel.of(line, trees)),
    ]
    for classifier, model in pairs:
        log_odds = classifier.fit(frame, found.outcomes).decision_function(frame)
        assert np.array_equal(log_odds, model.score(scored))
        assert classifier.model_.to_files() == model.to_files()
        chance = classifier.predict_proba(frame)
        assert np.allclose(chance.sum(axis=1), 1.0)
        assert np.allclose(np.log(chance[:, 1] / chance[:, 0]), log_odds)


def test_parameters_and_certain_directions_reach_the_trees() -> None:
    found = dataset()
    directions = {"days_since_order": 1}
    settings = BoostingSettings(leaves=4, depth=2, seed=3)
    expected = BoostedModel.fit(found, directions=directions, settings=settings, rounds=12)
    classifier = BoostedClassifier(rounds=12, leaves=4, depth=2, seed=3, directions=directions)
    assert classifier.fit(as_frame(found), found.outcomes).model_.to_files() == expected.to_files()
    assert classifier.model_.rounds == 12


def test_rows_without_an_index_count_as_one_customer_each_at_one_cutoff() -> None:
    found = dataset()
    trees = BoostedClassifier().fit(found.vectors.values, found.outcomes)
    assert trees.model_.rounds == BoostingSettings().rounds_untested
    assert trees.model_.columns.names == ("x0", "x1", "x2", "x3")


def test_columns_bind_by_name_and_another_order_is_refused() -> None:
    found = dataset()
    frame = as_frame(found)
    classifier = LogisticClassifier().fit(frame, found.outcomes)
    with pytest.raises(ValueError, match="feature names"):
        classifier.predict(frame[list(reversed(NAMES))])


def test_outcomes_of_any_two_names_are_answered_by_these() -> None:
    found = dataset()
    frame, said = as_frame(found), np.where(found.outcomes == 1.0, "left", "a stay")
    classifier = BlendedClassifier().fit(frame, said)
    assert classifier.classes_.tolist() == ["a stay", "left"]
    assert set(classifier.predict(frame)) == {"a stay", "left"}
    for wrong in (np.full(len(said), "left"), np.arange(len(said)) % 3):
        with pytest.raises(ValueError, match="class"):
            LogisticClassifier().fit(frame, wrong)


def test_pipelines_and_searches_reach_through_to_the_parts() -> None:
    found = dataset()
    frame = as_frame(found)
    forward = ForwardSplit(horizon_days=60)
    blend = BlendedClassifier(LogisticClassifier(), BoostedClassifier(rounds=5))
    search = GridSearchCV(blend, {"logistic__strength": [1.0, 100.0]}, cv=forward)
    search.fit(frame, found.outcomes)
    assert search.best_params_["logistic__strength"] in (1.0, 100.0) and search.n_splits_ == 1
    ranked = make_pipeline(QuantileTransformer(n_quantiles=50), BoostedClassifier(rounds=5))
    scores = cross_val_score(ranked, frame, found.outcomes, cv=forward, scoring="roc_auc")
    assert scores.shape == (1,) and scores[0] > 0.6


def test_a_fitted_classifier_reaches_another_process_as_it_is() -> None:
    found = dataset()
    frame = as_frame(found)
    for kind in ALL:
        classifier = kind().fit(frame, found.outcomes)
        other = pickle.loads(pickle.dumps(classifier))
        assert np.array_equal(other.decision_function(frame), classifier.decision_function(frame))
