"""A limited action goes to those for whom it does most more than anything else would, and to no more than there is capacity for."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.lifecycle.stages import LifecycleStatus
from training.actions.actions import ASSUMED, NOTHING, Action
from training.actions.capacity import priced
from training.actions.net_gain import best_actions, net_gains_cents

STATUSES = len(LifecycleStatus)
CALL = Action("call", "phone", 500, (0.2,) * STATUSES, ASSUMED, capacity_customers=1)
LETTER = Action("letter", "post", 100, (0.1,) * STATUSES, ASSUMED)


def done(
    actions: tuple[Action, ...], money: list[float], refused: list[bool] | None = None
) -> tuple[list[int], tuple[Action, ...]]:
    """What is done for customers of whom so much ``money`` can still be lost, and the actions at their prices."""
    said_no = np.array(refused or [False] * len(money))
    found = priced(actions, gains_of(actions, money), said_no)
    best, _ = best_actions(found, *customers(money), said_no)
    return best.tolist(), found


def customers(money: list[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers of whom a quarter leave and have not left yet, and who bring four times the money."""
    return np.zeros(len(money), np.int8), np.full(len(money), 0.5), 4.0 * np.array(money)


def gains_of(actions: tuple[Action, ...], money: list[float]) -> np.ndarray:
    return net_gains_cents(actions, *customers(money))


def test_the_call_goes_to_whom_it_does_most_more_for_than_a_letter() -> None:
    # 200.00, 150.00 and 60.00: a call gains 35, 25, 7 and a letter 19, 14, 5; beyond it 16, 11 and 2.
    best, (call, _) = done((CALL, LETTER), [20_000, 15_000, 6_000])
    assert best == [0, 1, 1]
    assert call.price_cents == 1_100


def test_with_room_for_all_a_limited_action_has_no_price() -> None:
    best, (call, _) = done((replace(CALL, capacity_customers=3), LETTER), [20_000, 15_000, 6_000])
    assert (best, call.price_cents) == ([0, 0, 0], 0.0)


def test_who_refused_takes_nobodys_place() -> None:
    best, _ = done((CALL, LETTER), [20_000, 15_000, 6_000], [True, False, False])
    assert best == [NOTHING, 0, 1]


def test_of_two_who_gain_the_same_neither_is_called_where_there_is_room_for_one() -> None:
    best, _ = done((CALL, LETTER), [20_000, 20_000])
    assert best == [1, 1]
    assert done((CALL,), [20_000, 20_000])[0] == [NOTHING, NOTHING]


def test_without_a_limit_nothing_changes() -> None:
    free = (replace(CALL, capacity_customers=0), LETTER)
    best, found = done(free, [20_000, 15_000, 6_000])
    assert found == free
    assert best == [0, 0, 0]


@given(st.lists(st.integers(0, 6_000), min_size=1, max_size=6, unique=True), st.integers(1, 4))
def test_no_way_to_hand_out_a_limited_action_gains_more(tens: list[int], calls: int) -> None:
    # Tens, so that every gain is whole cents: less than half a cent is nothing gained.
    actions, money = (replace(CALL, capacity_customers=calls), LETTER), [10.0 * one for one in tens]
    best, _ = done(actions, money)
    gains = gains_of(actions, money)

    def gained(choice: tuple[int, ...]) -> float:
        return sum(0.0 if one == NOTHING else gains[row, one] for row, one in enumerate(choice))

    allowed = [
        choice for choice in product((NOTHING, 0, 1), repeat=len(money)) if choice.count(0) <= calls
    ]
    assert best.count(0) <= calls
    assert gained(tuple(best)) == pytest.approx(max(map(gained, allowed)))


@given(
    st.lists(st.integers(0, 60_000), min_size=1, max_size=12),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_no_limit_is_passed_however_many_actions_are_limited(
    money: list[int], calls: int, letters: int
) -> None:
    actions = (
        replace(CALL, capacity_customers=calls),
        replace(LETTER, capacity_customers=letters),
        replace(LETTER, name="mail", cost_cents=10, keeps=(0.01,) * STATUSES),
    )
    best, _ = done(actions, [float(one) for one in money])
    assert best.count(0) <= calls
    assert best.count(1) <= letters
