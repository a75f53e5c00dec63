"""Exact contributions, held against LightGBM's own ``pred_contrib`` and against the shap library."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from features.vocabulary.errors import ModelRefused
from training.learners.treeshap.explainer import Explainer
from training.learners.treeshap.leaf_groups import Limits, plan
from training.learners.treeshap.model_text import Forest, read_forest

ROWS = 600
OBJECTIVES = (
    *("regression", "binary", "poisson", "tweedie", "fair", "huber", "quantile", "mape", "gamma"),
    *("cross_entropy", "regression_l1"),
)
POSITIVE = ("poisson", "tweedie", "gamma", "mape")


def data_of(seed: int) -> tuple[NDArray[np.float32], list[int]]:
    """Rows with missing values, zeros, ties and up to three categorical columns, all at random."""
    draw = np.random.default_rng(seed)
    features = int(draw.integers(2, 22))
    rows = draw.normal(size=(ROWS, features)).round(int(draw.integers(0, 4)))
    rows[draw.random(rows.shape) < draw.choice([0, 0.1])] = np.nan
    rows[draw.random(rows.shape) < draw.choice([0, 0.3])] = 0
    categorical = list(range(int(draw.integers(0, min(4, features)))))
    for column in categorical:
        rows[:, column] = draw.integers(0, draw.choice([2, 5, 40, 200]), ROWS)
        rows[draw.random(ROWS) < 0.05, column] = np.nan
    return rows.astype(np.float32), categorical


def outcome_of(rows: NDArray[np.float32], objective: str, seed: int) -> NDArray[np.float64]:
    draw = np.random.default_rng(seed + 1)
    known = np.nan_to_num(rows).astype(np.float64)
    outcome = np.sin(known.sum(axis=1)) + known[:, 0] % 3 + draw.normal(size=ROWS) * 0.3
    if objective in ("multiclass", "multiclassova"):
        return np.asarray(np.digitize(outcome, np.quantile(outcome, [0.3, 0.6])), np.float64)
    if objective == "binary":
        return np.asarray(outcome > outcome.mean(), np.float64)
    if objective == "cross_entropy":
        return np.asarray(1.0 / (1.0 + np.exp(-outcome)))
    return np.asarray(np.exp(outcome / 2) if objective in POSITIVE else outcome)


def booster_of(seed: int, **fixed: Any) -> tuple[lightgbm.Booster, NDArray[np.float32], list[int]]:
    """A booster whose shape, objective, way of boosting and of missing values are drawn at random."""
    draw = np.random.default_rng(seed)
    rows, categorical = data_of(seed)
    chosen: dict[str, Any] = {
        "objective": str(draw.choice(OBJECTIVES)),
        "boosting": str(draw.choice(["gbdt", "dart"])),
        "num_leaves": int(draw.choice([2, 4, 7, 31, 63, 130])),
        "max_depth": int(draw.choice([-1, -1, 3, 6])),
        "min_data_in_leaf": int(draw.choice([1, 1, 20])),
        "zero_as_missing": bool(draw.random() < 0.3),
        "use_missing": bool(draw.random() < 0.8),
        "linear_tree": False,
        "learning_rate": 0.2,
        "min_data_per_group": 5,
        "cat_smooth": 1,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "num_threads": 1,
        "seed": seed,
        "verbosity": -1,
    }
    chosen |= fixed
    outcome = outcome_of(rows, chosen["objective"], seed)
    known = {"verbosity": -1, "linear_tree": chosen["linear_tree"]}
    table = lightgbm.Dataset(rows, outcome, categorical_feature=categorical, params=known)
    rounds = int(draw.choice([1, 5, 20]))
    return lightgbm.train(chosen, table, num_boost_round=rounds), rows, categorical


def questions(rows: NDArray[np.float32], categorical: list[int], seed: int) -> NDArray[np.float32]:
    """Rows a model was not made for: missing, zero, tiny, huge, infinite; codes that nobody has seen."""
    draw = np.random.default_rng(seed + 2)
    asked = rows[:60].copy()
    for odd in (np.nan, 0.0, 1e-36, -1e-35, 3e38, -3e38, np.inf, -np.inf, -7.0, -0.5):
        asked[draw.random(asked.shape) < 0.02] = odd
    codes = np.array([-1, -0.4, -2, 3.7, 31, 32, 500, 1e9, np.inf, np.nan], np.float32)
    for column in categorical:
        asked[:20, column] = draw.choice(codes, 20)
    return asked


def prove(seed: int, **fixed: Any) -> None:
    """Equal to LightGBM, adding up to its raw score, and the same however the rows are asked for."""
    booster, rows, categorical = booster_of(seed, **fixed)
    asked = questions(rows, categorical, seed)
    theirs = booster.predict(asked, pred_contrib=True, num_threads=1)
    raw = booster.predict(asked, raw_score=True, num_threads=1)
    assert isinstance(theirs, np.ndarray) and isinstance(raw, np.ndarray)
    near = 1e-12 * max(1.0, float(np.abs(theirs).max()))
    forest = read_forest(booster.model_to_string())
    bits = [(8, 6), (4, 3), (1, 1), (10, 8)][seed % 4]
    explainer = Explainer.of(forest, group_bits=bits[0], part_bits=bits[1])
    ours = explainer.contributions(asked)
    np.testing.assert_allclose(ours, theirs[:, :-1], rtol=0, atol=near)
    np.testing.assert_allclose(explainer.base, theirs[0, -1], rtol=0, atol=near)
    np.testing.assert_allclose(explainer.base + ours.sum(axis=1), raw, rtol=0, atol=near)
    alone = [explainer.contributions(asked[row : row + 1])[0] for row in range(12)]
    np.testing.assert_array_equal(ours[:12], alone)
    group_of = np.asarray(np.random.default_rng(seed).integers(0, 3, asked.shape[1]))
    grouped = Explainer.of(forest, group_of, 3).contributions(asked)
    expected = [theirs[:, :-1][:, group_of == group].sum(axis=1) for group in range(3)]
    np.testing.assert_allclose(grouped, np.column_stack(expected), rtol=0, atol=near)


@pytest.mark.parametrize("seed", range(25))
def test_contributions_of_a_random_model_are_lightgbms_own(seed: int) -> None:
    prove(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", range(100, 320, 20))
def test_contributions_of_two_hundred_and_twenty_random_models_are_lightgbms_own(
    seeds: int,
) -> None:
    for seed in range(seeds, seeds + 20):
        prove(seed)


def test_a_tree_of_more_than_64_splits_is_explained_too() -> None:
    shape = {"num_leaves": 200, "min_data_in_leaf": 1, "max_depth": -1, "boosting": "gbdt"}
    booster, _, _ = booster_of(3, **shape)
    assert np.diff(read_forest(booster.model_to_string()).first_node).max() > 64
    prove(3, **shape)


def test_a_model_without_a_single_split_explains_nothing() -> None:
    rows = np.zeros((40, 3), np.float32)
    table = lightgbm.Dataset(rows, np.arange(40.0))
    booster = lightgbm.train({"objective": "regression", "verbosity": -1}, table, 2)
    explainer = Explainer.of(read_forest(booster.model_to_string()))
    assert explainer.base == pytest.approx(19.5)
    assert explainer.contributions(rows).tolist() == [[0.0] * 3] * 40
    assert explainer.contributions(rows[:1]).tolist() == [[0.0] * 3]


def test_no_rows_are_explained_by_no_rows() -> None:
    booster, rows, _ = booster_of(1)
    explainer = Explainer.of(read_forest(booster.model_to_string()))
    assert explainer.contributions(rows[:0]).shape == (0, rows.shape[1])
    with pytest.raises(ModelRefused, match="features"):
        explainer.contributions(rows[:, 1:])


def test_two_splits_by_hand() -> None:
    """A tree on A, and on B below it; 10, 30 and 60 of a hundred rows in its leaves.

    Leaves 8 (A and B low), 4 (A low, B high), 0 (A high). Unknown values are averaged by the rows of
    the branches, so for a row with both low: nothing known 2, A known 0.25·8 + 0.75·4 = 5, B known
    0.4·8 + 0.6·0 = 3.2, both 8. Shapley: A gets ((5 - 2) + (8 - 3.2)) / 2 = 3.9, B the other 2.1.
    """
    explainer = Explainer.of(worked_example())
    assert explainer.base == pytest.approx(2.0)
    rows = np.array([[0, 0], [0, 9], [9, 0], [9, 9]], np.float32)
    found = explainer.contributions(rows)
    by_hand = [[3.9, 2.1], [2.7, -0.7], [-2.6, 0.6], [-1.8, -0.2]]
    np.testing.assert_allclose(found, by_hand, rtol=0, atol=1e-14)
    np.testing.assert_allclose(explainer.base + found.sum(axis=1), [8, 4, 0, 0], rtol=0, atol=1e-14)


def worked_example() -> Forest:
    """The tree of ``docs/exact-contributions.md`` in LightGBM's words."""
    return read_forest(
        "tree\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=1\nobjective=regression\n"
        "\nTree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=1 1\ndecision_type=2 2\n"
        "left_child=1 -1\nright_child=-3 -2\nleaf_value=8 4 0\nleaf_count=10 30 60\n"
        "internal_count=100 40\nis_linear=0\n\nend of trees\n"
    )


