"""The plots of contributions: the library's own amounts, drawn of few and named for nobody."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tests.training.companies import NAMES, dataset
from training.families.churn.evaluation.plots import MOST_ROWS, rounded, shap_plots
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.model import Model

MODELS = [BoostedModel.fit(dataset()), LogisticModel.fit(dataset())]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.family)
def test_every_kind_of_model_is_drawn_and_the_same_each_time(model: Model) -> None:
    vectors = dataset(2 * MOST_ROWS + 200).vectors
    plots = shap_plots(model, vectors)
    assert sorted(plots) == ["shap_dependence.png", "shap_summary.png"]
    assert all(picture.startswith(b"\x89PNG") for picture in plots.values())
    assert shap_plots(model, vectors) == plots


def test_the_drawn_amounts_are_those_of_the_shap_library() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap
    vectors = dataset().vectors
    boosted, logistic = MODELS
    assert isinstance(boosted, BoostedModel) and isinstance(logistic, LogisticModel)
    prepared = boosted.columns.prepare(vectors.values, np.arange(len(NAMES)))
    theirs = shap.TreeExplainer(boosted.booster).shap_values(prepared)
    assert np.abs(boosted.contributions(prepared) - theirs).max() < 1e-9


def test_a_model_without_features_and_nobody_to_show_give_no_plots() -> None:
    assert shap_plots(LogisticModel.fit(dataset(), ()), dataset().vectors) == {}
    nobody = dataset().vectors.select(np.zeros(600, np.bool_))
    assert shap_plots(MODELS[0], nobody) == {}


def test_drawn_values_keep_two_digits() -> None:
    values = np.array([[123_456.0, np.nan], [-0.0123, 99.9]], np.float32)
    assert rounded(values)[0, 0] == 120_000.0 and np.isnan(rounded(values)[0, 1])
    assert rounded(values)[1].tolist() == [-0.012, 100.0]
