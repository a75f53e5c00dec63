"""A quiet week does not alarm, a shifted one does, and what grows every week is no news."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.typing import NDArray
from scipy.stats import chi2

from training.measures.monitoring.stability import (
    FALSE_ALARMS_A_WEEK,
    SHIFT,
    bin_edges,
    binned,
    chance_bound,
    shifts,
    stability_index,
)

WEEKS = 9


def weeks_of(
    generator: np.random.Generator, customers: int, columns: int = 1
) -> list[NDArray[np.floating]]:
    """Weeks whose customers are all drawn anew from the same population."""
    return [generator.gamma(2.0, 1.0, (customers, columns)) for _ in range(WEEKS)]


def test_the_index_is_the_sum_over_bins_of_the_difference_times_the_log_of_the_ratio() -> None:
    now, before = np.array([30, 70]), np.array([50, 50])
    by_hand = (30.5 - 50.5) / 101 * math.log(30.5 / 50.5) + (70.5 - 50.5) / 101 * math.log(
        70.5 / 50.5
    )
    assert stability_index(now, before) == pytest.approx(by_hand)


@given(some.lists(some.integers(0, 500), min_size=2, max_size=8), some.integers(1, 9))
@settings(deadline=None)
def test_the_index_is_never_below_nothing_and_the_same_both_ways(
    counts: list[int], times: int
) -> None:
    now, before = np.array(counts) + 1, np.array(counts[::-1]) * times + 1
    assert stability_index(now, before) >= 0.0
    assert stability_index(now, before) == pytest.approx(stability_index(before, now))
    assert stability_index(now, now) == pytest.approx(0.0)


def test_every_value_has_a_bin_and_missing_ones_have_their_own() -> None:
    values = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, np.nan])
    edges = bin_edges(values)
    assert edges.tolist() == [0.0, 1.0, 2.0]
    assert binned(values, edges).tolist() == [7, 1, 1, 0, 1]
    assert binned(np.array([-5.0, 99.0, np.nan]), edges).tolist() == [1, 0, 0, 1, 1]


def test_a_column_of_one_value_has_a_place_for_whatever_is_another() -> None:
    edges = bin_edges(np.full(50, 3.0))
    assert binned(np.array([2.0, 3.0, 3.0, 4.0]), edges).tolist() == [1, 2, 1, 0]


@pytest.mark.parametrize(("now", "before"), [(500, 500), (200, 2_000)])
def test_by_chance_the_index_is_spread_as_chi_squared_of_its_size(now: int, before: int) -> None:
    """The oracle is a thousand pairs of samples from one population."""
    generator = np.random.default_rng(4)
    edges = np.quantile(generator.random(200_000), np.linspace(0, 1, 11)[1:-1])
    size = 1.0 / (1.0 / now + 1.0 / before)
    drawn = np.array(
        [
            size
            * stability_index(
                binned(generator.random(now), edges), binned(generator.random(before), edges)
            )
            for _ in range(1_000)
        ]
    )
    assert drawn.mean() == pytest.approx(9.0, rel=0.08)
    assert np.quantile(drawn, 0.99) == pytest.approx(chi2.ppf(0.99, 9), rel=0.12)


def test_the_bound_is_passed_by_chance_as_seldom_as_it_says() -> None:
    assert chi2.sf(chance_bound(9, 1e-5), 9) == pytest.approx(1e-5)
    assert chance_bound(9, FALSE_ALARMS_A_WEEK / 400) > chance_bound(9, FALSE_ALARMS_A_WEEK)


def test_a_quiet_week_does_not_alarm_by_any_of_many_columns() -> None:
    generator = np.random.default_rng(7)
    names = [f"feature_{place}" for place in range(60)]
    alarms = [
        one.name
        for _ in range(5)
        for one in shifts(names, weeks_of(generator, 150, len(names)))
        if one.is_alarm
    ]
    assert alarms == []


@pytest.mark.parametrize("change", ["scale", "missing"])
def test_a_shift_alarms_in_its_first_week_and_names_what_moved(change: str) -> None:
    weeks = weeks_of(np.random.default_rng(8), 1_000, 3)
    if change == "scale":
        weeks[-1][:, 1] *= 2.0
    else:
        weeks[-1][:400, 1] = np.nan
    found = shifts(["a", "b", "c"], weeks, compared=400)
    assert [one.name for one in found if one.is_alarm] == ["b"]
    moved = found[1]
    assert moved.index > 0.25 > moved.by_chance
    if change == "scale":
        assert moved.median_now == pytest.approx(2 * moved.median_before, rel=0.1)
    else:
        assert moved.missing_before == 0.0
        assert moved.missing_now == pytest.approx(0.4)


def test_what_grows_every_week_is_no_news_until_it_leaps() -> None:
    tenure = np.random.default_rng(9).uniform(0, 300, (2_000, 1))
    weeks = [tenure + 7 * week for week in range(WEEKS)]
    [grown] = shifts(["tenure"], weeks)
    assert grown.index - 10 / 1_000 > SHIFT and not grown.is_alarm
    weeks[-1] = tenure + 7 * WEEKS + 400
    [leapt] = shifts(["tenure"], weeks)
    assert leapt.is_alarm


def test_a_difference_too_small_to_act_on_is_no_alarm_however_many_customers_show_it() -> None:
    generator = np.random.default_rng(10)
    weeks = [generator.normal(0, 1, (50_000, 1)) for _ in range(WEEKS)]
    weeks[-1] += 0.2
    [shift] = shifts(["spend"], weeks)
    assert shift.index > shift.by_chance and not shift.is_alarm


@pytest.mark.parametrize(("weeks", "customers"), [(2, 500), (9, 99)])
def test_of_too_few_weeks_or_customers_nothing_is_said(weeks: int, customers: int) -> None:
    assert shifts(["spend"], [np.zeros((customers, 1))] * weeks) == []
