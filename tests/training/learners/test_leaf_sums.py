import lightgbm
import numpy as np
import pytest

from features.vocabulary.errors import ModelRefused
from training.learners.leaf_sums import LeafSums
from training.learners.treeshap.model_text import read_forest


def booster(**settings: object) -> tuple[lightgbm.Booster, np.ndarray]:
    random = np.random.default_rng(4)
    rows = random.normal(size=(3_000, 5)).astype(np.float32)
    rows[random.random(rows.shape) < 0.2] = np.nan
    rows[random.random(rows.shape) < 0.2] = 0.0
    outcomes = (np.nan_to_num(rows[:, 0]) + random.normal(size=3_000) > 0).astype(float)
    given = {"objective": "binary", "verbosity": -1, "num_leaves": 15, **settings}
    return lightgbm.train(given, lightgbm.Dataset(rows, outcomes), 30), rows


@pytest.mark.parametrize("settings", [{}, {"zero_as_missing": True}, {"use_missing": False}])
def test_sums_of_leaves_are_lightgbms_own_raw_answers(settings: dict[str, bool]) -> None:
    trained, rows = booster(**settings)
    sums = LeafSums(read_forest(trained.model_to_string()))
    assert sums.of(rows) == pytest.approx(trained.predict(rows, raw_score=True), abs=1e-12)
    assert np.array_equal(sums.of(rows), sums.of(rows, threads=2))


def test_a_tree_that_never_splits_is_its_one_leaf() -> None:
    trained, rows = booster(min_data_in_leaf=2_999)
    sums = LeafSums(read_forest(trained.model_to_string()))
    assert sums.of(rows[:3]) == pytest.approx(trained.predict(rows[:3], raw_score=True))


def test_trees_that_split_by_category_are_refused() -> None:
    random = np.random.default_rng(5)
    rows = random.integers(0, 9, (500, 1)).astype(float)
    data = lightgbm.Dataset(rows, rows[:, 0] % 2, categorical_feature=[0])
    trained = lightgbm.train({"objective": "binary", "verbosity": -1}, data, 5)
    with pytest.raises(ModelRefused, match="split by numbers"):
        LeafSums(read_forest(trained.model_to_string()))


@pytest.mark.parametrize("size", [1, 2, 8, 9, 10])
def test_blocks_of_rows_make_no_difference(size: int) -> None:
    trained, rows = booster()
    sums = LeafSums(read_forest(trained.model_to_string()))
    expected = np.asarray(trained.predict(rows[:9], raw_score=True))
    assert len(np.unique(expected)) > 5, "no two blocks may look alike"
    for threads in (1, 2):
        found = sums.of(rows[:9], threads=threads, at_once=size)
        assert found == pytest.approx(expected, abs=1e-12)