def texts_of_classes(text: str, classes: int) -> list[str]:
    """A model a class, of the class's own trees: LightGBM grows a tree a class in every round."""
    trees, end, parameters = text.partition("\nend of trees")
    header, *blocks = trees.split("\nTree=")
    header = header.replace(f"num_tree_per_iteration={classes}", "num_tree_per_iteration=1")
    return [
        "\nTree=".join([header, *blocks[place::classes]]) + end + parameters
        for place in range(classes)
    ]


@pytest.mark.parametrize("objective", ["multiclass", "multiclassova"])
def test_every_class_is_explained_by_its_own_trees(objective: str) -> None:
    booster, rows, categorical = booster_of(4, objective=objective, num_class=3, boosting="gbdt")
    asked = questions(rows, categorical, 4)
    theirs = np.asarray(booster.predict(asked, pred_contrib=True)).reshape(len(asked), 3, -1)
    texts = texts_of_classes(booster.model_to_string(), 3)
    assert len(texts) == booster.num_model_per_iteration() == 3
    for place, text in enumerate(texts):
        explainer = Explainer.of(read_forest(text))
        near = 1e-12 * max(1.0, float(np.abs(theirs).max()))
        found = explainer.contributions(asked)
        np.testing.assert_allclose(found, theirs[:, place, :-1], rtol=0, atol=near)
        np.testing.assert_allclose(explainer.base, theirs[0, place, -1], rtol=0, atol=near)
    with pytest.raises(ModelRefused, match=f"3 classes .{objective}"):
        read_forest(booster.model_to_string())


