"""Filling a list from candidates: the rules a list keeps whatever is wished for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from serving.items.lists import (
    BOUGHT_BEFORE,
    CATEGORY_FULL,
    NEVER_BOUGHT,
    NOT_ALLOWED,
    NOT_DUE,
    NOT_IN_STOCK,
    OTHER_CATEGORY,
    ItemList,
    Shelving,
    Wishes,
    due_in_days,
    fill,
    fill_many,
)
from training.families.items.balance.balance import COUNTS, Balance
from training.families.items.pairs.pair_features import NAMES, POSITIONS
from training.families.items.pairs.pairs import Pairs

CATEGORY = np.array([0, 0, 0, 1, 1, 1, 2, 2, -1, -1], np.int32)
ITEMS = np.arange(10, dtype=np.int32)
EVERYTHING = Shelving.of(CATEGORY)
SCORES = -np.arange(10.0)
"""Item 0 is the most likely."""
UNBALANCED = Balance.none()


def rows(
    times: list[int], since: list[float] | None = None, gap: float = 10.0
) -> NDArray[np.float32]:
    """Pair features of which only those a list looks at are set."""
    found = np.full((len(times), len(NAMES)), np.nan, np.float32)
    found[:, POSITIONS["times_bought"]] = times
    found[:, POSITIONS["own_gap_days"]] = gap
    if since is not None:
        found[:, POSITIONS["days_since_bought"]] = since
    return found


def filled(
    wishes: Wishes,
    times: list[int] | None = None,
    shelving: Shelving = EVERYTHING,
    balance: Balance = UNBALANCED,
) -> ItemList:
    return fill(ITEMS, SCORES, rows(times or [0] * 10), CATEGORY, shelving, wishes, balance)


def test_the_first_rule_an_item_meets_keeps_it_off() -> None:
    shelving = Shelving.of(
        CATEGORY,
        allowed=np.array([1, 2, 3], np.int32),
        unavailable=np.array([2, 4], np.int32),
        categories=[0],
    )
    assert shelving.eligible.tolist() == [1]
    assert shelving.counts() == {NOT_ALLOWED: 7, NOT_IN_STOCK: 1, OTHER_CATEGORY: 1}
    found = filled(Wishes(3), shelving=shelving)
    assert found.rows.tolist() == [1]
    assert found.dropped == {NOT_ALLOWED: 7, NOT_IN_STOCK: 1, OTHER_CATEGORY: 1}


def test_a_full_category_gives_way_to_the_next() -> None:
    found = filled(Wishes(5, most_per_category=1))
    assert found.rows.tolist() == [0, 3, 6, 8, 9]
    assert found.dropped == {}
    assert filled(Wishes(9, most_per_category=1)).dropped == {CATEGORY_FULL: 5}


def test_repeats_and_new_items_have_their_shares_and_give_way_where_there_are_none() -> None:
    times = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert filled(Wishes(4, repeats=0.5), times).rows.tolist() == [0, 1, 4, 5]
    assert filled(Wishes(4, repeats=0.0), times).rows.tolist() == [4, 5, 6, 7]
    short = filled(Wishes(10, repeats=0.5), times)
    assert short.rows.tolist() == list(range(10)) and not short.is_within_quotas
    assert filled(Wishes(2, repeats=0.5), [1] * 10).rows.tolist() == [0, 1]


def test_the_balance_says_which_items_are_listed_and_likelihood_in_which_order() -> None:
    times, balance = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0], replace(UNBALANCED, offset=2.5)
    assert filled(Wishes(3), times).rows.tolist() == [0, 1, 2]
    # Item 4 counts as if it were a little likelier than item 2, and is told behind it all the same.
    assert filled(Wishes(3), times, balance=balance).rows.tolist() == [0, 1, 4]
    assert filled(Wishes(4), times, balance=balance).rows.tolist() == [0, 1, 2, 4]


def test_a_share_of_each_list_leaves_the_balance_out() -> None:
    """Of one item a category the likeliest are 0, 3, 6 and 8; with a balance 4 would stand before 3."""
    times, balance = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0], replace(UNBALANCED, offset=20.0)
    halves = Wishes(4, repeats=0.5, most_per_category=1)
    assert filled(halves, times, balance=balance).rows.tolist() == [0, 3, 6, 8]
    neither = Wishes(4, most_per_category=1)
    assert filled(neither, times, balance=balance).rows.tolist() == [4, 6, 8, 9]


def test_a_share_of_all_lists_is_the_offset_the_model_has_for_it() -> None:
    steps = len(UNBALANCED.borders[0])
    borders = np.tile(np.linspace(-9.0, 9.0, steps).astype(np.float32), (len(COUNTS), 1))
    balance, times = replace(UNBALANCED, borders=borders), [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert filled(Wishes(3, new_share=0.0), times, balance=balance).rows.tolist() == [0, 1, 2]
    assert filled(Wishes(3, new_share=0.65), times, balance=balance).rows.tolist() == [0, 1, 4]
    assert filled(Wishes(3, new_share=1.0), times, balance=balance).rows.tolist() == [4, 5, 6]


def test_a_share_of_all_or_nothing_leaves_nothing_else_in() -> None:
    times = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    again = filled(Wishes(4, repeats=1.0), times)
    assert again.rows.tolist() == [0, 1] and again.dropped == {NEVER_BOUGHT: 8}
    new = filled(Wishes(9, repeats=0.0), times)
    assert new.rows.tolist() == list(range(2, 10)) and new.dropped == {BOUGHT_BEFORE: 2}


def test_promoted_items_take_the_last_places_they_are_owed() -> None:
    promoted = np.array([7, 9], np.int32)
    found = filled(Wishes(4, promoted=promoted, promoted_share=0.5))
    assert found.rows.tolist() == [0, 1, 7, 9] and found.is_within_quotas
    one = filled(Wishes(4, promoted=promoted, promoted_share=0.25))
    assert one.rows.tolist() == [0, 1, 2, 7]


def test_what_is_not_due_yet_is_left_out_and_what_was_never_bought_is_not() -> None:
    since = [1.0, 8.0, 12.0, float("nan")]
    values = rows([2, 2, 2, 0], since)
    assert due_in_days(values)[:3].tolist() == [9.0, 2.0, -2.0]
    found = fill(
        ITEMS[:4],
        SCORES[:4],
        values,
        CATEGORY,
        EVERYTHING,
        Wishes(4, due_within_days=2),
        UNBALANCED,
    )
    assert found.rows.tolist() == [1, 2, 3] and found.dropped == {NOT_DUE: 1}


def test_without_a_rhythm_of_their_own_items_are_due_by_the_usual_one() -> None:
    values = rows([1], [4.0], gap=float("nan"))
    values[:, POSITIONS["usual_gap_days"]] = 7.0
    assert due_in_days(values).tolist() == [3.0]


ALL_WISHES = st.builds(
    Wishes,
    count=st.integers(1, 12),
    repeats=st.none() | st.floats(0, 1),
    due_within_days=st.none() | st.integers(0, 20),
    most_per_category=st.none() | st.integers(1, 4),
    promoted=st.lists(st.integers(0, 9), unique=True).map(lambda one: np.array(one, np.int32)),
    promoted_share=st.floats(0, 1),
    new_share=st.none() | st.floats(0, 1),
)
BALANCES = st.floats(-2, 2).map(lambda offset: replace(UNBALANCED, offset=offset))


@given(
    ALL_WISHES,
    st.lists(st.integers(0, 2), min_size=10, max_size=10),
    st.lists(st.floats(0, 30, width=32), min_size=10, max_size=10),
    st.lists(st.floats(-3, 3, width=16), min_size=10, max_size=10),
    st.none() | st.lists(st.integers(0, 9), unique=True),
    BALANCES,
)
def test_a_list_keeps_every_rule_and_has_no_place_empty_that_could_be_taken(
    wishes: Wishes,
    times: list[int],
    since: list[float],
    scores: list[float],
    allowed: list[int] | None,
    balance: Balance,
) -> None:
    values = rows(
        times, [one if bought else np.nan for one, bought in zip(since, times, strict=True)]
    )
    given_list = None if allowed is None else np.array(allowed, np.int32)
    shelving = Shelving.of(CATEGORY, allowed=given_list)
    found = fill(ITEMS, np.array(scores), values, CATEGORY, shelving, wishes, balance)
    listed = found.rows.tolist()
    assert len(set(listed)) == len(listed) <= wishes.count
    assert [scores[one] for one in listed] == sorted((scores[one] for one in listed), reverse=True)
    due = due_in_days(values)

    def may(item: int) -> bool:
        is_due = wishes.due_within_days is None or not due[item] > wishes.due_within_days
        is_other = wishes.repeats == (0.0 if times[item] else 1.0)
        return is_due and not is_other and (allowed is None or item in allowed)

    assert all(may(one) for one in listed)
    kinds = [int(CATEGORY[one]) for one in listed if CATEGORY[one] >= 0]
    most = wishes.most_per_category
    assert most is None or all(kinds.count(kind) <= most for kind in kinds)
    if len(listed) < wishes.count:
        left = [one for one in range(10) if may(one) and one not in listed]
        full = {kind for kind in kinds if most is not None and kinds.count(kind) == most}
        assert all(int(CATEGORY[one]) in full for one in left)
    elif found.is_within_quotas:
        assert sum(times[one] > 0 for one in listed) <= wishes.most_repeats
        assert sum(times[one] == 0 for one in listed) <= wishes.most_new
        could = sum(may(int(one)) for one in wishes.promoted)
        if wishes.repeats is None and most is None:
            shown = len(set(listed) & set(wishes.promoted.tolist()))
            assert shown >= min(wishes.least_promoted, could)


@given(ALL_WISHES, st.integers(0, 1_000), BALANCES)
def test_many_lists_are_filled_as_each_alone(wishes: Wishes, seed: int, balance: Balance) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(0, 11, 5)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    items = np.concatenate([np.sort(random.choice(10, one, replace=False)) for one in counts])
    items = items.astype(np.int32)
    values = rows(
        random.integers(0, 2, len(items)).tolist(), random.uniform(0, 20, len(items)).tolist()
    )
    scores = random.integers(0, 4, len(items)).astype(float)
    pairs = Pairs(offsets, items, np.zeros(len(items), np.int8), values)
    shelving = Shelving.of(CATEGORY, unavailable=np.array([3], np.int32))
    for plain in (False, True):
        asked = Wishes(wishes.count) if plain else wishes
        many = fill_many(pairs, scores, CATEGORY, shelving, asked, balance)
        for customer in range(5):
            mine = slice(offsets[customer], offsets[customer + 1])
            alone = fill(
                items[mine], scores[mine], values[mine], CATEGORY, shelving, asked, balance
            )
            listed = many[customer][many[customer] >= 0] - offsets[customer]
            assert listed.tolist() == alone.rows.tolist()


def test_nothing_to_list_is_an_empty_list() -> None:
    none = np.empty(0, np.int32)
    found = fill(none, np.empty(0), rows([]), CATEGORY, EVERYTHING, Wishes(3), UNBALANCED)
    assert found.rows.tolist() == [] and found.dropped == {}
    assert filled(Wishes(3), shelving=Shelving.of(CATEGORY, allowed=none)).rows.tolist() == []


@pytest.mark.parametrize(("count", "share", "expected"), [(5, 0.5, 2), (6, 0.5, 3), (1, 0.5, 0)])
def test_half_of_a_list_is_rounded_to_even_places(count: int, share: float, expected: int) -> None:
    wishes = Wishes(count, repeats=share)
    assert wishes.most_repeats == expected and wishes.most_new == count - expected
