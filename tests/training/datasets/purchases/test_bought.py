from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.store.pack import EventStream
from features.vocabulary.time import Cutoff
from tests.training.families.items.histories import DAY, Line, history, lines
from training.datasets.purchases.bought import Bought, bought_before, bought_between
from training.datasets.purchases.owned import Owned


def rows(bought: Bought, customer: int = 0) -> list[tuple[int, int, float]]:
    mine = slice(bought.offsets[customer], bought.offsets[customer + 1])
    days = (bought.seconds[mine] // DAY).tolist()
    return list(zip(days, bought.items[mine].tolist(), bought.pieces[mine].tolist(), strict=True))


def test_what_goes_back_entirely_was_never_bought() -> None:
    assert rows(history([[(1, 0, 2), (1, 1, 1), (5, 0, -2)]], 2)) == [(1, 1, 1.0)]


def test_a_return_takes_the_latest_pieces_first() -> None:
    assert rows(history([[(1, 0, 2), (3, 0, 2), (5, 0, -3)]], 1)) == [(1, 0, 1.0)]


def test_what_goes_back_before_it_was_bought_takes_nothing() -> None:
    assert rows(history([[(1, 0, -2), (3, 0, 1)]], 1)) == [(3, 0, 1.0)]


def test_an_item_stands_once_in_an_order_with_all_its_pieces() -> None:
    assert rows(history([[(1, 0, 2), (1, 1, 1), (1, 0, 3)]], 2)) == [(1, 0, 5.0), (1, 1, 1.0)]


def kept_by_head(told: list[Line]) -> list[tuple[int, int, float]]:
    """Piece by piece: each one bought lies on its item's pile, a return takes from the top."""
    piles: dict[int, list[int]] = defaultdict(list)
    for day, item, pieces in sorted(told, key=lambda one: (one[0], one[1], -one[2])):
        for _ in range(abs(pieces)):
            if pieces > 0:
                piles[item].append(day)
            elif piles[item]:
                piles[item].pop()
    counted = {(day, item) for item, pile in piles.items() for day in pile}
    return [(day, item, float(piles[item].count(day))) for day, item in sorted(counted)]


@given(lines(3))
def test_pieces_are_kept_as_from_piles_whatever_the_order_of_the_lines(told: list[Line]) -> None:
    assert rows(history([told], 3)) == kept_by_head(told)
    assert rows(history([told[::-1]], 3)) == kept_by_head(told)


def stream() -> EventStream:
    """Two customers: the first bought items a and b, and c learned of late; the second an unnamed one."""
    return EventStream(
        offsets=np.array([0, 3, 4]),
        seconds=np.array([1, 2, 3, 2]) * DAY,
        columns={
            "item": np.array([0, 1, 2, -1], np.int32),
            "quantity_milli": np.full(4, 1_000),
        },
        dictionaries={"item": ["a", "b", "c"]},
        known=np.array([1, 2, 9, 2]) * DAY,
    )


def test_only_what_was_known_before_the_cutoff_counts() -> None:
    places = np.array([0, 1, 2], np.int32)
    found = bought_before(stream(), places, 3, Cutoff(4 * DAY))
    assert found.items.tolist() == [0, 1]
    assert found.offsets.tolist() == [0, 2, 2]
    assert bought_before(stream(), places, 3, Cutoff(2 * DAY)).items.tolist() == [0]


def test_the_days_after_a_cutoff_hold_its_first_second_and_not_their_last() -> None:
    places = np.array([0, 1, 2], np.int32)
    found = bought_between(stream(), places, 3, Cutoff(1 * DAY), Cutoff(2 * DAY))
    assert found.items.tolist() == [0]


def test_items_that_are_in_no_catalogue_count_for_nothing() -> None:
    found = bought_before(stream(), np.array([-1, 0, -1], np.int32), 1, Cutoff(4 * DAY))
    assert found.items.tolist() == [0]


def test_some_items_become_a_catalogue_of_their_own() -> None:
    some = history([[(1, 0, 1), (2, 4, 2)], [(3, 1, 1)], [(4, 2, 1)]], 5).of_catalogue(
        np.array([2, 4])
    )
    assert some.catalogue == 2
    assert [rows(some, customer) for customer in range(3)] == [[(2, 1, 2.0)], [], [(4, 0, 1.0)]]


def test_owned_items_tell_how_often_and_when() -> None:
    owned = Owned.of(history([[], [(1, 1, 1), (4, 1, 1), (4, 0, 1)]], 2))
    assert owned.offsets.tolist() == [0, 0, 2]
    assert owned.items.tolist() == [0, 1]
    assert owned.times.tolist() == [1, 2]
    assert (owned.first // DAY).tolist() == [4, 1]
    assert (owned.last // DAY).tolist() == [4, 4]


@given(st.lists(lines(4), min_size=1, max_size=4), st.integers(0, 3))
def test_a_matrix_made_of_it_changes_nothing_of_it(people: list[list[Line]], at: int) -> None:
    bought = history(people, 4)
    before = bought.items.copy()
    counted = bought.times().toarray()
    assert (bought.items == before).all()
    assert counted.sum() == len(before)
    chosen = at % len(people)
    assert (bought.select(np.array([chosen])).times().toarray() == counted[[chosen]]).all()


def test_bare_pairs_count_once() -> None:
    found = Bought.of_pairs(np.array([1, 0, 1]), np.array([2, 0, 2]), (3, 4))
    assert found.offsets.tolist() == [0, 1, 2, 2]
    assert found.items.tolist() == [0, 2]