def test_a_model_with_one_score_is_one_forest() -> None:
    text = booster_of(6)[0].model_to_string()
    (only,) = texts_of_classes(text, 1)
    assert read_forest(only).base == read_forest(text).base


def test_threads_and_blocks_change_nothing() -> None:
    booster, rows, _ = booster_of(5)
    explainer = Explainer.of(read_forest(booster.model_to_string()))
    many = np.tile(rows, (8, 1))[:3_001]
    alone = explainer.contributions(many, threads=1)
    np.testing.assert_array_equal(explainer.contributions(many, threads=3), alone)
    np.testing.assert_array_equal(explainer.contributions(many[1_500:1_900]), alone[1_500:1_900])


def test_tables_keep_to_their_limit_and_stay_exact() -> None:
    booster, rows, _ = booster_of(8, num_leaves=63, max_depth=-1, min_data_in_leaf=1)
    forest = read_forest(booster.model_to_string())
    wide = Explainer.of(forest)
    narrow = Explainer.of(forest, most_table_bytes=wide.tables.nbytes // 6)
    assert narrow.tables.nbytes <= wide.tables.nbytes // 6
    np.testing.assert_allclose(
        narrow.contributions(rows), wide.contributions(rows), rtol=0, atol=1e-12
    )


def test_where_no_tables_are_small_enough_the_smallest_are_taken_and_stay_exact() -> None:
    booster, rows, _ = booster_of(2, num_leaves=15, max_depth=-1, min_data_in_leaf=1)
    forest = read_forest(booster.model_to_string())
    wide, smallest = Explainer.of(forest), Explainer.of(forest, most_table_bytes=0)
    assert 0 < smallest.tables.nbytes <= wide.tables.nbytes
    np.testing.assert_allclose(
        smallest.contributions(rows), wide.contributions(rows), rtol=0, atol=1e-12
    )


def test_leaves_share_several_tables_as_long_as_none_of_them_has_more_bits_than_it_may() -> None:
    booster, _, _ = booster_of(2, num_leaves=63, max_depth=-1, min_data_in_leaf=1)
    forest = read_forest(booster.model_to_string())
    limits = Limits(group_bits=4, part_bits=3, number_cost=0.0016)
    groups, members = plan(forest, np.arange(forest.features, dtype=np.int32), limits)
    begins = groups.condition_from
    bits = np.array([len(set(groups.bit[a:b])) for a, b in pairwise(begins)])
    group = np.repeat(np.arange(len(groups.points)), np.diff(groups.part_from))
    is_split = groups.points[group] > 0
    assert (bits[~is_split].max(), bits[is_split].max()) == (4, 3)
    leaves = np.bincount(members.group)
    assert np.count_nonzero((groups.points > 0) & (leaves > 1)) > 100


@pytest.mark.parametrize(("seed", "objective"), [(9, "regression"), (10, "poisson"), (11, "huber")])
def test_contributions_are_those_of_the_shap_library(seed: int, objective: str) -> None:
    shap = pytest.importorskip("shap")
    booster, rows, _ = booster_of(
        seed, objective=objective, num_leaves=31, max_depth=-1, boosting="gbdt"
    )
    explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    theirs = explainer.shap_values(rows[:50])
    ours = Explainer.of(read_forest(booster.model_to_string())).contributions(rows[:50])
    np.testing.assert_allclose(ours, np.asarray(theirs), rtol=0, atol=1e-9)


def test_paths_of_many_features_go_through_several_small_tables() -> None:
    booster, rows, _ = booster_of(2, num_leaves=63, max_depth=-1, min_data_in_leaf=1)
    forest = read_forest(booster.model_to_string())
    one, many = Explainer.of(forest, group_bits=12), Explainer.of(forest, group_bits=3, part_bits=2)
    assert many.tables.nbytes < one.tables.nbytes
    np.testing.assert_allclose(
        many.contributions(rows), one.contributions(rows), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("is_linear=0", "is_linear=1"), "linear trees"),
        (("num_tree_per_iteration=1", "num_tree_per_iteration=3"), "classes"),
        (("objective=regression", "average_output\nobjective=regression"), "random forest"),
        (("objective=regression", "objective=lambdarank"), "lambdarank"),
        (("decision_type=2 2", "decision_type=2 18"), "decision_type"),
        (("internal_count=100 40", "internal_count=100 0"), "without rows"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_cannot_be_explained_exactly_is_refused_by_name(
    changed: tuple[str, str], said: str
) -> None:
    rows = np.arange(400, dtype=np.float32).reshape(100, 4) % 17
    settings = {"objective": "regression", "num_leaves": 3, "verbosity": -1, "num_threads": 1}
    table = lightgbm.Dataset(rows, rows[:, 0] + rows[:, 1])
    text = lightgbm.train(settings, table, 1).model_to_string()
    if "internal_count" in changed[0] or "decision" in changed[0]:
        name = changed[0].split("=")[0]
        line = next(one for one in text.splitlines() if one.startswith(name))
        changed = (line, changed[1])
    assert changed[0] in text
    with pytest.raises(ModelRefused, match=said):
        read_forest(text.replace(*changed))
