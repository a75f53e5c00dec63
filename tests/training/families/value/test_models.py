"""A value model from a pack of orders to a bundle, on a small simulated company."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.company.settings.questions import ValueSettings
from features.plan.plan import standard_plan
from features.store.pack import Pack
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import BundleRefused, ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from tests.training.companies import START, company, pack_of_orders, spend
from training.bundles.bundle import opened, write
from training.families.value.bundle import VALUE_KIND, ValueBundle
from training.families.value.dataset import money_after, value_splits
from training.families.value.ladder import choose_value
from training.families.value.learning import LearnedValue, learn_value
from training.families.value.margins import MARGIN, SPEND, margins_of
from training.families.value.model import DORMANT, ONE_TIME, REGULAR, kinds_of
from training.families.value.models import BLEND, LAST, PARAMETRIC, RATE, RUNGS, TWEEDIE, TWO_PART

SETTINGS = ValueSettings(horizon_days=60)


def learned_from(pack: Pack, *, threads: int = 1) -> LearnedValue:
    return learn_value(pack, standard_plan(pack), SETTINGS, spend(pack), threads=threads)


@pytest.fixture(scope="module")
def learned(learned_value: LearnedValue) -> LearnedValue:
    return learned_value


@pytest.fixture(scope="module")
def folder(learned: LearnedValue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("value") / "bundle"
    bundle = ValueBundle(learned.manifest, learned.value, learned.reference, learned.declarations)
    write(VALUE_KIND, learned.manifest, bundle, place)
    return place


def test_money_counts_from_the_cutoff_until_just_before_the_end_of_the_horizon() -> None:
    day = DAY_SECONDS
    pack = pack_of_orders([(0, 10 * day - 1), (0, 10 * day), (0, 20 * day - 1), (0, 20 * day)], 2)
    found = money_after(
        pack.streams["purchases"],
        np.array([1.0, 20.0, 300.0, 4_000.0]),
        np.array([0, 1], np.int32),
        np.array([10 * day, 10 * day]),
        Horizon(10, 0),
    )
    assert found.tolist() == [320.0, 0.0]


def test_a_margin_is_what_is_left_after_costs_and_unknown_costs_are_as_the_others() -> None:
    found = margins_of(np.array([1000.0, -500.0]), np.array([2.0, -1.0]), np.array([300.0, 300.0]))
    assert (found.kind, found.cents.tolist()) == (MARGIN, [400.0, -200.0])
    unknown = margins_of(np.array([1000.0]), np.array([2.0]), np.array([np.nan]))
    assert (unknown.kind, unknown.cents.tolist()) == (SPEND, [1000.0])


@pytest.mark.parametrize(("days", "horizon"), [(2_000, 365), (1_400, 270), (400, 60), (130, 30)])
def test_the_horizon_is_the_longest_that_leaves_room_for_tests(days: int, horizon: int) -> None:
    splits, said = value_splits(0, Cutoff(days * DAY_SECONDS), ValueSettings())
    assert splits.horizon.days == horizon
    assert bool(said) == (horizon != 365)
    for split in splits.tests:
        split.require_embargo(splits.horizon)


def test_a_history_too_short_for_thirty_days_is_refused() -> None:
    with pytest.raises(ModelRefused, match="120 days of purchases"):
        value_splits(0, Cutoff(100 * DAY_SECONDS), ValueSettings())


def test_every_rung_is_tested_at_the_same_cutoffs_and_one_ships(learned: LearnedValue) -> None:
    rows = learned.ladder.rows
    assert [row.name for row in rows] == list(RUNGS)
    assert sum(row.ships for row in rows) == 1
    assert all(set(row.by_cutoff) == set(rows[0].by_cutoff) for row in rows)
    assert len(learned.splits.tests) >= 2


def test_the_level_is_right_whichever_rung_ships(learned: LearnedValue) -> None:
    for row in learned.ladder.rows:
        assert abs(row.figures["bias"] or 0.0) < 0.15, row.name
        assert 0.7 < (row.figures["coverage"] or 0.0) <= 1.0, row.name


def test_the_best_order_ships_and_a_rule_that_is_as_good_goes_before_it() -> None:
    gini = {RATE: 0.5, LAST: 0.4, PARAMETRIC: 0.6, TWEEDIE: 0.69, TWO_PART: 0.7, BLEND: 0.695}
    assert choose_value(gini) == TWO_PART
    assert choose_value(gini | {RATE: 0.699}) == RATE
    assert choose_value(gini | {PARAMETRIC: 0.72}) == PARAMETRIC


def test_values_are_never_negative_and_lie_in_their_range(
    shop: Pack, learned: LearnedValue
) -> None:
    plan = standard_plan(shop)
    vectors = build_vectors(shop, plan, [Cutoff((START + 420) * DAY_SECONDS)], threads=1)
    found = learned.value.of(vectors)
    assert (found.low >= 0).all() and (found.low <= found.expected).all()
    assert (found.expected <= found.high).all() and (found.if_kept >= found.expected).all()
    assert ((found.chance > 0) & (found.chance <= 1)).all()


def test_nobody_is_expected_to_bring_more_than_ten_of_their_kind_brought(
    learned: LearnedValue,
) -> None:
    huge = np.full(3, 1e12)
    found = learned.value.at(huge, np.ones(3), np.array([REGULAR, ONE_TIME, DORMANT]))
    assert found.expected.tolist() == learned.value.most.tolist()


def test_a_customer_is_dormant_after_two_horizons_of_silence_or_without_an_order() -> None:
    orders = np.array([5, 5, 1, 0], np.float32)
    silence = np.array([120, 121, 3, np.nan], np.float32)
    assert kinds_of(orders, silence, 60).tolist() == [REGULAR, DORMANT, ONE_TIME, DORMANT]


def test_a_bundle_opens_and_answers_as_the_model_did(learned: LearnedValue, folder: Path) -> None:
    bundle = opened(VALUE_KIND, folder)
    rows = learned.reference.sample(50, 3)
    assert bundle.manifest.name == "value"
    assert (
        bundle.of(rows).expected.tolist() == opened(VALUE_KIND, folder).of(rows).expected.tolist()
    )


@pytest.mark.parametrize("name", ["value.json", "level.json", "golden.npz", "plan.json"])
def test_a_changed_file_is_noticed(folder: Path, tmp_path: Path, name: str) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(BundleRefused):
        opened(VALUE_KIND, tmp_path)


def test_vectors_of_another_plan_are_refused(shop: Pack, folder: Path) -> None:
    vectors = build_vectors(shop, standard_plan(shop), [Cutoff((START + 90) * DAY_SECONDS)])
    with pytest.raises(BundleRefused, match="vectors of plan"):
        opened(VALUE_KIND, folder).bind(replace(vectors, plan_hash="another"))


def test_the_same_data_give_the_same_files_on_one_thread_or_two(
    shop: Pack, learned: LearnedValue
) -> None:
    assert learned_from(shop, threads=2).value.to_files() == learned.value.to_files()


def test_too_few_customers_are_refused_with_the_reason() -> None:
    with pytest.raises(ModelRefused, match="100 customers"):
        learned_from(company(60, days=420))
