"""Ratios of sums, against customers resampled."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import DataRefused
from training.measures.incremental.effect import campaign_effect
from training.measures.incremental.ratios import ratio_effect


def orders_and_margin(seed: int, customers: int = 400) -> tuple[Truths, Floats, Floats]:
    random = np.random.default_rng(seed)
    treated = random.random(customers) < 0.5
    orders = random.poisson(np.where(treated, 3.0, 2.0)).astype(float)
    return treated, orders * 10.0 * random.lognormal(0.0, 0.3, customers), orders


def test_it_is_the_difference_of_two_ratios_of_sums() -> None:
    treated = np.arange(10) < 5
    margin = np.array([10, 20, 30, 0, 15, 8, 2, 4, 6, 5.0])
    orders = np.array([1, 2, 2, 0, 1, 1, 1, 1, 1, 1.0])
    assert ratio_effect(treated, margin, orders).mean == pytest.approx(75 / 6 - 25 / 5)


def test_its_interval_is_that_of_customers_drawn_again() -> None:
    treated, margin, orders = orders_and_margin(1)
    random = np.random.default_rng(0)
    drawn = []
    for _ in range(2_000):
        rows = random.integers(0, len(treated), len(treated))
        arm, above, below = treated[rows], margin[rows], orders[rows]
        drawn.append(above[arm].sum() / below[arm].sum() - above[~arm].sum() / below[~arm].sum())
    found = ratio_effect(treated, margin, orders)
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.08 * (high - low))


def test_where_nothing_is_changed_it_holds_none_in_95_of_100() -> None:
    holds = []
    for seed in range(600):
        random = np.random.default_rng(seed)
        treated = random.random(150) < 0.6
        orders = 1.0 + random.poisson(2.0, 150).astype(float)
        found = ratio_effect(treated, orders * random.lognormal(0.0, 0.3, 150), orders)
        holds.append(found.low <= 0 <= found.high)
    assert 0.925 <= np.mean(holds) <= 0.975


def test_over_ones_it_is_the_plain_effect() -> None:
    treated, margin, orders = orders_and_margin(2)
    found = ratio_effect(treated, margin, np.ones(len(orders), float))
    plain = campaign_effect(treated, margin).per_treated
    assert (found.mean, found.low, found.high) == pytest.approx((plain.mean, plain.low, plain.high))


def test_rows_of_a_customer_count_together() -> None:
    treated, margin, orders = orders_and_margin(3)
    again = np.repeat(treated, 4), np.repeat(margin, 4), np.repeat(orders, 4)
    once = ratio_effect(treated, margin, orders)
    together = ratio_effect(*again, clusters=np.repeat(np.arange(400), 4))
    assert together.high - together.low == pytest.approx(once.high - once.low, rel=0.01)
    apart = ratio_effect(*again)
    assert apart.high - apart.low == pytest.approx((once.high - once.low) / 2, rel=0.01)


def test_a_ratio_over_nothing_is_refused() -> None:
    treated, margin, orders = orders_and_margin(4)
    with pytest.raises(DataRefused, match="denominators that add up to more than nothing"):
        ratio_effect(treated, margin, np.where(treated, orders, -orders))
