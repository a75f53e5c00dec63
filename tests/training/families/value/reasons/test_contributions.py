"""Every expected value comes with what each feature adds in cents, and a base and all of it sum to the value."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.company.settings.questions import ValueSettings
from features.plan.plan import standard_plan
from features.store.pack import Pack
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import BundleRefused
from tests.training.companies import spend
from training.bundles.bundle import opened, write
from training.bundles.reference import Reference
from training.families.value.bundle import VALUE_KIND, ValueBundle
from training.families.value.dataset import (
    first_purchase,
    value_dataset,
    value_features,
    value_splits,
)
from training.families.value.learning import LearnedValue
from training.families.value.level import Level
from training.families.value.model import CalibratedValue
from training.families.value.models import BLEND, RUNGS, RuleValue
from training.families.value.reasons.contributions import (
    AMOUNT,
    CHANCE,
    WHOLE,
    Contributions,
    Factor,
    log_chance,
    of_factors,
    of_few_inputs,
)
from training.families.value.rungs import calibrate_value, fit_rungs
from training.learners.columns import Columns
from training.learners.trees import Trees
from training.learners.treeshap.explainer import Explainer

TWO_LEAVES = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective={objective}
feature_names=often dear
feature_infos=[0:9] [0:9]
tree_sizes=1

Tree=0
num_leaves=2
num_cat=0
split_feature={feature}
split_gain=1
threshold=4.5
decision_type=2
left_child=-1
right_child=-2
leaf_value={low} {high}
leaf_weight=75 25
leaf_count=75 25
internal_value=0
internal_weight=100
internal_count=100
is_linear=0
shrinkage=1


end of trees
"""


def straight(answers: Floats) -> Floats:
    """A level that leaves answers as they are."""
    return answers


def test_one_factor_shares_its_way_as_its_logarithms_do() -> None:
    # exp(0) = 1 at the base; 3 * log 2 in all, so 8; frequency brings two thirds of the logarithm.
    added = np.log(2.0) * np.array([[2.0, 1.0]])
    found = of_factors([Factor(WHOLE, 1.0, 0.0, added)], straight)
    assert found.base_cents == 1.0
    np.testing.assert_allclose(found.cents, [[[14 / 3, 7 / 3]]])


def test_a_chance_and_an_amount_share_the_way_as_their_logarithms_do() -> None:
    # A chance of a half doubles the amount of 10 to 40 and the chance falls to a quarter: 5 becomes 10.
    chance = Factor(CHANCE, 1.0, 0.0, np.array([[math.log(1 / 3), 0.0]]))
    amount = Factor(AMOUNT, 1.0, math.log(10.0), np.array([[math.log(4.0) / 2, math.log(4.0) / 2]]))
    found = of_factors([chance, amount], straight)
    assert found.parts == (CHANCE, AMOUNT)
    assert found.base_cents == pytest.approx(5.0)
    np.testing.assert_allclose(found.cents, [[[-5.0, 0.0], [5.0, 5.0]]], atol=1e-12)
    assert found.total[0] == pytest.approx(10.0)


def test_two_trees_by_hand() -> None:
    # Chance: a quarter has log-odds log 3, three quarters log(1/3); amount: 400 for a quarter, else 100.
    chance = Trees.from_text(
        TWO_LEAVES.format(
            objective="binary sigmoid:1", feature=0, low=-math.log(3.0), high=math.log(3.0)
        )
    )
    amount = Trees.from_text(
        TWO_LEAVES.format(objective="gamma", feature=1, low=math.log(100.0), high=math.log(400.0))
    )
    rows = np.array([[9.0, 9.0], [9.0, 0.0], [0.0, 0.0]], np.float32)
    factors = [
        Factor(CHANCE, 1.0, *chance.contributions(rows)),
        Factor(AMOUNT, 1.0, *amount.contributions(rows)),
    ]
    found = of_factors(factors, straight)
    base_chance = 1 / (1 + math.exp(math.log(3.0) / 2))
    base = base_chance * math.exp(0.75 * math.log(100.0) + 0.25 * math.log(400.0))
    assert found.base_cents == pytest.approx(base)
    np.testing.assert_allclose(found.total, [0.75 * 400, 0.75 * 100, 0.25 * 100])
    by_frequency = math.log(0.75 / base_chance)
    by_price = 0.75 * math.log(4.0)
    share = (300 - base) / (by_frequency + by_price)
    np.testing.assert_allclose(
        found.cents[0], [[by_frequency * share, 0.0], [0.0, by_price * share]], atol=1e-9
    )


