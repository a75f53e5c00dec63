import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.families.items.histories import history
from training.families.items.measures import (
    NOTHING,
    Targets,
    best,
    best_of,
    coverage,
    diversity,
    gini,
    hit_rate,
    ndcg,
    novelty,
    recall,
)


def targets() -> Targets:
    """The first customer bought item 0 again and 2 for the first time, the second nothing."""
    before = history([[(1, 0, 1), (1, 1, 1)], [(1, 2, 1)]], 4)
    after = history([[(5, 0, 1), (5, 2, 1), (6, 2, 1)], []], 4)
    return Targets.of(before, after)


def test_what_is_bought_again_is_told_from_what_is_new() -> None:
    found = targets()
    assert found.items.tolist() == [0, 2]
    assert found.is_repeat.tolist() == [True, False]
    assert found.only(True).items.tolist() == [0]
    assert found.only(False).counts.tolist() == [1, 0]


def test_nothing_listed_is_never_a_hit() -> None:
    hits = targets().hits(np.array([[2, NOTHING], [0, NOTHING]], np.int32))
    assert hits.tolist() == [[True, False], [False, False]]


def test_who_bought_nothing_has_no_figures() -> None:
    hits, counts = np.zeros((1, 2), np.bool_), np.zeros(1, np.int64)
    for measure in (recall, ndcg, hit_rate):
        assert math.isnan(measure(hits, counts)[0])


@given(
    st.lists(st.lists(st.floats(-5, 5, width=16), min_size=6, max_size=6), min_size=1, max_size=5),
    st.integers(1, 8),
)
def test_the_best_are_those_of_a_full_sort(rows: list[list[float]], count: int) -> None:
    scores = np.array(rows, np.float32)
    expected = [sorted(range(6), key=lambda item: (-row[item], item))[:count] for row in rows]
    assert best(scores, count).tolist() == expected


@given(
    st.lists(st.integers(0, 9), min_size=1, unique=True), st.lists(st.integers(0, 9), unique=True)
)
def test_figures_are_those_of_the_definition(listed: list[int], bought: list[int]) -> None:
    hits = np.array([[one in bought for one in listed]])
    counts = np.array([len(bought)])
    if not bought:
        return
    found = [place for place, one in enumerate(listed) if one in bought]
    gain = sum(1 / math.log2(place + 2) for place in found)
    most = sum(1 / math.log2(place + 2) for place in range(min(len(bought), len(listed))))
    assert recall(hits, counts)[0] == pytest.approx(len(found) / len(bought))
    assert ndcg(hits, counts)[0] == pytest.approx(gain / most)
    assert hit_rate(hits, counts)[0] == bool(found)


def test_candidates_of_their_own_are_sorted_by_customer() -> None:
    offsets, items = np.array([0, 3, 3]), np.array([5, 2, 9], np.int32)
    lists = best_of(offsets, items, np.array([0.5, 0.5, 0.9]), 2)
    assert lists.tolist() == [[9, 2], [NOTHING, NOTHING]]


def test_lists_are_described_by_what_is_on_them() -> None:
    lists = np.array([[0, 1], [0, NOTHING]], np.int32)
    assert coverage(lists, 4) == 0.5
    assert gini(np.array([[0], [0]], np.int32), 4) == 0.75
    assert novelty(lists, np.array([3, 0, 0, 0]), 3) == pytest.approx((0 + 2 + 0) / 3)
    assert diversity(lists, np.array([7, 8, 7, 7])) == 1.0


@pytest.mark.parametrize(
    ("lists", "share"),
    [
        ([[0, 1, 2]], 2 / 3),
        ([[0, 1, 2, 3]], 1 / 2),
        ([[0, 2, 3, NOTHING]], 0.0),
        ([[0, 1, NOTHING], [0, 2, 3]], 1 / 2),
        # A single item makes no pair, and its list does not count.
        ([[0, 1, NOTHING], [0, NOTHING, NOTHING]], 1.0),
    ],
)
def test_diversity_is_the_share_of_pairs_of_different_kinds(
    lists: list[list[int]], share: float
) -> None:
    """All but the second item are of one kind."""
    found = diversity(np.array(lists, np.int32), np.array([7, 8, 7, 7]))
    assert found == pytest.approx(share)


def test_lists_of_nothing_are_not_described() -> None:
    nothing = np.full((2, 3), NOTHING, np.int32)
    assert math.isnan(diversity(nothing, np.zeros(4, np.int64)))
    assert math.isnan(novelty(nothing, np.zeros(4, np.int64), 3))
    assert math.isnan(gini(nothing, 4)) and coverage(nothing, 4) == 0.0
