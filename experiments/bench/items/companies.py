"""The model that ships, learned as a company would learn it: a real shop, and one whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.public_companies import online_retail
from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vectors.refresh import end_of_data
from serving.items.lists import Wishes
from serving.items.recommending import Recommending
from training.bundles.bundle import opened, write
from training.families.items.bundle import ITEM_KIND, ItemBundle
from training.families.items.ladder import LONGEST, PERSONAL, ItemLadder, Trial
from training.families.items.learning import LearnedItems, learn_items
from training.families.items.report import COLUMNS, item_cell
from training.families.items.words import ENGLISH

SHOWN = ("12748", "13027", "14156", "12376", "17850", "13145", "15311", "16029", "14911", "12346")


def learned_from(settings_path: Path) -> tuple[Workspace, LearnedItems]:
    """Ingest a company and learn to recommend for it."""
    settings = load_settings(settings_path)
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    return workspace, learn_items(open_store(workspace), settings.recommendations, threads=2)


def real_shop(data: Path, folder: Path) -> LearnedItems:
    """Online Retail: its ladder, and the lists of ten customers, to be read."""
    workspace, learned = learned_from(online_retail(data, folder))
    print_ladder(learned.ladder.rows())
    bundle_folder = folder / "bundle"
    bundle = ItemBundle(
        learned.manifest, learned.sold.catalogue, learned.shelf, learned.ranker, learned.balance
    )
    write(ITEM_KIND, learned.manifest, bundle, bundle_folder)
    found = Recommending(opened(ITEM_KIND, bundle_folder), open_store(workspace).pack())
    for customer in SHOWN:
        bought = found.bought(found.key(customer))
        listed = found.list_for(bought, found.shelving(), Wishes(5), ENGLISH)
        print(f"customer {customer}: orders within 30 days {listed.order_probability:.0%}")
        for one in listed.items:
            print(f"  {one.name:36} {one.probability:4.0%}  {one.source}; {one.text}")
    return learned


def relative_gain(ladder: ItemLadder, bar: str) -> tuple[float, float, float]:
    """How much more the shipped model finds than a rung, in percent of it, with its 95 % interval."""
    gain, low, high = ladder.of(ladder.winner).against(ladder.of(bar))
    level = (ladder.of(bar).figures["recall_10"] or 0.0) / 100
    return gain / level, low / level, high / level


def print_ladder(rows: list[dict[str, Any]]) -> None:
    """The ladder as a table."""
    print(" | ".join(["", *(title for _, title in COLUMNS)]))
    for row in rows:
        print(" | ".join([row["name"], *(item_cell(row, key) for key, _ in COLUMNS)]), flush=True)


def known_truth(folder: Path, customers: int) -> Mapping[str, float]:
    """A simulated company: the recall at 10 of the model, of the bar, and of the true affinities."""
    world = simulate(WorldSpec(customers=customers, lines_per_customer=30.0, seed=5), folder)
    workspace, learned = learned_from(world.settings_file)
    print_ladder(learned.ladder.rows())
    store, days = open_store(workspace), learned.manifest.horizon_days
    test = end_of_data(store.pack()).plus_days(-days)
    before, after = learned.sold.before(test), learned.sold.after(test, days)
    # The same customers by lot as the ladder asked about.
    category = learned.sold.catalogue.category
    asked = Trial.of(before, after, category).customers
    trial = Trial.of(before.select(asked), after.select(asked), category)
    ids = store.pack().customer_ids
    numbers = np.array([int(ids[int(key)][1:]) for key in asked])
    order = np.argsort(-world.item_shares(numbers), axis=1, kind="stable")
    truth = trial.judge("", lambda bought: order[:, :LONGEST].astype(np.int32))
    rows = learned.ladder.rows()
    bar = next(one for one in rows if one["name"] == PERSONAL)
    ours = next(one for one in rows if one["ships"])
    return {
        "truth": truth.figures["recall_10"] or 0.0,
        "ours": ours["recall_10"],
        "bar": bar["recall_10"],
    }
