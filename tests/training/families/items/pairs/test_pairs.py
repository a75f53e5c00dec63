import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles.pairs import pair
from tests.training.families.items.histories import Line, history, lines, random_history
from training.datasets.purchases.bought import Bought
from training.datasets.purchases.item_facts import ItemFacts
from training.families.items.pairs import pair_walk as module
from training.families.items.pairs.pair_features import NAMES
from training.families.items.pairs.pairs import SOURCES, PairFinder
from training.families.items.recommenders.neighbours import cosine_neighbours

CATALOGUE = 12


def shelf(bought: Bought) -> PairFinder:
    price = np.log(np.arange(1, CATALOGUE + 1) * 100).astype(np.float32)
    price[3] = np.nan
    category = np.arange(CATALOGUE, dtype=np.int32) % 3 - 1
    return PairFinder(cosine_neighbours(bought), ItemFacts.learn(bought, price, category))


SHELF = shelf(random_history(20, catalogue=CATALOGUE))


@given(st.lists(lines(CATALOGUE, most=15), min_size=1, max_size=3))
def test_every_feature_is_what_its_meaning_says(people: list[list[Line]]) -> None:
    bought = history(people, CATALOGUE)
    found = SHELF.pairs(bought)
    for row, (customer, item) in enumerate(zip(found.owners, found.items, strict=True)):
        alone = bought.select(np.array([customer]))
        expected = pair(alone, int(item), SHELF.kernel, SHELF.facts)
        values = dict(zip(NAMES, found.values[row].tolist(), strict=True))
        assert values == pytest.approx(expected, rel=1e-4, abs=1e-4, nan_ok=True)


def test_candidates_are_what_was_bought_what_goes_with_it_and_what_is_popular(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bought = history([[(90, 5, 1)], []], CATALOGUE)
    found = SHELF.pairs(bought)
    assert found.items[0] == 5
    assert SOURCES[found.sources[0]] == "bought before"
    first = slice(*found.offsets[:2])
    assert sorted(found.items[first].tolist()) == list(range(CATALOGUE))
    second = slice(*found.offsets[1:])
    assert {SOURCES[one] for one in found.sources[second]} == {"popular"}


def test_new_items_come_up_for_customers_of_their_category_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_POPULAR", 0)
    bought = history([[(90, 1, 1)], [(90, 2, 1)], [(90, 0, 1)]], 5)
    category = np.array([-1, 0, 1, 0, -1], np.int32)
    nothing = np.full(5, np.nan, np.float32)
    # The first three were sold ten days ago; 3 and 4 never, and 4 is in no category.
    facts = ItemFacts.learn(bought, nothing, category)
    assert facts.arrivals(9).tolist() == [3, 1, 2]
    found = PairFinder(cosine_neighbours(bought), facts).pairs(bought)
    new = SOURCES.index("new in a category")
    listed = [
        found.items[slice(*found.offsets[at : at + 2])][
            found.sources[slice(*found.offsets[at : at + 2])] == new
        ].tolist()
        for at in range(3)
    ]
    assert listed == [[3], [], []]


def test_only_what_is_asked_for_is_looked_at_and_each_once() -> None:
    bought = history([[(90, 5, 1)]], CATALOGUE)
    found = SHELF.pairs(bought, asked=np.array([7, 5, 7], np.int32), only_asked=True)
    assert found.items.tolist() == [5, 7]
    assert [SOURCES[one] for one in found.sources] == ["bought before", "asked for"]


def test_a_customer_is_answered_alike_whoever_stands_beside_and_however_many_threads() -> None:
    bought = random_history(21, customers=700, catalogue=CATALOGUE)
    whole = SHELF.pairs(bought)
    assert np.array_equal(whole.values, SHELF.pairs(bought, threads=2).values, equal_nan=True)
    for customer in (0, 13, 300, 699):
        alone = SHELF.pairs(bought.select(np.array([customer])))
        mine = slice(*whole.offsets[customer : customer + 2])
        assert alone.items.tolist() == whole.items[mine].tolist()
        assert np.array_equal(alone.values, whole.values[mine], equal_nan=True)


def test_of_more_that_fits_the_strongest_are_candidates() -> None:
    catalogue = module.MOST_TASTE + module.MOST_POPULAR + 60
    random = np.random.default_rng(3)
    people = [
        [(90, int(item), 1) for item in random.choice(catalogue, 40, replace=False)]
        for _ in range(80)
    ]
    bought = history(people, catalogue)
    nothing = np.full(catalogue, np.nan, np.float32)
    facts = ItemFacts.learn(bought, nothing, np.full(catalogue, -1, np.int32))
    kernel = cosine_neighbours(bought, count=catalogue)
    asked = bought.select(np.array([0]))
    found = PairFinder(kernel, facts).pairs(asked)
    scores = kernel.scores(asked)[0]
    scores[asked.items] = -1.0
    strongest = np.argsort(-scores, kind="stable")[: module.MOST_TASTE]
    by_taste = found.items[found.sources == SOURCES.index("goes with purchases")]
    assert scores[by_taste].min() >= scores[strongest].min() - 1e-4
    assert len(by_taste) == module.MOST_TASTE
    assert len(np.unique(found.items)) == len(found.items)
