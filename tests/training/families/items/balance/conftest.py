"""A ranker of a few trees over customers of three tastes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.families.items.histories import random_history
from training.datasets.purchases.item_facts import ItemFacts
from training.families.items.pairs.pairs import PairFinder
from training.families.items.ranker import Origin, Ranker
from training.families.items.recommenders.neighbours import cosine_neighbours


@pytest.fixture(scope="session")
def shelf() -> PairFinder:
    before = random_history(1)
    price = np.log(np.arange(1, 26) * 100.0).astype(np.float32)
    facts = ItemFacts.learn(before, price, (np.arange(25) % 10).astype(np.int32))
    return PairFinder(cosine_neighbours(before), facts)


@pytest.fixture(scope="session")
def ranker(shelf: PairFinder) -> Ranker:
    origin = Origin.of(shelf, random_history(1), random_history(2))
    return Ranker.fit([origin], rounds=12)