def test_where_nothing_was_added_the_slope_is_taken() -> None:
    found = of_factors([Factor(WHOLE, 1.0, math.log(50.0), np.array([[0.3, -0.3]]))], straight)
    np.testing.assert_allclose(found.cents, [[[15.0, -15.0]]], rtol=1e-6)


def test_a_rate_is_shared_among_spend_and_days_as_shapley_says() -> None:
    # 100 in 50 days beside a typical 60 in 60 days: 1 a day becomes 2.
    rule = RuleValue(
        "past rate",
        Columns(("spend", "days"), *np.array([[-1e9] * 2, [1e9] * 2], np.float32)),
        1,
        0,
    )
    rows, typical = np.array([[100.0, 50.0]], np.float32), np.array([60.0, 60.0], np.float32)
    found = rule.contributions(rows, straight, typical)
    by_spend = (100 / 60 - 1 + 2 - 60 / 50) / 2
    by_days = (60 / 50 - 1 + 2 - 100 / 60) / 2
    assert found.base_cents == 1.0
    np.testing.assert_allclose(found.cents, [[[by_spend, by_days]]])


@settings(max_examples=60)
@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=2),
    st.lists(st.floats(-3, 3), min_size=2, max_size=2),
    st.floats(-2, 2),
    st.integers(0, 10_000),
)
def test_whatever_is_added_sums_to_the_value(
    chance: list[float], amount: list[float], base: float, seed: int
) -> None:
    knots = np.sort(np.random.default_rng(seed).uniform(0.1, 20.0, (2, 4)), axis=1)
    level = Level(knots[0], knots[1])
    parts = (
        Factor(CHANCE, 0.5, base, np.array([chance])),
        Factor(AMOUNT, 0.5, 1.0, np.array([amount])),
        Factor(WHOLE, 0.5, 0.7, np.array([amount])),
    )
    found = of_factors(parts, level.apply)
    logarithm = 0.5 * (
        float(log_chance(np.array([base + sum(chance)]))[0]) + 1.0 + 0.7 + 2 * sum(amount)
    )
    value = float(level.apply(np.array([math.exp(logarithm)]))[0])
    assert found.total[0] == pytest.approx(value, rel=1e-6, abs=1e-6)


@settings(max_examples=40)
@given(
    st.lists(st.floats(-5, 5, width=32), min_size=3, max_size=3),
    st.lists(st.floats(-5, 5, width=32), min_size=3, max_size=3),
)
def test_few_inputs_get_the_mean_over_all_orders_of_learning_them(
    row: list[float], typical: list[float]
) -> None:
    def answer(rows: NDArray[np.float32]) -> Floats:
        one, two, three = rows.T.astype(np.float64)
        found: Floats = one * two + np.exp(three / 5) * one
        return found

    found = of_few_inputs(answer, np.array([row], np.float32), np.array(typical, np.float32))
    means = np.zeros(3)
    orders = list(itertools.permutations(range(3)))
    for order in orders:
        known = np.array(typical, np.float32)
        for place in order:
            before = float(answer(known[None, :])[0])
            known[place] = row[place]
            means[place] += (float(answer(known[None, :])[0]) - before) / len(orders)
    np.testing.assert_allclose(found.cents[0, 0], means, atol=1e-9)


@pytest.fixture(scope="module")
def fitted(shop: Pack) -> tuple[dict[str, CalibratedValue], Vectors]:
    """Every rung that may ship, each with its level, and the customers it was learned from."""
    plan = standard_plan(shop)
    splits, _ = value_splits(
        first_purchase(shop), end_of_data(shop), ValueSettings(horizon_days=60)
    )
    dataset = value_dataset(shop, plan, splits, spend(shop))
    earlier = dataset.at(*(cutoff.seconds for cutoff in splits.shipped.fit))
    later = dataset.at(splits.shipped.calibration.seconds)
    rungs = fit_rungs(earlier, value_features(plan.feature_names), 60)
    return {
        name: calibrate_value(one, earlier, later) for name, one in rungs.items()
    }, later.vectors


