"""What customers take next: what goes with what, and a few trees."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.contracts.families.family import BUYERS, Answers, Family
from tests.training.families.items.histories import random_history
from training.bundles.manifest import Manifest
from training.datasets.purchases.catalogue import Catalogue
from training.datasets.purchases.item_facts import ItemFacts
from training.families.items.balance.balance import COUNTS, Balance
from training.families.items.balance.sides import Sides
from training.families.items.bundle import ITEM_KIND, RECOMMENDATIONS, ItemBundle, ItemTask
from training.families.items.learning import FAMILY as TWO_STAGES
from training.families.items.pairs.pair_features import NAMES as PAIR_NAMES
from training.families.items.pairs.pair_features import PAIR_FEATURES, PAIR_GROUPS
from training.families.items.pairs.pairs import PairFinder
from training.families.items.ranker import Origin, Ranker
from training.families.items.recommenders.neighbours import cosine_neighbours

CATALOGUE = 25


def items() -> ItemBundle:
    """What goes with what, and a ranker of a few trees."""
    before = random_history(1, customers=BUYERS, catalogue=CATALOGUE)
    after = random_history(2, customers=BUYERS, catalogue=CATALOGUE)
    ids = [f"i{place:02}" for place in range(CATALOGUE)]
    catalogue = Catalogue.of(ids, categories={one: f"shelf {one[-1]}" for one in ids})
    price = np.log(np.arange(1, CATALOGUE + 1) * 100.0).astype(np.float32)
    facts = ItemFacts.learn(before, price, catalogue.category)
    shelf = PairFinder(cosine_neighbours(before), facts)
    ranker = Ranker.fit([Origin.of(shelf, before, after)], rounds=12)
    manifest = Manifest(
        name=RECOMMENDATIONS,
        learner=TWO_STAGES,
        title="a test",
        task=ItemTask(30, "cosine"),
        feature_names=list(PAIR_NAMES),
        features=[asdict(one) for one in PAIR_FEATURES],
        groups=[asdict(one) for one in PAIR_GROUPS],
        base_rate=0.1,
        data_digest="d",
        data_cut="2010-12-10",
    )
    balance = Balance.of(0.5, Sides.of(shelf, ranker, before, COUNTS[-1]))
    return ItemBundle(manifest, catalogue, shelf, ranker, balance)


def item_answers(bundle: ItemBundle) -> Answers:
    pairs = bundle.shelf.pairs(random_history(3, customers=30, catalogue=CATALOGUE))
    return {
        "items": pairs.items,
        "values": pairs.values,
        "log_odds": bundle.ranker.log_odds(pairs.values),
        "order_chance": bundle.ranker.order_chance(pairs.values),
        "pushes": bundle.ranker.pushes(pairs.values),
    }


def items_explained(bundle: ItemBundle) -> tuple[NDArray[Any], NDArray[Any]]:
    found = item_answers(bundle)
    return bundle.ranker.base + found["pushes"].sum(axis=1), found["log_odds"]


FAMILY = Family(ITEM_KIND, items, item_answers, items_explained)
