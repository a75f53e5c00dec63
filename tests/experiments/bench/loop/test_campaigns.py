"""Campaigns drawn from chances that are written down here, so that their truth is known by head."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from experiments.bench.loop.campaigns import DrawnCampaign, campaigns_of, measured
from experiments.bench.loop.company import KnownAction, KnownCompany

CUSTOMERS = 500


def action(effect: float = 0.1, cost_cents: float = 50.0) -> KnownAction:
    """Something that brings a tenth of the customers, each of whom leaves 1.00 or 9.00."""
    without = np.linspace(0.1, 0.8, CUSTOMERS)
    money = np.where(np.arange(CUSTOMERS) % 2, 100.0, 900.0)
    return KnownAction(
        name="call",
        cost_cents=cost_cents,
        without=without,
        chance=without + effect,
        money_cents=money,
        money_spread=0.5,
        expected_cents=0.05 * money,
        known=np.column_stack([without + 0.1 * np.sin(np.arange(CUSTOMERS)), money]),
        taught=without,
        taught_cents=without * money,
    )


def test_three_in_a_hundred_are_not_treated_as_the_lot_had_it() -> None:
    random = np.random.default_rng(0)
    campaigns = [DrawnCampaign.drawn(action(), random) for _ in range(20)]
    otherwise = np.concatenate([one.treated != one.contacted for one in campaigns])
    assert otherwise.mean() == pytest.approx(0.03, abs=0.005)
    assert all(2_000 <= len(one.rows) <= 8_000 for one in campaigns)
    assert {round(1 - float(one.treated.mean()), 1) for one in campaigns} == {0.1, 0.2, 0.5}


def test_outcomes_come_as_often_as_their_chances_and_leave_what_they_leave() -> None:
    campaign = DrawnCampaign.drawn(action(), np.random.default_rng(3))
    chance = np.where(campaign.contacted, 0.55, 0.45)
    assert campaign.bought.mean() == pytest.approx(chance.mean(), abs=0.03)
    money = action().money_cents[campaign.rows]
    assert campaign.margin_cents.sum() == pytest.approx((campaign.bought * money).sum(), rel=0.05)
    assert (campaign.margin_cents[campaign.bought == 0] == 0).all()


def test_groups_are_quarters_by_what_is_expected() -> None:
    campaign = DrawnCampaign.drawn(action(), np.random.default_rng(3))
    expected = action().expected_cents
    assert expected is not None
    by_group = [expected[campaign.rows][campaign.groups == one] for one in range(4)]
    ends = [(one.min(), one.max()) for one in by_group if len(one)]
    assert all(one[1] < two[0] for one, two in itertools.pairwise(ends))


def test_the_truth_is_who_brings_less_than_they_cost() -> None:
    # A tenth of 1.00 is below the cost of 0.50, a tenth of 9.00 is above it.
    campaign = DrawnCampaign.drawn(action(), np.random.default_rng(1))
    found = measured(campaign)
    poor = (action().money_cents[campaign.rows] == 100.0) & campaign.contacted
    assert found.wasted_cents == 50.0 * poor.sum()
    assert found.spent_cents == 50.0 * campaign.contacted.sum()


def test_intervals_hold_a_truth_that_is_written_down() -> None:
    found = campaigns_of(KnownCompany((action(),)), 60)
    assert np.mean([one.holds_bought for one in found]) >= 0.88
    assert np.mean([one.holds_margin for one in found]) >= 0.88
    assert np.mean([one.holds_contact for one in found]) >= 0.88
    assert np.mean([one.holds_wasted for one in found]) >= 0.88
    plain, known, true, taught = np.mean([one.widths_bought for one in found], axis=0)
    assert true == taught < known < plain
