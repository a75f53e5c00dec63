"""Money wasted on contacts: by head where figures are sure, by each customer where they are not, and honest in drawn campaigns."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import DataRefused, UsageRefused
from training.measures.incremental.effect import CampaignEffect, effects_by_group
from training.measures.incremental.partial_pooling import factors
from training.measures.incremental.wasted import MOST_UNLIKE, wasted_contacts


def sure(gain_cents: float, error: float = 1e-6) -> CampaignEffect:
    return CampaignEffect(
        treated=900,
        held_out=100,
        left_out=0,
        covariates=0,
        treated_mean=1_000.0 + gain_cents,
        untreated_mean=1_000.0,
        standard_error=error,
        plain_standard_error=error,
        freedom=math.inf,
    )


def test_where_gains_are_sure_it_is_the_money_of_those_below_their_cost() -> None:
    # Three calls at 5.00 that bring a hundredth of it, two letters at 1.50 that bring a hundred times it.
    groups = np.array([7, 7, 4, 7, 4])
    costs = np.array([500.0, 500.0, 150.0, 500.0, 150.0])
    found = wasted_contacts(groups, costs, {7: sure(5.0), 4: sure(15_000.0)}, costs)
    assert (found.contacts, found.spent_cents) == (5, 1_800.0)
    wasted = found.wasted_cents
    assert (wasted.mean, wasted.low, wasted.high) == pytest.approx((1_500.0, 1_500.0, 1_500.0))
    four, seven = found.groups
    assert (four.group, four.contacts, four.spent_cents, four.would_have) == (4, 2, 300.0, 1_000.0)
    assert four.gain_cents.mean == pytest.approx(15_000.0)
    assert four.wasted_cents.mean == pytest.approx(0.0)
    assert seven.wasted_cents.mean == pytest.approx(1_500.0)
    assert found.kinds is None


def test_whom_a_contact_drives_away_it_is_wasted_on() -> None:
    costs = np.full(10, 100.0)
    found = wasted_contacts(
        np.zeros(10, int), costs, {0: sure(-300.0)}, 5 * costs, stay_anyway=np.full(10, 0.9)
    )
    assert found.wasted_cents.mean == found.spent_cents == 1_000.0
    assert found.kinds is not None
    assert found.kinds.made_worse_cents == found.wasted_cents
    assert found.kinds.sure_things_cents.high == found.kinds.lost_causes_cents.high == 0.0
    assert found.groups[0].chance_harmful == 1.0


def test_sure_things_and_lost_causes_are_told_apart_by_who_would_stay_anyway() -> None:
    # Two groups bring next to nothing: six of ten would stay likelier than not, at 1.00 each; the others cost 2.00.
    groups, stay = np.arange(10) % 2, np.where(np.arange(10) < 6, 0.5, 0.49)
    costs = np.where(stay >= 0.5, 100.0, 200.0)
    found = wasted_contacts(groups, costs, {0: sure(1.0), 1: sure(1.0)}, costs, stay_anyway=stay)
    assert found.kinds is not None
    kinds = found.kinds
    assert kinds.sure_things_cents.mean == pytest.approx(600.0)
    assert kinds.lost_causes_cents.mean == pytest.approx(800.0)
    assert kinds.made_worse_cents.mean == 0.0


def test_the_three_kinds_add_up_to_what_was_wasted() -> None:
    random = np.random.default_rng(8)
    costs, stay = np.full(200, 100.0), random.random(200)
    effects = {0: sure(40.0, 90.0), 1: sure(200.0, 150.0), 2: None}
    found = wasted_contacts(random.integers(0, 3, 200), costs, effects, costs, stay_anyway=stay)
    assert found.kinds is not None
    means = [one.mean for one in vars(found.kinds).values()]
    assert sum(means) == pytest.approx(found.wasted_cents.mean)
    assert min(means) > 0.0


def test_a_group_whose_sign_is_unsure_counts_by_the_chance_that_it_was_wasted() -> None:
    costs = np.full(100, 100.0)
    found = wasted_contacts(np.zeros(100, int), costs, {0: sure(100.0, 80.0)}, costs)
    assert 0.35 * found.spent_cents < found.wasted_cents.mean < 0.75 * found.spent_cents
    assert found.wasted_cents.low < 0.25 * found.spent_cents
    assert found.wasted_cents.high > 0.9 * found.spent_cents
    assert 0.02 < found.groups[0].chance_harmful < 0.2


def test_it_is_what_going_through_customers_one_by_one_comes_to() -> None:
    random = np.random.default_rng(5)
    groups, costs = random.integers(0, 3, 60), random.choice([100.0, 250.0], 60)
    expected = costs * random.lognormal(0.0, 0.8, 60)
    effects = {0: sure(150.0, 60.0), 1: sure(90.0, 90.0), 2: None}
    found = wasted_contacts(groups, costs, effects, expected)
    means = np.array([expected[groups == one].mean() for one in range(3)])
    measured = np.array([150.0, 90.0, np.nan]) / means
    drawn = factors(measured, np.array([60.0, 90.0, np.nan]) / means)
    wasted = []
    for factor in drawn[:1_500]:
        unlike = random.uniform(0.0, MOST_UNLIKE)
        own = np.exp(unlike * random.standard_normal(60) - unlike**2 / 2)
        gains = factor[groups] * expected * own
        wasted.append(costs[gains < costs].sum())
    assert found.wasted_cents.mean == pytest.approx(np.mean(wasted), rel=0.03)
    low, high = np.quantile(wasted, [0.025, 0.975])
    # One customer's own luck is more than that of nine alike.
    assert low - 600 <= found.wasted_cents.low <= low + 600
    assert high - 600 <= found.wasted_cents.high <= high + 600


@given(times=st.floats(0.01, 100.0), seed=st.integers(0, 1_000))
def test_in_another_currency_or_order_as_much_is_wasted(times: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    groups, costs = random.integers(0, 2, 40), random.choice([100.0, 500.0], 40)
    expected = costs * random.lognormal(0.0, 0.5, 40)
    effects = {0: sure(90.0, 40.0), 1: sure(600.0, 100.0)}
    found = wasted_contacts(groups, costs, effects, expected)
    scaled = {
        group: replace(
            one,
            treated_mean=times * one.treated_mean,
            untreated_mean=times * one.untreated_mean,
            standard_error=times * one.standard_error,
        )
        for group, one in effects.items()
    }
    other = wasted_contacts(groups[::-1], times * costs[::-1], scaled, times * expected[::-1])
    assert other.wasted_cents.mean == pytest.approx(times * found.wasted_cents.mean, rel=1e-3)
    assert other.wasted_cents.high == pytest.approx(times * found.wasted_cents.high, rel=1e-2)


def drawn_campaign(seed: int) -> tuple[float, float, float, float]:
    """The true share of the money that was wasted in a drawn campaign, and what is said of it."""
    random = np.random.default_rng(seed)
    customers = 3_000
    value = random.lognormal(9.0, 0.7, customers)
    chance = np.minimum(0.04 * random.lognormal(-0.3, 0.7, customers), 0.4)
    expected: Floats = 0.03 * value
    treated = random.random(customers) < 0.7
    bought = random.random(customers) < 0.5 + chance * treated
    groups = np.searchsorted(np.quantile(expected, [1 / 3, 2 / 3]), expected)
    effects = effects_by_group(groups, treated, bought * value, value)
    costs = np.full(customers, 300.0)
    found = wasted_contacts(groups[treated], costs[treated], effects, expected[treated])
    truth = 300.0 * (chance * value < 300.0)[treated].sum()
    wasted, spent = found.wasted_cents, found.spent_cents
    return truth / spent, wasted.mean / spent, wasted.low / spent, wasted.high / spent


def test_in_drawn_campaigns_its_interval_holds_what_was_truly_wasted() -> None:
    drawn = np.array([drawn_campaign(seed) for seed in range(100)])
    truth, mean, low, high = drawn.T
    assert 0.4 < truth.mean() < 0.8
    assert ((low <= truth) & (truth <= high)).mean() >= 0.9
    assert np.abs(mean - truth).mean() <= 0.2
    assert (high - low < 0.95).mean() > 0.5


def test_nothing_contacted_wastes_nothing() -> None:
    found = wasted_contacts(np.zeros(0, int), np.zeros(0), {})
    assert (found.contacts, found.spent_cents, found.wasted_cents.mean, found.groups) == (
        0,
        0,
        0,
        (),
    )


def test_what_cannot_be_reckoned_is_refused() -> None:
    costs = np.array([100.0, 0.0])
    with pytest.raises(UsageRefused, match="found 1 without one"):
        wasted_contacts(np.zeros(2, int), costs, {0: None})
    with pytest.raises(UsageRefused, match="found none of 3"):
        wasted_contacts(np.array([0, 3]), costs + 1, {0: None})
    with pytest.raises(UsageRefused, match="found 1 of which that is not known"):
        wasted_contacts(np.zeros(2, int), costs + 1, {0: None}, np.array([1.0, np.nan]))
    with pytest.raises(DataRefused, match="chances to stay anyway with one entry for each of 2"):
        wasted_contacts(np.zeros(2, int), costs + 1, {0: None}, stay_anyway=np.ones(3))
    with pytest.raises(DataRefused, match="costs with one entry for each of 3 rows"):
        wasted_contacts(np.zeros(3, int), costs, {0: None})
