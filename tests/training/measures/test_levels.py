"""A level is told test by test, so that opposite errors never cancel."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from training.measures.levels import HeldLevel, HeldLevels

NAN = math.nan


def level(test: str, bias: float, low: float | None = None, high: float | None = None) -> HeldLevel:
    """A level off by so much, which no customer leaves open unless said otherwise."""
    return HeldLevel(test, 100, bias, bias if low is None else low, bias if high is None else high)


def test_what_is_expected_of_all_stands_against_what_came_of_all() -> None:
    found = HeldLevel.of("2026-01-01", np.array([1.0, 0.0, 3.0]), np.array([2.0, 2.0, 1.0]))
    assert found.customers == 3
    assert found.bias == pytest.approx(5 / 4 - 1)
    assert found.observed_over_expected == pytest.approx(4 / 5)
    # Customer by customer: its part of what was expected less its part of what came.
    parts = [2 / 5 - 1 / 4, 2 / 5 - 0.0, 1 / 5 - 3 / 4]
    spread = 1.96 * math.sqrt(sum(one * one for one in parts))
    assert found.bias_low == pytest.approx(1.25 * math.exp(-spread) - 1)
    assert found.bias_high == pytest.approx(1.25 * math.exp(spread) - 1)
    assert (found.ece, found.ece_by_chance, found.rate) == (None, None, None)


def test_the_interval_of_a_level_holds_it_as_often_as_it_says() -> None:
    generator = np.random.default_rng(4)
    chance = generator.uniform(0.1, 0.6, 400)
    held = 0
    for _ in range(400):
        came = (generator.random(400) < chance).astype(float)
        found = HeldLevel.of("a day", came, chance)
        held += found.bias_low <= 0.0 <= found.bias_high
    # Right probabilities are off by chance alone; a little wider than 95 %, for the customers are known.
    assert 0.93 <= held / 400 <= 1.0


def test_probabilities_have_their_calibration_error_and_the_share_it_came_true_of() -> None:
    came, told = np.tile([1.0, 0.0], 50), np.full(100, 0.7)
    found = HeldLevel.of_chances("a day", came, told)
    assert found.ece == pytest.approx(0.2)
    assert found.rate == 0.5 and found.bias == pytest.approx(0.4)
    assert found.ece_by_chance is not None and 0.0 < found.ece_by_chance < 0.3


@pytest.mark.parametrize("came", [[0.0, 0.0], [-1.0, 0.5]])
def test_where_nothing_came_there_is_no_level(came: list[float]) -> None:
    found = HeldLevel.of("a day", np.array(came), np.array([1.0, 1.0]))
    assert math.isnan(found.bias) and math.isnan(found.bias_low)
    assert found.as_dict()["bias"] is None


def test_the_latest_test_is_the_last_by_date_and_the_worst_the_farthest_off() -> None:
    held = HeldLevels.of(
        [level("2025-01-01", 0.3), level("2026-01-01", -0.1), level("2025-06-01", -0.29)]
    )
    assert [one.test for one in held.levels] == ["2026-01-01", "2025-06-01", "2025-01-01"]
    assert held.latest.test == "2026-01-01"
    # A third too little is farther off than three tenths too much: the one is 1 in 1.41, the other 1.3 in 1.
    assert held.worst.test == "2025-06-01"
    assert HeldLevels.of([level("a", 0.5), level("b", NAN)]).worst.test == "b"
    assert HeldLevels.of([level("a", 0.5), level("b", 0.5)]).worst.test == "b"


def test_the_worst_calibration_error_is_the_one_least_explained_by_chance() -> None:
    few = HeldLevel("2026-01-01", 50, 0.0, 0.0, 0.0, 0.09, 0.1, 0.5)
    many = HeldLevel("2025-01-01", 5_000, 0.0, 0.0, 0.0, 0.06, 0.01, 0.5)
    assert HeldLevels.of([few, many]).worst_error.test == "2025-01-01"
    unknown = HeldLevel("2024-01-01", 50, 0.0, 0.0, 0.0, NAN, 0.1, 0.5)
    assert HeldLevels.of([few, many, unknown]).worst_error.test == "2024-01-01"


def test_opposite_errors_do_not_narrow_the_range_of_what_is_next() -> None:
    """Half too much and a third too little are the same distance; on average they would be no error at all."""
    swings = HeldLevels.of([level("1", 0.5), level("2", -1 / 3), level("3", 0.5)])
    same = HeldLevels.of([level("1", 0.5), level("2", 0.5), level("3", 0.5)])
    assert swings.next == pytest.approx(same.next)
    # Student's t of three degrees of freedom, 5 % at either end.
    half = 2.3534 * math.log(1.5)
    assert swings.next == pytest.approx((math.exp(-half), math.exp(half)), rel=1e-4)


def test_the_range_of_what_is_next_is_wider_for_fewer_tests_and_never_narrower_than_customers_leave_it() -> (
    None
):
    one, three = (HeldLevels.of([level(str(at), 0.1) for at in range(count)]) for count in (1, 3))
    assert one.next[1] > three.next[1] > 1.1
    open_ended = [level(str(at), 0.0, math.exp(-0.196) - 1, math.exp(0.196) - 1) for at in range(3)]
    low, high = HeldLevels.of(open_ended).next
    assert math.log(high) == pytest.approx(2.3534 * 0.1, rel=1e-4) and low * high == pytest.approx(
        1.0
    )
    assert HeldLevels.of([level("1", NAN)]).next == pytest.approx((NAN, NAN), nan_ok=True)


def test_levels_are_written_into_a_manifest_and_read_back() -> None:
    held = HeldLevels.of(
        [
            HeldLevel("2026-01-01", 50, 0.1, 0.05, 0.15, 0.03, 0.02, 0.4),
            level("2025-01-01", NAN),
        ]
    )
    told = held.as_dict()
    assert told["2026-01-01"] == {
        "customers": 50,
        "bias": 0.1,
        "bias_low": 0.05,
        "bias_high": 0.15,
        "observed_over_expected": pytest.approx(1 / 1.1),
        "ece": 0.03,
        "ece_by_chance": 0.02,
        "rate": 0.4,
    }
    assert told["2025-01-01"]["bias"] is None and "ece" not in told["2025-01-01"]
    again = HeldLevels.from_dict(told)
    assert again.latest == held.latest and math.isnan(again.levels[1].bias)
    # What an older model tells of a test is no level.
    assert HeldLevels.from_dict({"2026-01-01": {"gini": 0.5, "bias": 0.0}}).levels == ()
    assert HeldLevels.from_dict({}).figures == {}
    assert set(HeldLevels.from_dict({}).next_figures.values()) == {None}


def test_the_figures_of_a_run_name_the_latest_and_the_worst() -> None:
    held = HeldLevels.of(
        [
            HeldLevel("2026-01-01", 50, 0.1, 0.1, 0.1, 0.03, 0.02, 0.4),
            HeldLevel("2025-01-01", 50, -0.4, -0.4, -0.4, 0.2, 0.02, 0.4),
        ]
    )
    found = held.figures
    assert (found["latest/bias"], found["worst/bias"]) == (0.1, -0.4)
    assert (found["latest/ece"], found["worst/ece"]) == (0.03, 0.2)
    assert found["worst/observed_over_expected"] == pytest.approx(1 / 0.6)
    assert found["level/low"] == pytest.approx(1 / found["level/high"])
    ends = held.next_figures
    assert list(ends) == ["level_low", "level_high", "level_lowest", "level_highest"]
    # Student's t of two degrees of freedom, 5 and 2.5 % at either end.
    off = math.sqrt((math.log(1.1) ** 2 + math.log(0.6) ** 2) / 2)
    highs = [math.log(ends[name] or 1.0) / off for name in ("level_high", "level_highest")]
    assert highs == pytest.approx([2.91999, 4.30265], rel=1e-4)


def test_where_no_season_was_seen_twice_the_next_level_is_wider_open_than_a_lucky_test_says() -> (
    None
):
    lucky = [level(str(at), 0.02) for at in range(2)]
    unseen = [replace(one, season_seen=False) for one in lucky]
    seen = [replace(one, season_seen=True) for one in lucky]
    assert HeldLevels.of(seen).next == HeldLevels.of(lucky).next
    # Two tests off by .02 and, as if there were, three by .2: Student's t with five degrees of freedom.
    half = 2.015048 * math.sqrt((2 * math.log(1.02) ** 2 + 3 * 0.2**2) / 5)
    assert HeldLevels.of(unseen).next == pytest.approx((math.exp(-half), math.exp(half)), rel=1e-5)


def test_whether_a_season_was_seen_is_read_back_where_it_was_told() -> None:
    told = HeldLevels.of([replace(level("1", 0.1), season_seen=False), level("2", 0.1)])
    again = HeldLevels.from_dict(told.as_dict())
    assert [one.season_seen for one in again.levels] == [None, False]
    assert "season_seen" not in told.as_dict()["2"]
