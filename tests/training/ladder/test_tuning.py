"""How far trees may go: the simplest of a dozen settings that no customer's luck tells from the best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from tests.training.companies import dataset
from training.datasets.dataset import Dataset
from training.ladder import tuning
from training.ladder.rung import Rung
from training.ladder.tuning import (
    _compared,
    _folds_of,
    _paced,
    _some_customers,
    capped_settings,
    free_settings,
    search,
    tuned_rungs,
)
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.trees import BoostingSettings
from training.measures.metrics import auc

COLUMNS = 13
NAMES = tuple(f"column_{one}" for one in range(COLUMNS))
TREES = Rung("trees", BoostedModel.family, NAMES, "")
NARROW = BoostingSettings(feature_fraction=0.3, rounds_untested=100)


def together(rows: int, *, seed: int) -> Dataset:
    """One row a customer at one cutoff; two columns tell the outcome, and only together."""
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(rows, COLUMNS)).astype(np.float32)
    chance = 1 / (1 + np.exp(-1.5 * np.sign(values[:, 0] * values[:, 1])))
    outcomes = (draw.random(rows) < chance).astype(np.float64)
    keys = np.arange(rows, dtype=np.int32)
    return Dataset(Vectors("plan", NAMES, keys, np.zeros(rows, np.int64), values), outcomes)


LEARNED = together(1_200, seed=1)


def test_there_are_a_dozen_settings_the_simplest_first_and_none_too_deep_to_be_explained() -> None:
    for features in (5, COLUMNS, 300):
        settings = capped_settings(features)
        assert len(settings) == len(set(settings)) == 12
        assert max(one.depth for one in settings) <= 6
        assert [one.leaves for one in settings] == sorted(one.leaves for one in settings)
        shares = sorted({one.feature_fraction for one in settings})
        assert shares == {5: [1.0], COLUMNS: [9 / 13, 1.0], 300: [0.3]}[features]
        free = free_settings(features)
        assert all(one.depth == -1 for one in free)
        assert max(one.leaves for one in free) == 2 * max(one.leaves for one in settings)


def test_the_simplest_within_one_standard_error_counts_customers_and_not_rows() -> None:
    settings = [BoostingSettings(leaves=leaves) for leaves in (3, 7)]
    # Of four customers with two equal rows each, 0.4, 0, 0 and 0.4 more is lost by the simpler.
    worse = np.repeat([0.4, 0.0, 0.0, 0.4], 2)
    keys = np.repeat(np.arange(4, dtype=np.int32), 2)
    simple, best = _compared(settings, [0.5 + worse, np.full(8, 0.5)], keys)
    assert (simple.log_loss, simple.behind) == (0.7, 0.2)
    # Each customer is 0.4 off the mean in sum, four such sums over eight rows: 0.8 / 8.
    assert simple.error == pytest.approx(0.1)
    assert (best.behind, best.error) == (0.0, 0.0)
    assert tuning.simplest([simple, best]) is best
    _, alike = _compared(settings, [0.5 + worse / 2, np.array([0.5, 0.5, 1.1, 1.1] * 2)], keys)
    assert alike.behind > 0


def test_what_only_tells_together_is_found_where_one_setting_for_all_widths_misses_it() -> None:
    asked = together(6_000, seed=2)
    (rung,), found = tuned_rungs([TREES], LEARNED)
    taken = found["trees"].settings
    assert rung.settings == taken and taken.feature_fraction > 0.3
    areas = [
        auc(asked.outcomes, one.fit(LEARNED).score(asked.vectors))
        for one in (rung, replace(TREES, settings=NARROW))
    ]
    assert areas[0] > areas[1] + 0.01
    told = found["trees"].as_dict()
    assert [one["taken"] for one in told["tried"]].count(True) == 1
    assert told["rows"] == 1_200 and told["rounds"] == taken.rounds_untested


@pytest.mark.parametrize(("cutoffs", "are_found"), [(1, True), (2, True), (3, False)])
def test_rounds_are_looked_for_where_a_fit_has_one_cutoff_which_may_be_the_predecessors(
    cutoffs: int, are_found: bool
) -> None:
    days = np.repeat(np.arange(cutoffs), LEARNED.rows // cutoffs) * 864_000
    vectors = replace(LEARNED.vectors, cutoff_seconds=days)
    found = search(TREES, Dataset(vectors, LEARNED.outcomes), capped_settings(COLUMNS)[:1])
    assert found is not None and (found.rounds is not None) == are_found
    assert not are_found or found.rounds == found.settings.rounds_untested


@pytest.mark.parametrize(
    ("features", "rows", "rate", "rounds"),
    [
        (40, 20_000, 0.03, 1_200),
        (41, 20_000, 0.06, 600),
        (40, 20_001, 0.06, 600),
        (500, 10_000, 0.06, 600),
        (500, 10_001, 0.1, 600),
    ],
)
def test_a_small_table_is_learned_slowly_and_a_large_one_fast(
    features: int, rows: int, rate: float, rounds: int
) -> None:
    paced = _paced(BoostingSettings(), features, rows)
    assert (paced.learning_rate, paced.rounds) == (rate, rounds)


def test_noise_is_told_from_nothing_by_the_simplest() -> None:
    senseless = Dataset(LEARNED.vectors, np.random.default_rng(5).permutation(LEARNED.outcomes))
    settings = capped_settings(COLUMNS)
    found = search(TREES, senseless, settings)
    assert found is not None and found.settings.leaves == settings[0].leaves


def test_the_same_customers_give_the_same_settings_in_any_order_and_on_any_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.learners.trees._LEAST_VALUES_FOR_THREADS", 0)
    few = together(400, seed=3)
    settings = capped_settings(COLUMNS)[::5]
    found = [search(TREES, few, settings, threads=threads) for threads in (1, 2)]
    assert found[0] == found[1]
    order = np.random.default_rng(1).permutation(few.rows)
    folds = _folds_of(few)
    assert _folds_of(few.select(order)).tolist() == folds[order].tolist()


def test_a_customer_is_in_one_fold_and_every_fold_has_as_many_of_either_outcome() -> None:
    learned = dataset(600)
    folds = _folds_of(learned)
    keys = learned.vectors.customer_keys
    assert all(len(np.unique(folds[keys == key])) == 1 for key in np.unique(keys))
    ever = np.array([learned.outcomes[keys == key].max() for key in np.unique(keys)])
    of_customers = np.array([folds[keys == key][0] for key in np.unique(keys)])
    for outcome in (0.0, 1.0):
        counts = np.bincount(of_customers[ever == outcome], minlength=tuning.FOLDS)
        assert counts.max() - counts.min() <= 1


def test_of_very_many_rows_those_of_some_customers_are_read_whoever_else_is_there() -> None:
    learned = dataset(2_000)
    some = _some_customers(learned, 500)
    keys = learned.vectors.customer_keys
    chosen = set(some.vectors.customer_keys.tolist())
    assert some.rows == int(np.isin(keys, list(chosen)).sum()) and 400 < some.rows < 600
    half = learned.select(keys < 500)
    assert set(_some_customers(half, 250).vectors.customer_keys.tolist()) == {
        one for one in chosen if one < 500
    }
    assert _some_customers(learned, 2_000) is learned


def test_too_few_of_either_outcome_leave_the_usual_settings() -> None:
    few = LEARNED.select(np.flatnonzero(LEARNED.outcomes == 0)[:300])
    outcomes = np.zeros(few.rows)
    outcomes[:19] = 1.0
    rungs, found = tuned_rungs([TREES], Dataset(few.vectors, outcomes))
    assert rungs == (TREES,) and not found


def test_a_blend_takes_the_trees_as_they_were_found_and_own_settings_stay() -> None:
    few = together(300, seed=4)
    line = Rung("line", LogisticModel.family, NAMES, "")
    both = Rung("both", BlendedModel.family, NAMES, "", parts=(line, TREES))
    own = replace(TREES, name="own", settings=NARROW)
    rungs, found = tuned_rungs([line, TREES, both, own], few)
    by_name = {one.name: one for one in rungs}
    assert by_name["both"].parts == (line, by_name["trees"])
    assert by_name["own"] == own and by_name["line"] == line and set(found) == {"trees"}
