"""From the command line to recommendations in use, with their run and their gate."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import BundleRefused
from regulars.main import main
from tests.commands.shop import leaving_and_staying, write_shop
from tests.oracles.mlflow_client import nested_runs
from tests.training.families.items.drugstore import ITEMS, write_drugstore
from tests.training.families.items.histories import history
from training.bundles.bundle import current, opened, write
from training.bundles.promoted import PromotedBundles
from training.datasets.purchases.bought import Bought
from training.datasets.purchases.sold import Sold
from training.families.items.balance.choice import balanced_lists
from training.families.items.bundle import (
    ITEM_KIND,
    ItemBundle,
)
from training.families.items.checks import items_gate
from training.families.items.ladder import PERSONAL, Trial
from training.families.items.learning import (
    LearnedItems,
    learn_items,
    next_best,
)
from training.families.items.measures import Lists
from training.families.items.pairs.pair_features import NAMES, PAIR_GROUPS
from training.families.items.report import item_card
from training.families.items.rivals import OWN_SHARES
from training.registry.registry import Registry


def run(settings: Path, *words: str, code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(main, [*words, "--settings", str(settings), "--json"])
    assert result.exit_code == code, result.output
    answer: dict[str, object] = json.loads(result.output.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    path = write_drugstore(tmp_path_factory.mktemp("drugstore"))
    run(path, "ingest")
    return path, run(path, "train", "recommendations")


@pytest.fixture(scope="module")
def workspace(trained: tuple[Path, dict[str, object]]) -> Workspace:
    return Workspace(load_settings(trained[0]).workspace_folder)


@pytest.fixture(scope="module")
def bundle(workspace: Workspace) -> ItemBundle:
    found = current(ITEM_KIND, workspace)
    assert found is not None
    return found


def test_trained_recommendations_are_in_use_with_their_card_and_their_ladder(
    trained: tuple[Path, dict[str, object]], workspace: Workspace, bundle: ItemBundle
) -> None:
    path, summary = trained
    assert summary["promoted"] and bundle.manifest.title == summary["title"]
    assert str(summary["title"]).startswith("two stages on ")
    assert "All items are ranked and none is sampled" in str(summary["card"])
    registry = Registry(load_settings(path), workspace, "recommendations")
    names = {one["name"] for one in bundle.manifest.ladder}
    assert {PERSONAL, "popularity", "implicit ALS", "TIFU-KNN of next baskets"} <= names
    assert len(nested_runs(registry, str(summary["run_id"]))) == len(names)
    logged = {one.name for one in workspace.mlflow.rglob("*") if one.is_file()}
    assert {"ladder.md", "ladder.csv", "ladder.json", "card.md", "kernel_weights.npz"} <= logged
    assert {"coverage.png", "data.md"} <= logged


def test_every_rung_tells_repeats_from_first_purchases(bundle: ItemBundle) -> None:
    for row in bundle.manifest.ladder:
        for kind in ("", "repeat_", "explore_"):
            for measure in ("recall", "ndcg", "hit"):
                for count in (10, 20):
                    assert 0.0 <= row[f"{kind}{measure}_{count}"] <= 1.0
        assert row["recall_10_low"] <= row["recall_10"] <= row["recall_10_high"]
        assert 0.0 < row["coverage"] <= 1.0
        assert 0.0 <= row["diversity"] <= 1.0 and 0.0 <= row["gini"] < 1.0
        assert row["novelty"] > 0.0 and 0.0 <= row["share_of_repeats"] <= 1.0
    # A list may be of one shelf; not all of them are.
    assert max(row["diversity"] for row in bundle.manifest.ladder) > 0.0


def test_candidates_come_from_the_kernel_that_found_most(bundle: ItemBundle) -> None:
    choice = bundle.manifest.evaluation["choice_of_kernel"]
    assert len(set(choice.values())) > 1
    assert bundle.manifest.title == "two stages on " + max(choice, key=choice.__getitem__)


def test_the_card_says_how_the_other_ways_were_set_up(bundle: ItemBundle) -> None:
    manifest, day = bundle.manifest, "2025-06-01"
    told = dict.fromkeys(("tested_at", "as_of"), day) | {"chosen_at": day, "fitted_at": [day]}
    share = manifest.evaluation["rivals"]["own_share"]
    assert share in OWN_SHARES
    assert f"own baskets count {share:.0%}" in item_card(manifest, told)
    settings = {**manifest.evaluation["rivals"], "own_share": None}
    many = replace(manifest, evaluation={**manifest.evaluation, "rivals": settings})
    assert "too many customers to compare" in item_card(many, told)


def test_a_way_to_recommend_is_judged_by_those_who_bought_on_both_sides() -> None:
    """The first buys item 1 again and 2 for the first time, the second never again, the third only now."""
    before = history([[(1, 0, 1), (1, 1, 1)], [(1, 1, 1)], []], 3)
    after = history([[(5, 1, 1), (5, 2, 1)], [], [(5, 0, 1)]], 3)

    def everybody(bought: Bought) -> Lists:
        return np.tile(np.array([[1, 0]], np.int32), (bought.customers, 1))

    trial = Trial.of(before, after, np.array([4, 4, 5], np.int32))
    found = trial.judge("all", everybody)
    assert trial.customers.tolist() == [0] and trial.recall(everybody) == 0.5
    assert [found.figures[f"{kind}recall_10"] for kind in ("", "repeat_", "explore_")] == [
        0.5,
        1.0,
        0.0,
    ]
    assert found.figures["new_customers_recall_10"] == 1.0
    assert found.figures["coverage"] == 2 / 3 and found.figures["share_of_repeats"] == 1.0
    assert found.figures["diversity"] == 0.0
    # The more a listed item is bought the less it tells: by one, and by two of three customers.
    assert found.figures["novelty"] == pytest.approx((1.0 - np.log2(3 / 4)) / 2)
    uncategorised = Trial.of(before, after, np.full(3, -1, np.int32))
    assert uncategorised.judge("all", everybody).figures["diversity"] is None


def test_what_ships_finds_more_than_what_was_bought_most_often(bundle: ItemBundle) -> None:
    assert bundle.manifest.metrics["gain_low"] > 0.0


def test_customers_are_listed_items_of_their_own_taste(
    workspace: Workspace, bundle: ItemBundle
) -> None:
    sold = Sold.of_store(open_store(workspace))
    bought = sold.before(end_of_data(open_store(workspace).pack()))
    lists = balanced_lists(0.0, bundle.shelf, bundle.ranker)(bought)[:, :8]
    tastes = np.arange(bought.customers) % 3
    assert (lists % 3 == tastes[:, None]).mean() > 0.9


def test_pushes_and_base_sum_to_the_log_odds(workspace: Workspace, bundle: ItemBundle) -> None:
    sold = Sold.of_store(open_store(workspace))
    bought = sold.before(end_of_data(open_store(workspace).pack()))
    values = bundle.shelf.pairs(bought.select(np.arange(5))).values
    pushes = bundle.ranker.pushes(values)
    assert pushes.shape == (len(values), len(PAIR_GROUPS))
    total = bundle.ranker.base + pushes.sum(axis=1)
    assert total == pytest.approx(bundle.ranker.log_odds(values), abs=1e-9)


def test_of_who_never_ordered_the_chance_is_the_share_of_customers_who_took_it_lately(
    workspace: Workspace, bundle: ItemBundle
) -> None:
    sold = Sold.of_store(open_store(workspace))
    end = end_of_data(open_store(workspace).pack())
    bought = sold.before(end)
    lately = bought.seconds >= end.plus_days(-30).seconds
    active = len(set(bought.owners[lately].tolist()))
    nobody = bought.select(np.array([0])).nothing()
    pairs = bundle.shelf.pairs(nobody)
    chances = 1 / (1 + np.exp(-bundle.ranker.log_odds(pairs.values)))
    for item, chance in zip(pairs.items.tolist(), chances.tolist(), strict=True):
        takers = len(set(bought.owners[lately & (bought.items == item)].tolist()))
        assert chance == pytest.approx((takers + 0.5) / active, rel=1e-4)
    pushes = bundle.ranker.pushes(pairs.values)
    assert bundle.ranker.base + pushes.sum(axis=1) == pytest.approx(
        bundle.ranker.log_odds(pairs.values), abs=1e-9
    )
    assert (pushes != 0).any(axis=0).sum() == 1


@pytest.fixture(scope="module")
def learned(workspace: Workspace) -> LearnedItems:
    settings = load_settings(workspace.folder.parent / "regulars.toml").recommendations
    return learn_items(open_store(workspace), settings, threads=1)


def test_the_same_data_give_the_same_bundle_whatever_the_threads(
    workspace: Workspace, learned: LearnedItems, tmp_path: Path
) -> None:
    settings = load_settings(workspace.folder.parent / "regulars.toml").recommendations
    digests: list[str] = []
    for one in (learned, learn_items(open_store(workspace), settings, threads=2)):
        bundle = ItemBundle(one.manifest, one.sold.catalogue, one.shelf, one.ranker, one.balance)
        place = tmp_path / str(len(digests))
        digests.append(write(ITEM_KIND, one.manifest, bundle, place).digest)
    assert digests[0] == digests[1]


def test_where_the_gate_keeps_a_choice_out_the_next_best_is_learned_and_tested(
    learned: LearnedItems,
) -> None:
    choice = learned.manifest.evaluation["choice_of_kernel"]
    best, second = sorted(choice, key=lambda name: -choice[name])[:2]
    found = next_best(learned, "too slow")
    assert found is not None
    assert (learned.manifest.task.kernel, found.manifest.task.kernel) == (best, second)
    assert found.manifest.title == f"two stages on {second}" == found.ladder.winner
    note = f"{learned.manifest.title} was as good or better at the tests, and the gate keeps it out: too slow"
    assert note in found.manifest.notes and note not in learned.manifest.notes
    # The other ways are those of before, to the last digit; the new one stands in the place of the old.
    mine = {one["name"]: one["recall_10"] for one in learned.manifest.ladder}
    theirs = {one["name"]: one["recall_10"] for one in found.manifest.ladder}
    assert set(mine) ^ set(theirs) == {learned.manifest.title, found.manifest.title}
    assert all(theirs[name] == mine[name] for name in set(mine) & set(theirs))
    kept_out = dict.fromkeys(choice, "too slow")
    assert next_best(replace(learned, passed_over=kept_out), "too slow") is None


def test_a_bundle_holds_items_and_no_customer(workspace: Workspace) -> None:
    folder = PromotedBundles(workspace, ITEM_KIND).folder
    content = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert b"c001" not in content and b"c239" not in content
    assert b"a35" in content


def test_a_changed_byte_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    shelf = PromotedBundles(workspace, ITEM_KIND)
    manifest = shelf.champion_manifest()
    assert manifest is not None
    folder = tmp_path / "copy"
    shutil.copytree(shelf.exported(manifest.digest), folder)
    content = bytearray((folder / "kernel_weights.npz").read_bytes())
    content[-200] ^= 1
    (folder / "kernel_weights.npz").write_bytes(bytes(content))
    with pytest.raises(BundleRefused, match="as it was written"):
        opened(ITEM_KIND, folder)


def test_the_gate_measures_against_the_champion(workspace: Workspace) -> None:
    shelf = PromotedBundles(workspace, ITEM_KIND)
    manifest = shelf.champion_manifest()
    assert manifest is not None
    checks = {one.name: one for one in items_gate(shelf.exported(manifest.digest), manifest)}
    assert all(one.passed for one in checks.values())
    assert checks["recall against the champion"].figure == "+0.0000"
    better = dict(manifest.metrics) | {"recall_10": manifest.metrics["recall_10"] + 0.1}
    champion = replace(manifest, metrics=better)
    checks = {one.name: one for one in items_gate(shelf.exported(manifest.digest), champion)}
    assert not checks["recall against the champion"].passed


def test_pair_features_are_told_in_the_bundle(bundle: ItemBundle) -> None:
    assert tuple(bundle.manifest.feature_names) == NAMES
    assert len(bundle.catalogue) == ITEMS
    assert bundle.catalogue.name(bundle.catalogue.find("a07")) == "Item 7"
    assert bundle.catalogue.in_category("Shelf 1").sum() == 12
    assert not bundle.catalogue.in_category("Shelf 9").any()


def test_too_short_a_history_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = write_shop(tmp_path, leaving_and_staying(60, days=75))
    run(path, "ingest")
    refused = run(path, "train", "recommendations", code=1)
    assert "purchases of at least 90 days" in json.dumps(refused)
    assert not (tmp_path / ".workspace" / "bundles" / "recommendations").exists()
