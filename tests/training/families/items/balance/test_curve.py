"""The curve of all offsets on one past day, and the rule that chooses among them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.families.items.balance.sides_by_hand import sides
from tests.training.families.items.histories import history
from training.families.items.balance.balance import Balance
from training.families.items.balance.curve import (
    BalanceCurve,
    BalancePoint,
    against_none,
    asked_against_given,
)
from training.families.items.balance.sides import Sides
from training.families.items.ladder import Trial


def point(
    offset: float, explore: float, below: float, most: float = 0.0, error: float = 0.002
) -> BalancePoint:
    """Lists under an offset where the best NDCG is 0.4."""
    return BalancePoint(offset, 0.1, 0.3, 0.4 - below, 0.5, explore, below, most, error)


def test_within_one_standard_error_of_the_best_what_explores_most_is_chosen() -> None:
    points = [point(0.0, 0.02, 0.0), point(1.0, 0.05, 0.0019), point(2.0, 0.09, 0.0021)]
    curve = BalanceCurve(points)
    assert curve.chosen.offset == 1.0
    assert [row["is_chosen"] for row in curve.rows()] == [False, True, False]


def test_what_may_lose_more_than_a_hundredth_is_not_chosen_however_wide_the_error_is() -> None:
    points = [
        point(0.0, 0.02, 0.0),
        point(1.0, 0.05, 0.002, most=0.0039, error=0.01),
        point(2.0, 0.09, 0.003, most=0.0041, error=0.01),
    ]
    assert BalanceCurve(points).chosen.offset == 1.0


def test_of_several_that_explore_as_much_the_smallest_offset_is_chosen() -> None:
    curve = BalanceCurve([point(0.0, 0.02, 0.0), point(0.5, 0.02, 0.0), point(1.0, 0.02, 0.0)])
    assert curve.chosen.offset == 0.0


@pytest.fixture(scope="module")
def trial() -> Trial:
    """The first bought item 0 and takes it again, the second bought 0 and takes 1 for the first time."""
    before = history([[(1, 0, 1)], [(1, 0, 1)]], 3)
    after = history([[(5, 0, 1)], [(5, 1, 1)]], 3)
    return Trial.of(before, after, np.zeros(3, np.int32))


@pytest.fixture(scope="module")
def two() -> Sides:
    """Of both the repeat is one above the new item; lists have one place of ten filled by it alone."""
    mine = [(0.0, 0)], [(-1.0, 1), (-5.0, 2)]
    return sides(mine, mine, most=10)


def test_a_point_tells_what_lists_of_ten_under_an_offset_found(trial: Trial, two: Sides) -> None:
    """Three items fit on a list of ten whatever the offset: a third is a repeat, and all is found."""
    (found,) = BalanceCurve.measured(trial, two, [0.0]).points
    assert found.new_share == pytest.approx(2 / 3)
    assert found.recall_10 == found.repeat_recall_10 == found.explore_recall_10 == 1.0
    # The second finds its item in the second place, however the list is balanced.
    assert found.ndcg_10 == pytest.approx((1 + 1 / np.log2(3)) / 2)
    assert (found.ndcg_below_best, found.ndcg_below_most) == (0.0, 0.0)
    # The two find 1 and 0.63: their spread over the root of two.
    assert found.ndcg_error == pytest.approx((1 - 1 / np.log2(3)) / 2)


def test_of_one_customer_the_best_balance_is_chosen_and_no_other(trial: Trial) -> None:
    before, after = (history([[(day, item, 1)]], 3) for day, item in ((1, 0), (5, 1)))
    one = Trial.of(before, after, np.zeros(3, np.int32))
    mine = [(0.0, 0)] * 10, [(-1.0, 1)]
    found = BalanceCurve.measured(one, sides(mine, most=10), [0.0, 2.0]).chosen
    assert found.offset == 2.0 and found.explore_recall_10 == 1.0


def test_another_day_is_told_in_shares_of_no_offset(trial: Trial, two: Sides) -> None:
    found = against_none(trial, two, 5.0)
    assert found["ndcg_10_change"] == 0.0 and found["explore_recall_times"] == 1.0
    assert found["new_share"] == found["new_share_without"] == pytest.approx(2 / 3)
    nothing = against_none(trial, sides(([], []), ([], []), most=10), 5.0)
    assert nothing["explore_recall_times"] is None and nothing["ndcg_10_change"] is None


def test_what_is_given_is_counted_on_the_customers_of_the_other_day() -> None:
    def people(shift: float) -> Sides:
        repeats = [(-0.01 * at, 1) for at in range(120)]
        new = [(-0.01 * at - shift, 2) for at in range(120)]
        return sides((repeats, new), most=120)

    same = asked_against_given(Balance.of(0.0, people(1.0)), people(1.0))
    assert [row["given"] for row in same] == pytest.approx([row["asked"] for row in same])
    # Everybody likes new items less by then: of one new item in ten nothing is left.
    moved = asked_against_given(Balance.of(0.0, people(1.0)), people(9.0))
    assert all(row["given"] == 0.0 for row in moved)
