"""How much of what customers bought was among their candidates, counted anew by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.families.items.histories import history, random_history
from training.datasets.purchases.item_facts import ItemFacts
from training.families.items.ladder import Trial
from training.families.items.pairs.pairs import SOURCES, PairFinder
from training.families.items.reach import CandidateRecall
from training.families.items.recommenders.neighbours import cosine_neighbours

NO_CATEGORY = np.full(25, -1, np.int32)


def shelf() -> PairFinder:
    before = random_history(1)
    facts = ItemFacts.learn(before, np.full(25, np.nan, np.float32), NO_CATEGORY)
    return PairFinder(cosine_neighbours(before), facts)


def test_the_ceiling_is_the_share_of_purchases_that_were_candidates() -> None:
    before, after, finder = random_history(1), random_history(2), shelf()
    trial = Trial.of(before, after, NO_CATEGORY)
    shares, new_shares = [], []
    for customer in trial.customers.tolist():
        mine = before.select(np.array([customer]))
        candidates = set(finder.pairs(mine).items.tolist())
        bought = set(after.select(np.array([customer])).items.tolist())
        shares.append(len(bought & candidates) / len(bought))
        new = bought - set(mine.items.tolist())
        if new:
            new_shares.append(len(new & candidates) / len(new))
    found = CandidateRecall.of(finder, trial)
    assert found.recall == pytest.approx(np.mean(shares))
    assert found.explore_recall == pytest.approx(np.mean(new_shares))
    assert sum(found.by_source.values()) == pytest.approx(found.recall)
    assert set(found.by_source) == set(SOURCES) and found.candidates > 0


def test_what_was_bought_before_is_a_candidate_always() -> None:
    found = CandidateRecall.of(shelf(), Trial.of(random_history(1), random_history(2), NO_CATEGORY))
    assert found.repeat_recall == 1.0


def test_where_nobody_buys_anything_new_its_recall_is_unknown() -> None:
    same = history([[(1, 0, 1)], [(2, 3, 1)]], 25)
    found = CandidateRecall.of(shelf(), Trial.of(same, same, NO_CATEGORY))
    assert found.recall == found.repeat_recall == 1.0
    assert found.explore_recall is None and found.figures()["candidate_explore_recall"] is None
