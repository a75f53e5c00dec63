"""What a split is learned from, and that no model is fitted twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.store.pack import TextColumn
from features.vocabulary.time import Cutoff, Horizon
from tests.training.companies import NAMES, dataset
from training.datasets.dataset import Dataset
from training.datasets.folds import FOLDS, ROUNDS, customer_folds
from training.datasets.splits import Splits, rolling_origins
from training.families.churn.rungs import BLENDED, BOOSTED, LOGISTIC, churn_rungs
from training.ladder.fitting import FittedModels, fit_and_calibrate
from training.ladder.rung import Rung
from training.learners.calibration import logit

DAY, APART = 86_400, 60
CUTOFFS = 6


def rung(name: str) -> Rung:
    return next(one for one in churn_rungs(NAMES, APART) if one.name == name)


def in_time(rows: int = 900) -> tuple[Dataset, Splits]:
    """Customers at six cutoffs, of whom ever more leave."""
    splits = rolling_origins(
        0, Cutoff((CUTOFFS + 1) * APART * DAY), Horizon(APART), origins=CUTOFFS
    )
    made = dataset(rows)
    cutoffs = np.sort(np.resize([one.seconds for one in splits.cutoffs], rows))
    rises = np.random.default_rng(4).random(rows) < np.linspace(0.0, 0.5, rows)
    vectors = replace(made.vectors, cutoff_seconds=cutoffs)
    return Dataset(vectors, np.maximum(made.outcomes, rises)), splits


def in_folds(rows: int = 400) -> tuple[Dataset, Splits]:
    ids = TextColumn.of([f"c{key}" for key in range(rows)])
    return dataset(rows), customer_folds(ids, [Cutoff(0)], Horizon(APART))


@pytest.mark.parametrize(("made", "fits"), [(in_time, 4), (in_folds, ROUNDS * (5 + 10))])
def test_the_predecessor_of_a_test_is_not_fitted_again(made, fits: int) -> None:  # type: ignore[no-untyped-def]
    """Three tests in time take four fits; five folds leave one out in five ways and two in ten."""
    data, splits = made()
    fitted = FittedModels()
    for split in splits.tests:
        fit_and_calibrate(rung(LOGISTIC), data, split, fitted=fitted)
    assert fitted.fits == fits
    fit_and_calibrate(rung(LOGISTIC), data, splits.shipped, fitted=fitted)
    assert fitted.fits == fits + 1


@pytest.mark.parametrize("name", [LOGISTIC, BOOSTED, BLENDED])
def test_a_model_that_was_kept_is_the_one_fitted_afresh(name: str) -> None:
    data, splits = in_time()
    kept = FittedModels()
    for split in (*splits.tests, splits.shipped):
        again = fit_and_calibrate(rung(name), data, split, fitted=kept)
        afresh = fit_and_calibrate(rung(name), data, split, fitted=FittedModels(threads=2))
        assert again.model.to_files() == afresh.model.to_files()
        assert again.curve.to_bytes() == afresh.curve.to_bytes()
        assert again.model.to_files() == rung(name).fit(split.fit_rows(data)).to_files()


def test_rungs_of_other_settings_are_other_models() -> None:
    data, _ = in_time()
    fitted, plain = FittedModels(), rung(LOGISTIC)
    first = fitted.of(plain, data)
    assert fitted.of(replace(plain, strength=50.0), data) is not first
    assert fitted.of(plain, data) is first and fitted.fits == 2


def test_a_blend_is_made_of_the_rungs_before_it() -> None:
    data, _ = in_time()
    fitted, blend = FittedModels(), rung(BLENDED)
    for part in blend.parts:
        fitted.of(part, data)
    fitted.of(blend, data)
    assert fitted.fits == 2


def test_the_curve_is_of_answers_for_customers_not_seen_and_stands_where_they_were_found_to_be() -> (
    None
):
    data, splits = in_time()
    for split in splits.tests:
        found = fit_and_calibrate(rung(LOGISTIC), data, split, fitted=FittedModels())
        [lesson] = split.lessons(data)
        predecessor = rung(LOGISTIC).fit(lesson.fit)
        assert found.held.outcomes.tolist() == lesson.held.outcomes.tolist()
        # Platt's line through the answers of the predecessor goes through what came of them.
        assert found.probability.mean() == pytest.approx(lesson.held.outcomes.mean(), abs=0.01)
        order = np.argsort(predecessor.score(lesson.held.vectors), kind="stable")
        assert (np.diff(found.probability[order]) >= 0).all()
        told = found.curve.apply(found.model.score(found.held.vectors))
        assert told.mean() == pytest.approx(found.probability.mean(), abs=1e-6)


def test_what_comes_of_the_tested_changes_nothing_of_what_they_are_told() -> None:
    data, splits = in_time()
    for split in splits.tests:
        assert split.name
        later = data.vectors.cutoff_seconds >= split.test_rows(data).vectors.cutoff_seconds[0]
        other = Dataset(data.vectors, np.where(later, 1.0 - data.outcomes, data.outcomes))
        found, again = (
            fit_and_calibrate(rung(BLENDED), one, split, fitted=FittedModels())
            for one in (data, other)
        )
        assert found.model.to_files() == again.model.to_files()
        assert found.curve.to_bytes() == again.curve.to_bytes()


def test_folds_of_a_round_are_as_many_as_are_told() -> None:
    assert (FOLDS, ROUNDS) == (5, 2)


def test_the_curve_is_moved_to_the_season_of_the_test() -> None:
    data, splits = in_time()
    kept = FittedModels()
    split, tested = splits.tests[0], splits.tests[0].test_rows(data)
    chances = []
    for over_newest in (0.0, -0.6):
        found = fit_and_calibrate(rung(LOGISTIC), data, split, fitted=kept, over_newest=over_newest)
        chances.append(found.curve.apply(found.model.score(tested.vectors)))
    np.testing.assert_allclose(logit(chances[1]) - logit(chances[0]), -0.6, atol=0.05)
