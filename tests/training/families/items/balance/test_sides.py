"""Repeats and new items apart: lists of any offset from them are those of all candidates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.families.items.balance.sides_by_hand import sides
from tests.training.families.items.histories import random_history
from training.families.items.balance.sides import Sides, never_bought
from training.families.items.measures import NOTHING, best_of
from training.families.items.pairs.pairs import PairFinder
from training.families.items.ranker import Ranker

REPEATS, NEW = [(1.0, 10), (-1.0, 11), (-2.0, 12)], [(-1.5, 20), (-2.5, 21), (-3.0, 22)]


def test_an_offset_says_which_items_are_listed_and_likelihood_in_which_order() -> None:
    one = sides((REPEATS, NEW))
    assert one.lists(0.0, 3).tolist() == [[10, 11, 20]]
    # With one more the new item stands before the second repeat among those chosen, and behind it on the list.
    assert one.lists(1.0, 3).tolist() == [[10, 11, 20]]
    assert one.lists(2.0, 3).tolist() == [[10, 20, 21]]
    assert one.lists(-9.0, 3).tolist() == [[10, 11, 12]]
    assert one.lists(9.0, 3).tolist() == [[20, 21, 22]]


def test_a_longer_list_goes_on_where_the_shorter_ends() -> None:
    one = sides((REPEATS, NEW))
    assert one.lists(2.0, 2, 4).tolist() == [[10, 20, 11, 21]]


def test_places_that_nothing_fills_stay_empty() -> None:
    one = sides(([(0.0, 1)], [(-1.0, 2)]))
    assert one.lists(0.0, 3).tolist() == [[1, 2, NOTHING]]
    assert one.borders(3).tolist() == [-np.inf, np.inf]


def test_borders_are_the_offsets_at_which_a_new_item_takes_a_place() -> None:
    """The last repeat is half a point above the best new item, the next 1.5 above the second, the first 4."""
    one = sides((REPEATS, NEW))
    assert one.borders(3).tolist() == [-0.5, 1.5, 4.0]
    assert one.borders(1).tolist() == [2.5]
    with pytest.raises(ValueError, match="only 3 of each side"):
        one.borders(4)


@given(st.integers(1, 3), st.floats(-5, 5).map(lambda one: round(one, 2) + 0.003))
@settings(deadline=None)
def test_the_share_of_new_items_is_the_share_of_borders_below_the_offset(
    count: int, offset: float
) -> None:
    people = sides((REPEATS, NEW), ([(0.0, 13)], NEW), ([], NEW), (REPEATS, []))
    lists = people.lists(offset, count)
    listed = lists[lists != NOTHING]
    assert (people.borders(count) < offset).sum() == (listed >= 20).sum()
    assert len(people.borders(count)) == len(listed)


@pytest.mark.parametrize("offset", [-1.0, 0.0, 1.5])
def test_lists_from_both_sides_are_those_of_all_candidates(
    offset: float, shelf: PairFinder, ranker: Ranker
) -> None:
    bought = random_history(3, customers=40)
    found = Sides.of(shelf, ranker, bought, 5).lists(offset, 5)
    pairs = shelf.pairs(bought)
    balanced = ranker.log_odds(pairs.values) + offset * never_bought(pairs.values)
    expected = best_of(pairs.offsets, pairs.items, balanced, 5)
    assert np.array_equal(np.sort(found, axis=1), np.sort(expected, axis=1))


def test_sides_depend_neither_on_the_threads_nor_on_who_is_beside_whom(
    shelf: PairFinder, ranker: Ranker
) -> None:
    bought = random_history(3, customers=40)
    all_at_once = Sides.of(shelf, ranker, bought, 5, threads=2)
    alone = Sides.of(shelf, ranker, bought.select(np.array([7])), 5)
    assert np.array_equal(all_at_once.new_items[7], alone.new_items[0])
    assert np.array_equal(all_at_once.repeat_log_odds[7], alone.repeat_log_odds[0])