@pytest.mark.parametrize("title", RUNGS)
def test_every_rung_that_may_ship_says_what_each_feature_adds(
    fitted: tuple[dict[str, CalibratedValue], Vectors], title: str
) -> None:
    value, vectors = fitted[0][title], fitted[1]
    model = value.model
    rows = model.columns.prepare(vectors.values, model.columns.positions(vectors.feature_names))
    typical = Reference.learn(vectors, np.zeros(vectors.rows)).features[10]
    typical = model.columns.prepare(
        typical[None, :], model.columns.positions(vectors.feature_names)
    )[0]

    def contributions(of: CalibratedValue, chosen: NDArray[np.float32]) -> Contributions:
        return of.model.contributions(chosen, of.level.apply, typical)

    found = contributions(value, rows)
    expected = value.level.apply(model.estimate(rows)[0])
    largest = np.abs(found.cents).max()
    np.testing.assert_allclose(found.total, expected, rtol=1e-9, atol=1e-9 * largest)
    assert found.cents.shape == (len(rows), len(found.parts), len(model.columns.names))
    for row in (0, 7, 40):
        alone = contributions(value, rows[[row]])
        np.testing.assert_allclose(alone.cents[0], found.cents[row], rtol=1e-12, atol=1e-9)
    files = value.to_files()
    again = CalibratedValue.from_files(type(model), files)
    assert np.array_equal(contributions(again, rows).cents, found.cents)


@pytest.fixture(scope="module")
def learned(learned_value: LearnedValue) -> LearnedValue:
    return learned_value


def test_base_groups_and_limit_sum_to_the_value_that_is_answered(learned: LearnedValue) -> None:
    bundle = ValueBundle(learned.manifest, learned.value, learned.reference)
    rows = learned.reference.sample(200, 4)
    found = bundle.shares(rows)
    total = found.base_cents + found.by_group.sum(axis=(1, 2)) + found.limit
    np.testing.assert_allclose(total, bundle.of(rows).expected, rtol=1e-9, atol=1e-6)
    strongest = np.abs(found.by_group.sum(axis=1)).argmax(axis=1)
    leads = found.leading[np.arange(len(rows)), strongest]
    groups = [group["name"] for group in learned.manifest.groups]
    for lead, group in zip(leads, strongest, strict=True):
        assert learned.manifest.features[lead]["group"] == groups[group]


def test_what_goes_beyond_ten_such_customers_is_taken_away_in_a_line_of_its_own(
    learned: LearnedValue,
) -> None:
    rows = learned.reference.sample(200, 5)
    free = ValueBundle(learned.manifest, learned.value, learned.reference)
    highest = float(free.of(rows).expected.max())
    held = replace(learned.value, most=np.full(3, highest / 2))
    bundle = ValueBundle(learned.manifest, held, learned.reference)
    found = bundle.shares(rows)
    assert (found.limit <= 0).all() and found.limit.min() == pytest.approx(-highest / 2)
    np.testing.assert_array_equal(found.by_group, free.shares(rows).by_group)
    total = found.base_cents + found.by_group.sum(axis=(1, 2)) + found.limit
    np.testing.assert_allclose(total, bundle.of(rows).expected, rtol=1e-9, atol=1e-6)


def test_a_bundle_proves_its_contributions_against_lightgbms_own(
    shop: Pack,
    fitted: tuple[dict[str, CalibratedValue], Vectors],
    learned: LearnedValue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def written(place: Path) -> None:
        manifest = replace(learned.manifest, learner="trees", title=BLEND)
        reference, declarations = learned.reference, learned.declarations
        bundle = ValueBundle(manifest, fitted[0][BLEND], reference, declarations)
        write(VALUE_KIND, manifest, bundle, place)

    written(tmp_path / "right")
    assert opened(VALUE_KIND, tmp_path / "right").manifest.title == BLEND
    right = Explainer.contributions
    monkeypatch.setattr(
        Explainer, "contributions", lambda self, rows, **how: right(self, rows, **how) * 1.001
    )
    with pytest.raises(BundleRefused, match="contributions as LightGBM"):
        written(tmp_path / "wrong")
    with pytest.raises(BundleRefused, match="golden rows that are valued as they were"):
        opened(VALUE_KIND, tmp_path / "right")
