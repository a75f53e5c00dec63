"""From a store to a model: an affinity where no exposures are kept, and effects only where a lot was drawn."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.world import WorldSpec, simulate
from features.company.settings.reading import Settings, load_settings
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.pack import EventStream
from features.store.store import Store, open_store
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import BundleRefused, DataRefused, ModelRefused
from features.vocabulary.time import Cutoff
from tests.republishing import republished
from tests.training.families.following import assert_all_follow, compared, kept
from training.bundles.bundle import opened, write
from training.datasets.dataset import Dataset
from training.families.offers.bundle import OFFER_KIND
from training.families.offers.checks import figure_checks
from training.families.offers.exposures.exposed import NOT_TAKEN, Exposed
from training.families.offers.exposures.ground import Asked, Ground
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offer, Offers
from training.families.offers.ladder import JOINT, JOINT_WAY, climb, offer_rungs
from training.families.offers.learning import (
    LearnedOffers,
    _Joint,
    _over_and_shown,
    _shown_or_bought,
    learn_offers,
    next_best,
)
from training.families.offers.persuading import Persuading, _stakes, experiment_of
from training.families.offers.plots import offer_plots, qini_picture
from training.families.offers.recomputed import offer_predictions
from training.families.offers.uplift.learners import LEARNERS
from training.registry.gate import failed_of

DAY = 86_400


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Store]:
    """A company that keeps no exposures."""
    folder = tmp_path_factory.mktemp("unshown")
    simulate(WorldSpec(customers=150, seed=2, lines_per_customer=25, days=400), folder)
    path = folder / "regulars.toml"
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("[tables.exposures]"), text.index("[tables.contracts]")
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    settings = load_settings(path)
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    return settings, open_store(workspace)


@pytest.fixture(scope="module")
def learned(company: tuple[Settings, Store]) -> LearnedOffers:
    settings, store = company
    return learn_offers(store, standard_plan(store.pack()), settings.offers)


def test_without_exposures_it_is_called_an_affinity_and_claims_no_effect(
    learned: LearnedOffers,
) -> None:
    manifest = learned.manifest
    assert manifest.task.kind == "affinity" and not manifest.task.is_causal
    assert learned.bundle.persuasion is None
    assert any("affinity" in note for note in manifest.notes)
    assert manifest.metrics["within_offer_auc"] > 0.6
    by_name = {row["name"]: row for row in manifest.ladder}
    assert by_name["own share of the category"]["within_offer_auc"] > 0.6


def test_who_has_only_called_and_written_has_shown_no_offer(
    company: tuple[Settings, Store],
) -> None:
    settings, store = company
    pack, offers = store.pack(), Offers.of_store(store)
    one = np.zeros(1, np.int64)
    called = EventStream(
        offsets=np.r_[0, np.ones(pack.customers, np.int64)],
        seconds=one,
        columns={"offer": one},
        dictionaries={"offer": ("call",)},
    )
    pack = replace(pack, streams={**pack.streams, "exposures": called})
    kind, bought = _shown_or_bought(pack, offers, settings.offers, end_of_data(pack))
    assert kind == "affinity" and bought.rows > 0


def test_every_figure_of_its_card_follows_from_its_file(
    learned: LearnedOffers, tmp_path: Path
) -> None:
    place = kept(tmp_path, offer_predictions(learned.ladder), learned.learning.pack)
    found = place.read("offers", "digest")
    assert [part.test for part in found.tested[: len(learned.ladder.days)]] == [
        str(day) for day in learned.ladder.days
    ]
    assert_all_follow(learned.manifest, found)
    by_offer = [one for one in compared(learned.manifest, found) if "by_offer" in one.place]
    assert len(by_offer) == 5 * len(learned.manifest.evaluation["by_offer"])


@pytest.mark.slow
def test_the_same_data_give_the_same_digest_on_one_thread_as_on_two(
    company: tuple[Settings, Store], learned: LearnedOffers, tmp_path: Path
) -> None:
    settings, store = company
    again = learn_offers(store, standard_plan(store.pack()), settings.offers, threads=1)
    digests = [
        write(OFFER_KIND, one.manifest, one.bundle, tmp_path / name).digest
        for name, one in (("one", learned), ("two", again))
    ]
    assert digests[0] == digests[1]


def test_what_was_learned_is_opened_and_a_changed_byte_is_refused(
    learned: LearnedOffers, tmp_path: Path
) -> None:
    digest = write(OFFER_KIND, learned.manifest, learned.bundle, tmp_path).digest
    assert opened(OFFER_KIND, tmp_path).manifest.digest == digest
    damaged = tmp_path / "take_propensity.json"
    damaged.write_bytes(damaged.read_bytes().replace(b"shifts", b"shofts"))
    with pytest.raises(BundleRefused):
        opened(OFFER_KIND, tmp_path)


def test_offers_nobody_can_decide_about_stop_a_training(
    company: tuple[Settings, Store], tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    settings, store = company
    folder = shutil.copytree(store.folder, tmp_path / store.folder.name)
    path = folder / "tables" / "offers.parquet"
    table = pq.read_table(path)
    place = table.column_names.index("margin_cents")
    free = np.zeros(len(table), np.int64)
    pq.write_table(table.set_column(place, "margin_cents", [free]), path)
    worthless = replace(store, folder=republished(folder))
    with pytest.raises(DataRefused, match="margin above zero"):
        learn_offers(worthless, standard_plan(store.pack()), settings.offers)


def test_offers_whose_days_are_not_over_teach_nothing(company: tuple[Settings, Store]) -> None:
    settings, store = company
    longer = replace(settings.offers, response_days=5_000)
    with pytest.raises(ModelRefused, match="are over by"):
        learn_offers(store, standard_plan(store.pack()), longer)


def exposed(rows: int = 1_000, *, apart_days: int = 40) -> tuple[Asked, Exposed]:
    """Two campaigns to the same customers, half of them shown by lot."""
    random = np.random.default_rng(1)
    keys = np.tile(np.arange(rows // 2, dtype=np.int32), 2)
    shown = np.repeat([1_000 * DAY, (1_000 + apart_days) * DAY], rows // 2)
    treated = random.random(rows) < 0.5
    acted = random.random(rows) < 0.3 + 0.2 * treated
    found = Exposed(
        keys,
        np.repeat(np.array([0, 1], np.int32), rows // 2),
        shown,
        shown,
        shown,
        shown + 30 * DAY,
        np.where(acted, shown + DAY, NOT_TAKEN),
        treated,
        np.full(rows, np.nan),
    )
    values = random.random((rows, 2)).astype(np.float32)
    vectors = Vectors("plan", ("offer_discount", "orders"), keys, shown, values)
    return Asked(Dataset(vectors, found.taken, treated), found, 2), found


def test_campaigns_kept_apart_with_a_control_are_an_experiment() -> None:
    asked, rows = exposed()
    found = experiment_of(asked, rows)
    assert found.effect()[1] > 0.1
    # Nobody said how likely the showing was: the share of each offer stands in.
    first = rows.treated[rows.offers == 0].mean()
    assert found.chances[0] == pytest.approx(first)


def test_campaigns_that_overlap_claim_no_effect() -> None:
    asked, rows = exposed(apart_days=10)
    with pytest.raises(ModelRefused, match="overlap"):
        experiment_of(asked, rows)


def test_without_a_control_or_what_it_did_no_effect_is_claimed() -> None:
    asked, rows = exposed()
    with pytest.raises(ModelRefused, match="control arm"):
        experiment_of(asked, replace(rows, treated=np.ones(rows.rows, np.bool_)))
    silent = replace(
        rows, accepted_seconds=np.where(rows.treated, rows.accepted_seconds, NOT_TAKEN)
    )
    with pytest.raises(ModelRefused, match="treated alone"):
        experiment_of(asked, silent)


@pytest.mark.parametrize("is_shown", [True, False])
def test_an_offer_of_one_arm_alone_is_named(is_shown: bool) -> None:
    asked, rows = exposed()
    alone = replace(rows, treated=np.where(rows.offers == 1, is_shown, rows.treated))
    # In the order of their numbers the tea stands second.
    with pytest.raises(ModelRefused, match="one alone of tea") as refused:
        Persuading.of(asked, alone, OFFERS, 2.0)
    assert "both arms of every offer" in refused.value.expected


def test_where_nobody_was_shown_anything_only_the_control_arm_is_found() -> None:
    _, rows = exposed()
    none, end = replace(rows, treated=np.zeros(rows.rows, np.bool_)), Cutoff(2_000 * DAY)
    with pytest.raises(ModelRefused, match="only customers of the control arm"):
        _over_and_shown(none, end, 30)
    assert _over_and_shown(rows, end, 30)[1].rows == rows.treated.sum()


OFFERS = Offers.of([Offer("tea", "Tea", 400, 100), Offer("mug", "Mug", 900, 100)])


@pytest.fixture(scope="module")
def persuading() -> Persuading:
    asked, rows = exposed(4_000)
    return Persuading.of(asked, rows, OFFERS, 2.0)


def test_both_chances_are_learned_of_all_offers_together(persuading: Persuading) -> None:
    found, experiment = persuading.persuasion(), persuading.experiment
    without, shown = found.chances(experiment.vectors)
    assert without[~experiment.treated].mean() == pytest.approx(0.3, abs=0.04)
    assert shown[experiment.treated].mean() == pytest.approx(0.5, abs=0.04)
    effect, low, high = found.effects(experiment.vectors)
    assert effect == pytest.approx(shown - without)
    assert ((low < 0.2) & (high > 0.2)).mean() > 0.9
    # An effect is a difference of chances: it is never cut off at the chance it is a part of.
    assert (effect < shown).all() and (-effect < without).all()
    told = found.as_dict()
    assert told["control"] == int((~experiment.treated).sum()) and len(told["tenths"]) == 10
    assert {one["name"] for one in told["candidates"]} == set(LEARNERS)


def test_the_level_is_drawn_of_every_model_and_qini_where_an_effect_is_told(
    learned: LearnedOffers, persuading: Persuading
) -> None:
    drawn = offer_plots(learned)
    assert set(drawn) == {"reliability.png", "calibration_by_cutoff.png"}
    qini = qini_picture(persuading, persuading.persuasion())
    assert all(one.startswith(b"\x89PNG") for one in (*drawn.values(), qini))


def test_what_decisions_would_have_brought_goes_by_each_offers_own_money() -> None:
    _, rows = exposed(400)
    stakes = _stakes(OFFERS, rows, 2.0)
    # In the order of their numbers the mug stands first.
    assert stakes.margin_cents.tolist() == [900.0] * 200 + [400.0] * 200
    assert stakes.reward_cents.tolist() == [100.0] * 400 and stakes.contact_cents == 2.0


def test_on_an_early_day_both_chances_are_learned_from_what_was_over_or_not_at_all(
    persuading: Persuading,
) -> None:
    first = np.arange(4_000) < 2_000
    found = persuading.learned_from(first)
    assert found is not None and found.pair.name == persuading.chosen.pair.name
    vectors = persuading.experiment.vectors.select(~first)
    assert found.chances(vectors)[1].mean() == pytest.approx(0.5, abs=0.06)
    assert persuading.learned_from(np.arange(4_000) < 10) is None


def test_where_one_arm_was_too_small_by_a_day_everybody_is_as_likely_as_offers_were_taken(
    persuading: Persuading,
) -> None:
    _, rows = exposed(4_000)
    some = np.flatnonzero((np.arange(4_000) < 10) | (np.arange(4_000) >= 2_000))
    few = replace(persuading, experiment=persuading.experiment.select(some))
    day = Cutoff(int(rows.shown_seconds.min()) + 31 * DAY)
    told = _Joint(few, rows.select(some))(day, few.experiment.vectors)
    first = rows.select(np.arange(10))
    assert set(told.tolist()) == {float(first.taken[first.treated].mean())}


def test_the_model_of_both_arms_ships_where_there_is_one_and_steps_back_where_it_is_kept_out() -> (
    None
):
    asked, rows = exposed(2_000)
    shown = asked.select(np.flatnonzero(rows.treated))
    asked_of: list[Cutoff] = []

    def joint(day: Cutoff, vectors: Vectors) -> Floats:
        asked_of.append(day)
        return np.full(vectors.rows, 0.5)

    found = climb(shown, offer_rungs(("offer_discount", "orders")), joint)
    assert found.winner is JOINT_WAY and tuple(asked_of) == found.days
    assert found.of(JOINT).probability.tolist() == [0.5] * found.tested.exposed.rows
    left = found.passing_over("its level is off")
    assert left is not None and left.winner.name != JOINT
    assert left.passed_over == {JOINT: "its level is off"}
    without = climb(shown, offer_rungs(("offer_discount", "orders")))
    assert without.winner.name == left.winner.name
    assert JOINT not in [one.name for one in without.rungs]


def test_tastes_are_those_of_the_last_start_of_thirty_days(
    company: tuple[Settings, Store],
) -> None:
    """Counted from 1970: all days of one stretch share what was known at its start, and nothing later."""
    _, store = company
    pack = store.pack()
    ground = Ground(pack, standard_plan(pack), Offers.of_store(store))
    stretch = 30 * DAY
    start = pack.last_known // stretch * stretch - stretch
    expected = Tastes.learn(ground.crosses.lines, Cutoff(start))
    assert 0.99 < expected.shares.sum() < 1.01 and np.any(expected.weights)
    for at in (start, start + 1, start + stretch - 1):
        found = ground.tastes(Cutoff(at))
        assert np.array_equal(found.weights, expected.weights)
        assert np.array_equal(found.shares, expected.shares)
    later = ground.tastes(Cutoff(start + stretch))
    assert not np.array_equal(later.shares, expected.shares)


def test_where_the_gate_keeps_a_way_out_the_next_best_takes_its_place_and_says_so(
    learned: LearnedOffers,
) -> None:
    ways = [learned.ladder.winner.name]
    found, rows = next_best(learned, "kept out by hand"), learned.rows
    while found is not None:
        ways.append(found.ladder.winner.name)
        assert found.manifest.title == f"{ways[-1]}, one for all offers" and found.rows == rows
        assert [row["name"] for row in found.manifest.ladder if row["ships"]] == [ways[-1]]
        told = " ".join(found.manifest.notes)
        assert f"{ways[0]} was as good or better at the tests, and the gate keeps it out" in told
        assert not failed_of(figure_checks(found.manifest.metrics))
        found = next_best(found, "kept out by hand")
    assert len(set(ways)) == len(ways)
    assert set(learned.manifest.metrics["by_cutoff"]) == set(learned.origins["tested_at"])
