"""The level of pooled cutoffs counts customers, however many of their rows there are."""

from __future__ import annotations

import numpy as np
import pytest

from training.measures.levels import HeldLevel, HeldLevels
from training.measures.pooled import METRIC, TOGETHER, PooledLevel

CAME = np.array([1.0, 0.0, 1.0, 0.0, 0.0, 1.0])
TOLD = np.array([0.6, 0.2, 0.7, 0.3, 0.1, 0.5])


def test_rows_of_one_customer_leave_the_level_as_open_as_one_row_each() -> None:
    keys = np.arange(6)
    once = HeldLevel.of("a day", CAME, TOLD)
    again = HeldLevel.of("a day", np.tile(CAME, 4), np.tile(TOLD, 4), np.tile(keys, 4))
    assert again.bias == pytest.approx(once.bias)
    assert (again.bias_low, again.bias_high) == pytest.approx((once.bias_low, once.bias_high))
    strangers = HeldLevel.of("a day", np.tile(CAME, 4), np.tile(TOLD, 4))
    assert strangers.bias_high < once.bias_high


def test_customers_are_counted_once_and_chance_errs_by_more_than_among_strangers() -> None:
    keys = np.tile(np.arange(6), 4)
    pooled = PooledLevel.of_chances(np.tile(CAME, 4), np.tile(TOLD, 4), keys, cutoffs=4)
    alone = HeldLevel.of_chances("a day", np.tile(CAME, 4), np.tile(TOLD, 4))
    assert (pooled.level.test, pooled.level.customers, pooled.cutoffs) == (TOGETHER, 6, 4)
    # Four rows that say the same: the variance is four times that of four strangers.
    assert pooled.level.ece_by_chance == pytest.approx(2 * (alone.ece_by_chance or 0.0))
    assert pooled.level.ece == alone.ece


def test_a_manifest_tells_it_or_tells_none() -> None:
    pooled = PooledLevel.of_chances(CAME, TOLD, np.arange(6), cutoffs=1)
    again = PooledLevel.from_metrics({METRIC: pooled.as_dict()})
    assert again is not None and again.as_dict() == pooled.as_dict()
    assert PooledLevel.from_metrics({"by_cutoff": {}}) is None


def test_where_nothing_surprises_there_is_nothing_to_widen() -> None:
    sure = np.array([1.0, 0.0])
    pooled = PooledLevel.of_chances(sure, sure, np.arange(2), cutoffs=1)
    assert pooled.level.ece == 0.0 and pooled.level.ece_by_chance == 0.0


@pytest.mark.parametrize(("cutoffs", "wider"), [(1, 1.0), (3, 2**0.5), (5, 1.5**0.5)])
def test_levels_off_from_a_mean_of_their_own_leave_the_next_wider_open(
    cutoffs: int, wider: float
) -> None:
    """By hand: the variance of one more beside the mean of so many, told by how far those lie from it."""
    held = HeldLevels.of([HeldLevel(f"{one}", 9, 0.2, 0.2, 0.2) for one in range(cutoffs)])
    pooled = PooledLevel(HeldLevel(TOGETHER, 9, 0.0, 0.0, 0.0), cutoffs)
    low, high = held.next
    assert pooled.next_within(held, 0.9) == pytest.approx((low**wider, high**wider))
    told = pooled.next_figures(held)
    assert told["level_low"] == pytest.approx(low**wider)
    assert (told["level_lowest"] or 1.0) < (told["level_low"] or 0.0)


def test_the_range_of_the_next_level_holds_it_as_often_as_it_says() -> None:
    """Levels of four cutoffs about a mean learned from them, and one more from the same company."""
    generator, held = np.random.default_rng(5), 0
    for _ in range(400):
        *past, following = generator.normal(0.0, 0.2, 5)
        mean = float(np.mean(past))
        levels = HeldLevels.of(
            [
                HeldLevel(f"{place}", 9, float(np.expm1(mean - one)), -0.1, 0.1)
                for place, one in enumerate(past)
            ]
        )
        low, high = PooledLevel(HeldLevel(TOGETHER, 9, 0.0, 0.0, 0.0), 4).next_within(levels, 0.9)
        held += low <= np.exp(following - mean) <= high
    assert held / 400 == pytest.approx(0.9, abs=0.04)
