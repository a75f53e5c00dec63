"""Waits for the next order, counted by hand, and the error when some were cut short."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.time import DAY_SECONDS
from tests.training.companies import START, pack_of_orders
from training.families.churn.timing.waits import Waits, silence_error, waits

DAY = DAY_SECONDS


def of(*ends: float) -> Waits:
    """Waits of so many days; negative ones were cut short."""
    return Waits(np.abs(np.array(ends)), np.array(ends) > 0)


def test_a_wait_ends_with_the_first_order_at_or_after_the_cutoff() -> None:
    orders = [(0, START * DAY), (0, (START + 10) * DAY), (0, (START + 12) * DAY), (1, START * DAY)]
    purchases = pack_of_orders(orders, 2).streams["purchases"]
    keys = np.array([0, 0, 0, 1], np.int32)
    cutoffs = np.array([START + 1, START + 10, START + 13, START + 1], np.int64) * DAY
    found = waits(purchases, keys, cutoffs, (START + 20) * DAY)
    assert found.days.tolist() == [9.0, 0.0, 7.0, 19.0]
    assert found.ordered.tolist() == [True, True, False, False]


def test_nothing_is_known_of_orders_at_or_after_the_end_of_watching() -> None:
    orders = [(0, START * DAY), (0, (START + 10) * DAY)]
    purchases = pack_of_orders(orders, 1).streams["purchases"]
    cutoff = np.array([(START + 1) * DAY], np.int64)
    found = waits(purchases, np.zeros(1, np.int32), cutoff, (START + 10) * DAY)
    assert (found.days.tolist(), found.ordered.tolist()) == ([9.0], [False])
    late = waits(purchases, np.zeros(1, np.int32), cutoff, (START + 1) * DAY)
    assert (late.days.tolist(), late.ordered.tolist()) == ([0.0], [False])


def test_it_is_known_of_a_wait_whether_it_lasted_so_long() -> None:
    assert of(5, 30, -10, -30).known_by(30.0).tolist() == [True, True, False, True]


def test_the_chance_of_being_watched_is_that_of_kaplan_and_meier() -> None:
    # Cut short on day 2 (one of four left) and on day 6 (one of two left).
    waited = of(1, -2, 5, -6, 9)
    expected = [1.0, 1.0, 0.75, 0.75, 0.375]
    assert waited.watched_for(np.array([0.0, 2.0, 3.0, 6.0, 9.0])).tolist() == expected


def test_without_waits_cut_short_the_error_is_the_plain_one() -> None:
    silent = np.array([0.2, 0.9, 0.4])
    error = silence_error(of(5, 50, 70), silent, 60.0)
    assert error == pytest.approx((0.2**2 + 0.9**2 + (1 - 0.4) ** 2) / 3)


def test_a_wait_cut_short_is_weighed_out_by_those_like_it() -> None:
    # Of the two still waiting on day 3 one is cut short, so the other counts for both.
    error = silence_error(of(1, -3, 9), np.array([0.5, 0.1, 0.8]), 5.0)
    assert error == pytest.approx((0.5**2 + 2 * (1 - 0.8) ** 2) / 3)


def test_the_error_is_on_average_that_of_waits_watched_to_their_end() -> None:
    generator = np.random.default_rng(4)
    days = generator.exponential(40, 40_000)
    watched = generator.uniform(0, 120, 40_000)
    silent = np.clip(np.exp(-60 / 40) + generator.normal(0, 0.1, 40_000), 0, 1)
    whole = silence_error(Waits(days, np.ones(40_000, np.bool_)), silent, 60.0)
    part = silence_error(Waits(np.minimum(days, watched), days < watched), silent, 60.0)
    assert part == pytest.approx(whole, abs=0.004)
