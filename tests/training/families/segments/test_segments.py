"""Segments: found, named, kept and matched; every small table can be checked by head."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score

from features.lifecycle.stages import Lifecycle, LifecycleStatus, Stage
from features.plan.dictionary import full_plan
from features.vectors.vectors import Vectors
from features.vocabulary.errors import BundleRefused, ModelRefused
from features.vocabulary.time import Cutoff, Horizon
from tests.oracles.segments import segments_of_everybody
from tests.training.companies import company, pack_of_orders
from training.bundles.bundle import opened, write
from training.bundles.manifest import Manifest
from training.families.segments.bundle import SEGMENT_KIND, SegmentBundle
from training.families.segments.choice import (
    Following,
    choose,
)
from training.families.segments.clusters import adjusted_rand, centroids, nearest, principal_axes
from training.families.segments.learning import LearnedSegments, learn_segments
from training.families.segments.model import NO_SEGMENT, Space
from training.families.segments.names import continued, inherited, name_segments
from training.families.segments.now.migration import Migration
from training.families.segments.now.past_spend import known_spend
from training.families.segments.now.standing import Standing
from training.families.segments.now.today import yearly_spend
from training.families.segments.traits import MOST_TRAITS, Trait, traits_of
from training.families.segments.usefulness import equal_groups, explained, gain_interval, quintiles

QUARTER = Horizon(60)
PACK = company(500)
A_DAY = 86_400


@pytest.fixture(scope="module")
def learned() -> LearnedSegments:
    """Segments of the small simulated company."""
    return learn_segments(PACK, QUARTER, threads=1)


def following(rows: int, *, seed: int = 0) -> Following:
    generator = np.random.default_rng(seed)
    spend = generator.integers(0, 9_000, rows)
    return Following(spend, generator.random(rows).round(), generator.integers(3, 16, rows))


def blobs(kinds: int, *, each: int = 60) -> np.ndarray:
    """So many well separated kinds of customers in the plane."""
    corners = 10.0 * np.array([(one % 3, one // 3) for one in range(kinds)])
    return np.repeat(corners, each, axis=0) + np.random.default_rng(1).normal(
        0, 0.5, (kinds * each, 2)
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_the_rand_index_is_that_of_another_program(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs).T
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other))


def test_a_point_alone_is_as_near_as_among_others() -> None:
    points, centres = blobs(4), blobs(4)[::60]
    together = nearest(points, centres)
    alone = [nearest(points[[row]], centres) for row in range(0, 240, 7)]
    assert [int(one[0][0]) for one in alone] == together[0][::7].tolist()
    assert [float(one[1][0]) for one in alone] == together[1][::7].tolist()


def test_the_axes_are_those_of_another_program_up_to_their_sign() -> None:
    points = np.random.default_rng(2).normal(size=(200, 6)) @ np.diag([5.0, 3, 2, 1, 0.5, 0.1])
    axes, other = principal_axes(points), PCA(0.9).fit(points).components_.T
    assert axes.shape == other.shape
    assert np.abs((axes * other).sum(axis=0)) == pytest.approx(np.ones(axes.shape[1]), abs=1e-6)


def test_planted_kinds_of_customers_are_found_however_many_they_are() -> None:
    for kinds in (5, 7):
        kind = np.repeat(np.arange(kinds), 60)
        telling = replace(
            following(60 * kinds), spend_cents=100 * kind, left=(kind % 2).astype(np.float64)
        )
        choice = choose(blobs(kinds), telling)
        assert choice.chosen.segments == kinds
        assert choice.chosen.stability == choice.chosen.spend_explained == 1.0
        assert choice.chosen.smallest_share == pytest.approx(1 / kinds)


def test_too_few_customers_are_refused_and_so_are_customers_who_do_not_differ() -> None:
    with pytest.raises(ModelRefused, match="at least 100 customers"):
        choose(blobs(3, each=10), following(30))
    far = np.array([[500.0, 0.0], [0.0, 500.0], [500.0, 500.0], [900.0, 0.0]])
    lonely = np.vstack([blobs(1, each=200), far])
    with pytest.raises(ModelRefused, match="segments of at least 10 customers"):
        choose(lonely, following(204), counts=(5,))


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-50, 50)), min_size=2, max_size=30))
def test_the_variance_explained_is_one_less_what_is_left_within_groups(
    rows: list[tuple[int, float]],
) -> None:
    groups, outcome = np.array([one for one, _ in rows]), np.array([two for _, two in rows])
    within = sum(
        float(((outcome[groups == one] - outcome[groups == one].mean()) ** 2).sum())
        for one in set(groups.tolist())
    )
    whole = float(((outcome - outcome.mean()) ** 2).sum())
    if whole > 1e-6:
        assert explained(groups, outcome) == pytest.approx(1 - within / whole, abs=1e-9)


def test_groups_that_tell_more_do_so_in_the_whole_interval_and_equal_ones_in_none_of_it() -> None:
    groups = np.repeat(np.arange(5), 40)
    outcome = groups + np.random.default_rng(4).normal(0, 1, 200)
    low, high = gain_interval(groups, np.tile(np.arange(5), 40), outcome)
    assert 0 < low < high < 1
    assert gain_interval(groups, groups + 3, outcome) == (0.0, 0.0)


def test_quintiles_keep_equals_together_and_groups_by_score_are_about_equal() -> None:
    assert quintiles(np.array([5.0, 1, 1, 3, 9])).tolist() == [4, 2, 2, 3, 5]
    assert equal_groups(np.array([3, 3, 8, 8, 15, 15]), 3).tolist() == [0, 0, 1, 1, 2, 2]


def test_names_tell_the_two_most_marked_habits_and_the_value() -> None:
    traits = [
        Trait("orders_count_365d", "frequency", "frequent", "rare"),
        Trait("orders_count_90d", "frequency", "busy of late", "quiet of late"),
        Trait("spend_sum_365d", "spend", "large spend", "small spend"),
        Trait("items_count_365d", "basket", "wide range", "narrow range"),
    ]
    differences = np.array([[1.0, 0.9, 2.0, 0.5], [-0.2, 0.1, 0.0, -0.4], [0.0, 0.1, 0.2, 0.1]])
    assert name_segments(differences, traits, np.array([2.0, 0.4, 1.0])) == (
        "Frequent, wide range, high value",
        "Narrow range, low value",
        "Like most, middle value",
    )


@settings(max_examples=40)
@given(st.lists(st.lists(st.floats(-2, 2), min_size=4, max_size=4), min_size=1, max_size=9))
def test_no_two_segments_have_one_name(rows: list[list[float]]) -> None:
    traits = [Trait(f"f{one}", f"g{one % 3}", f"much {one}", f"little {one}") for one in range(4)]
    names = name_segments(np.array(rows), traits, np.ones(len(rows)))
    assert len(set(names)) == len(names)


def test_a_segment_that_shares_its_people_keeps_id_and_name_and_a_new_one_gets_fresh_ones() -> None:
    old = np.array([0] * 10 + [1] * 10 + [2] * 10 + [-1] * 5)
    new = np.array([2] * 10 + [0] * 9 + [1] * 3 + [3] * 8 + [-1] * 5)
    pairs = continued(new, 4, old, 3)
    assert pairs == {2: 0, 0: 1, 3: 2}
    names = ("Rare", "Frequent", "Regular", "Growing")
    assert inherited(names, pairs, (4, 7, 1), ("Frequent", "Steady", "Slow"), 9) == (
        (7, 9, 4, 1),
        ("Steady", "Frequent (2)", "Frequent", "Slow"),
        10,
    )


def test_people_who_were_shuffled_are_no_continuation() -> None:
    old = np.repeat(np.arange(5), 20)
    assert continued(np.tile(np.arange(5), 20), 5, old, 5) == {}


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 2, *[st.integers(-99, 999)] * 2), max_size=30))
def test_a_migration_loses_neither_a_customer_nor_a_cent(
    rows: list[tuple[int, int, int, int]],
) -> None:
    before, after, first, second = np.array(rows, np.int64).reshape(-1, 4).T
    moments = (Cutoff(0), Cutoff(A_DAY))
    found = Migration.count(moments, ("a", "b", "c"), (before, after), (first, second))
    assert found.customers.sum(axis=1).tolist() == np.bincount(before, minlength=3).tolist()
    assert found.customers.sum(axis=0).tolist() == np.bincount(after, minlength=3).tolist()
    assert found.spend_before_cents is not None and found.spend_after_cents is not None
    assert found.spend_before_cents.sum() == first.sum()
    assert found.spend_after_cents.sum() == second.sum()
    totals = found.rates.sum(axis=1)
    assert all(one == pytest.approx(1) or one == 0 for one in totals)
    assert len(found.csv().splitlines()) == 1 + np.count_nonzero(found.customers)


def test_a_migration_reads_in_counts_rates_and_money() -> None:
    moments = (Cutoff(0), Cutoff(A_DAY))
    places = (np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]))
    money = (np.array([100, 200, 300, 5000]), np.array([100, 0, 900, 4000]))
    text = Migration.count(moments, ("often", "rarely"), places, money).markdown()
    assert "From 1970-01-01 (rows) to 1970-01-02 (columns)" in text
    assert "| often | 1 (33 %) | 2 (67 %) |" in text
    assert "| often | +0 | +4 |" in text and "| rarely | +0 | -10 |" in text


def test_everybody_stands_in_one_cell_of_stage_and_status() -> None:
    lifecycle = Lifecycle(
        np.array([Stage.REPEAT, Stage.REPEAT, Stage.SUSPECT], np.int8),
        np.array([LifecycleStatus.ACTIVE, LifecycleStatus.ACTIVE, LifecycleStatus.NEW], np.int8),
    )
    found = Standing.count(Cutoff(0), lifecycle, np.array([100, 250, 0]))
    assert found.rows() == [
        {"stage": "suspect", "status": "new", "customers": 1, "spend_cents": 0},
        {"stage": "repeat", "status": "active", "customers": 2, "spend_cents": 350},
    ]
    assert "| Repeat | – | 2 (4) |" in found.markdown()


def test_spend_counts_from_its_first_instant_to_before_the_cutoff_as_it_was_known() -> None:
    pack = pack_of_orders([(0, A_DAY), (0, 2 * A_DAY - 1), (0, 2 * A_DAY), (1, A_DAY - 1)], 3)
    stream = pack.streams["purchases"]
    first, second = (int(one) for one in stream.columns["amount_cents"][:2])
    assert known_spend(stream, 2 * A_DAY, 1).tolist() == [first + second, 0, 0]
    late = replace(stream, known=stream.seconds + np.array([0, 2, 0, 0]))
    assert known_spend(late, 2 * A_DAY, 1).tolist() == [first, 0, 0]


def written(
    folder: Path, learned: LearnedSegments, profile: Sequence[Mapping[str, Any]] = ()
) -> Manifest:
    bundle = SegmentBundle(learned.manifest, learned.model, learned.declarations, [*profile])
    return write(SEGMENT_KIND, learned.manifest, bundle, folder)


def test_the_same_events_give_the_same_bytes_on_one_thread_and_on_two(
    learned: LearnedSegments, tmp_path: Path
) -> None:
    again = learn_segments(PACK, QUARTER, threads=2)
    digests = [
        written(tmp_path / name, one, [each.as_dict() for each in one.today.profiles]).digest
        for name, one in (("one", learned), ("two", again))
    ]
    assert digests[0] == digests[1]
    bundle = opened(SEGMENT_KIND, tmp_path / "one")
    assert bundle.model.to_files() == learned.model.to_files()
    everybody = segments_of_everybody(bundle, PACK, learned.today.cutoff)
    counts = {one.segment_id: one.customers for one in learned.today.profiles}
    assert {one: int((everybody == one).sum()) for one in counts} == counts


def test_profiles_and_migration_count_the_same_customers_and_money(
    learned: LearnedSegments,
) -> None:
    today = learned.today
    spend, after = yearly_spend(PACK, today.cutoff), today.migration.spend_after_cents
    assert spend is not None and after is not None
    assert today.migration.customers.sum() == PACK.customers == today.standing.customers.sum()
    assert after.sum() == spend.sum()
    arrived = today.migration.customers.sum(axis=0)
    for place, one in enumerate(today.profiles):
        assert arrived[place] == one.customers
        assert one.facts and one.share <= 1
    assert sum(one.share for one in today.profiles) == pytest.approx(1)
    assert min(one.customers for one in today.profiles) >= 10


def test_the_order_of_the_features_and_of_the_rows_changes_nobodys_segment(
    learned: LearnedSegments,
) -> None:
    model = learned.model
    names = tuple(one.feature.name for one in learned.declarations)
    values = np.random.default_rng(3).gamma(2, 20, (50, len(names))).astype(np.float32)
    keys, cutoffs = np.arange(50, dtype=np.int32), np.zeros(50, np.int64)
    vectors = Vectors("p", names, keys, cutoffs, values)
    turned = Vectors("p", names[::-1], keys, cutoffs, values[:, ::-1])
    assert model.assign(vectors).tolist() == model.assign(turned).tolist()
    assert model.assign(vectors).tolist()[::-1] == model.assign(vectors.select(keys[::-1])).tolist()
    with pytest.raises(ModelRefused, match="no days_since_order"):
        model.assign(Vectors("p", names[:0], keys, cutoffs, values[:, :0]))


def test_an_order_a_year_ago_to_the_second_still_gives_a_segment(learned: LearnedSegments) -> None:
    names = tuple(one.feature.name for one in learned.declarations)
    values = np.ones((3, len(names)), np.float32)
    values[:, names.index("days_since_order")] = [365.0, 365.01, np.nan]
    vectors = Vectors("p", names, np.arange(3, dtype=np.int32), np.zeros(3, np.int64), values)
    assert (learned.model.assign(vectors) != NO_SEGMENT).tolist() == [True, False, False]
    assert learned.model.name_of(NO_SEGMENT) == "No order in 365 days"


def test_a_missing_habit_stands_in_the_middle_and_an_extreme_is_held() -> None:
    values = np.arange(24, dtype=np.float32).reshape(-1, 1)
    values[3] = np.nan
    vectors = Vectors("p", ("f",), np.arange(24, dtype=np.int32), np.zeros(24, np.int64), values)
    space = Space.learn(vectors, ["f"])
    standard = space.standard(vectors)[:, 0]
    assert standard[3] == 0.0 and np.abs(standard).max() <= 3.0
    huge = replace(vectors, values=values * 1e6)
    assert space.standard(huge).max() == standard.max()
    again = Space.from_dict(space.as_dict())
    assert again.points(vectors).tolist() == space.points(vectors).tolist()


def test_changed_segments_are_refused(learned: LearnedSegments, tmp_path: Path) -> None:
    written(tmp_path, learned)
    path = tmp_path / "segments.json"
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    with pytest.raises(BundleRefused):
        opened(SEGMENT_KIND, tmp_path)


def test_golden_rows_notice_centres_that_moved(learned: LearnedSegments, tmp_path: Path) -> None:
    model = learned.model
    golden = written(tmp_path / "sound", learned)
    moved = replace(model, centres=model.centres + 0.01)
    contents = {
        name: (tmp_path / "sound" / name).read_bytes() for name in golden.files
    } | moved.to_files()
    sealed = learned.manifest.with_files(contents)
    for name, content in contents.items():
        (tmp_path / "sound" / name).write_bytes(content)
    (tmp_path / "sound" / "manifest.json").write_bytes(sealed.to_bytes())
    with pytest.raises(BundleRefused, match="fall as they fell"):
        opened(SEGMENT_KIND, tmp_path / "sound")


def test_a_short_history_is_refused_with_the_days_needed() -> None:
    with pytest.raises(ModelRefused, match="over 240 days"):
        learn_segments(company(150, days=200), Horizon(120))


def test_habits_are_at_most_forty_and_the_profile_is_none_of_them() -> None:
    features = full_plan().features
    traits = traits_of(features)
    assert 20 <= len(traits) <= MOST_TRAITS
    groups = {one.group for one in traits}
    # Nor is what the company did a habit of theirs.
    assert groups == {one.group for one in features} - {"profile", "season", "outreach"}


def test_assigning_needs_neither_sklearn_nor_scipy() -> None:
    program = (
        "import sys, training.families.segments.bundle\n"
        "heavy = ('sklearn', 'scipy', 'mlflow', 'pandas', 'matplotlib', 'lightgbm')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_a_centre_at_zero_is_written_in_one_way() -> None:
    """Minus zero equals zero, but not in the bytes of a file."""
    points = np.array([[-1e-10, 4.0], [-1e-10, 4.0], [9.0, -1e-10], [9.0, -1e-10]])
    found = centroids(points, 2, seed=7)
    assert found.tolist() == [[0.0, 4.0], [9.0, 0.0]]
    assert not np.signbit(found).any()


def test_centres_come_in_one_order_whatever_the_order_of_the_people() -> None:
    points = blobs(5)
    shuffled = points[np.random.default_rng(8).permutation(len(points))]
    one, other = centroids(points, 5, seed=7), centroids(shuffled, 5, seed=7)
    assert one == pytest.approx(other, abs=1e-6)
