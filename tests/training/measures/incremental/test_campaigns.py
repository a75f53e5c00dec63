"""Several campaigns together: everybody once, and no campaign's share of treated taken for an effect."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.measures.incremental.campaigns import (
    first_rows,
    standing_hold_out_effect,
    together,
    total_of,
)
from training.measures.incremental.effect import campaign_effect


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=20))
def test_everybody_is_counted_once_in_their_first_campaign(rows: list[tuple[int, int]]) -> None:
    keys, began = (np.array([one[part] for one in rows], np.int64) for part in (0, 1))
    found = np.flatnonzero(first_rows(keys, began)).tolist()
    by_hand: dict[int, int] = {}
    for place, (key, when) in enumerate(rows):
        if key not in by_hand or when < rows[by_hand[key]][1]:
            by_hand[key] = place
    assert found == sorted(by_hand.values())


def test_two_campaigns_are_compared_each_with_its_own_hold_out() -> None:
    # In May nine of ten are treated and everybody buys for about 10, in June half and for about 2; neither does anything.
    count = 400
    campaign = np.repeat(["may", "june"], count)
    treated = np.where(
        campaign == "may", np.arange(2 * count) % 10 > 0, np.arange(2 * count) % 2 > 0
    )
    noise = np.random.default_rng(0).normal(size=2 * count)
    outcomes = np.where(campaign == "may", 10.0, 2.0) + noise
    began = np.where(campaign == "may", 5, 6)
    found = together(campaign, np.arange(2 * count), began, treated, outcomes)
    assert abs(campaign_effect(treated, outcomes).difference) > 1
    assert found.per_treated.low < 0 < found.per_treated.high
    assert found.treated == 360 + 200


def test_a_second_row_of_a_customer_changes_nothing() -> None:
    random = np.random.default_rng(1)
    treated, outcomes = random.random(100) < 0.5, random.normal(size=100)
    again = together(
        np.repeat([1, 2], 100),
        np.tile(np.arange(100), 2),
        np.repeat([10, 20], 100),
        np.r_[treated, ~treated],
        np.r_[outcomes, 9 * outcomes],
    )
    assert again == together(np.ones(100), np.arange(100), np.full(100, 10), treated, outcomes)
    assert again == campaign_effect(treated, outcomes)


def test_by_the_standing_hold_out_everybody_else_counts_as_treated() -> None:
    is_held_out = np.arange(50) % 10 == 0
    outcomes = np.where(is_held_out, 1.0, 3.0) + np.arange(50.0) % 3
    found = standing_hold_out_effect(is_held_out, outcomes)
    assert (found.treated, found.held_out) == (45, 5)
    assert found.difference == pytest.approx(
        outcomes[~is_held_out].mean() - outcomes[is_held_out].mean()
    )


def test_totals_of_groups_add_up_and_their_errors_by_squares() -> None:
    random = np.random.default_rng(2)
    effects = [campaign_effect(random.random(80) < 0.5, random.normal(size=80)) for _ in range(3)]
    found = total_of(effects)
    assert found.mean == pytest.approx(sum(one.treated * one.difference for one in effects))
    squares = sum((one.treated * one.standard_error) ** 2 for one in effects)
    assert found.high - found.mean == pytest.approx(1.959964 * squares**0.5)
    nothing = total_of([])
    assert (nothing.mean, nothing.low, nothing.high) == (0.0, 0.0, 0.0)
