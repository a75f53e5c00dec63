"""The offset for a share of new items that is asked for, and what no offset can give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.families.items.balance.sides_by_hand import sides
from training.families.items.balance.balance import COUNTS, Balance
from training.families.items.balance.sides import Sides


def many(customers: int = 400, seed: int = 5) -> Sides:
    """Customers with repeats and new items of any log-odds; every fourth has too few repeats for a list of ten."""
    random = np.random.default_rng(seed)
    people = []
    for at in range(customers):
        repeats = np.sort(random.normal(0.0, 1.0, 4 if at % 4 == 0 else 120))[::-1]
        new = np.sort(random.normal(-1.0, 1.0, 120))[::-1]
        people.append(([(one, 1) for one in repeats], [(one, 2) for one in new]))
    return sides(*people, most=120)


@pytest.fixture(scope="module")
def balance() -> Balance:
    return Balance.of(0.7, many())


@given(st.floats(0.2, 0.95), st.sampled_from(COUNTS[3:]))
@settings(deadline=None, max_examples=40)
def test_a_share_that_is_asked_for_is_given_to_other_customers_within_two_points(
    share: float, count: int
) -> None:
    balance, others = Balance.of(0.7, many()), many(seed=6)
    lists = others.lists(balance.offset_for(share, count), count)
    reachable = balance.reachable(share, count)
    assert (lists == 2).mean() == pytest.approx(reachable, abs=0.02)


def test_between_two_lengths_of_lists_borders_are_interpolated(balance: Balance) -> None:
    lists = many(seed=6).lists(balance.offset_for(0.5, 14), 14)
    assert (lists == 2).mean() == pytest.approx(0.5, abs=0.03)
    assert balance.offset_for(0.5, 5) != balance.offset_for(0.5, 10)


def test_who_owns_too_little_gets_new_items_whatever_is_asked_for(balance: Balance) -> None:
    """A quarter of the customers own four items: six of their ten places are new under any offset."""
    assert balance.reachable(0.0, 10) == pytest.approx(0.25 * 0.6)
    assert balance.reachable(0.5, 10) == 0.5 and balance.reachable(1.0, 10) == 1.0
    lists = many().lists(balance.offset_for(0.0, 10), 10)
    assert (lists == 2).mean() == pytest.approx(0.15, abs=0.005)
    assert (many().lists(balance.offset_for(1.0, 10), 10) == 2).mean() > 0.995


def test_without_a_share_the_offset_of_the_training_holds(balance: Balance) -> None:
    assert balance.offset_for(None, 10) == balance.offset_for(None, 50) == 0.7
    assert Balance.none().offset_for(None, 10) == Balance.none().offset_for(0.4, 10) == 0.0


@pytest.mark.parametrize("new, share", [([(0.0, 2)] * 120, 1.0), ([], 0.0)])
def test_customers_of_one_side_alone_have_no_choice(
    new: list[tuple[float, int]], share: float
) -> None:
    repeats = [] if new else [(0.0, 1)] * 120
    balance = Balance.of(0.0, sides((repeats, new), most=120))
    assert balance.offset_for(0.3, 10) == 0.0 and balance.reachable(0.3, 10) == share


def test_a_balance_is_read_back_as_it_was(balance: Balance) -> None:
    again = Balance.from_arrays(balance.to_arrays())
    assert again.offset == balance.offset
    assert again.offset_for(0.37, 7) == balance.offset_for(0.37, 7)
    assert again.reachable(0.01, 7) == balance.reachable(0.01, 7)
