"""Single operations of the kernel on a handful of events, expectations by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from features.behaviour.groups import SPEND
from features.plan import plan_of
from features.spec import (
    Bins,
    Count,
    Difference,
    Distinct,
    Events,
    Gap,
    Largest,
    Ratio,
    SinceFirst,
    SinceLast,
    Sum,
    Total,
    Value,
    declare,
)
from features.vectors import build_vectors
from features.vocabulary import Window
from tests.builders import Event, at, contact, line, order, pack_of, returned

LINES = Events("purchases")
BOUGHT = LINES.also("quantity_milli", ">", 0)
ORDERS = Distinct(BOUGHT, "order")


def value_of(value: Value, events: Sequence[Event], *cutoffs: str) -> list[float]:
    """One value of one customer at each cutoff."""
    ghost: list[Event] = [contact("2000-01-01"), order("2000-01-01")]
    pack = pack_of({"anna": events, "~": ghost})
    asked = declare(
        "x", value, meaning="X.", unit="count", group=SPEND, said="{value}", missing="Zero."
    )
    vectors = build_vectors(
        pack, plan_of([asked], pack), [at(one) for one in cutoffs], customers=np.array([0])
    )
    return [float(one) for one in vectors.values[:, 0]]


def test_windows_begin_with_their_first_second_and_end_before_the_cutoff() -> None:
    events = [
        line("2026-01-01T00:00:00"),  # exactly 7 days before
        line("2025-12-31T23:59:59"),  # a second too early
        line("2026-01-07T23:59:59"),  # the last second inside
        line("2026-01-08T00:00:00"),  # at the cutoff: not seen
    ]

    assert value_of(Count(BOUGHT, Window(7)), events, "2026-01-08") == [2]
    assert value_of(Count(BOUGHT), events, "2026-01-08") == [3]


def test_a_total_is_of_the_events_that_meet_every_condition() -> None:
    events = [
        line("2026-01-01", 5.00, channel="web"),
        line("2026-01-02", 7.00, channel="store"),
        line("2026-01-03", 11.00),
        returned("2026-01-04", 2.00),
    ]
    total = Total(BOUGHT.also("channel", "=", "web"), "amount_cents")
    other = Total(BOUGHT.also("channel", "!=", "web"), "amount_cents")

    assert value_of(total, events, "2026-02-01") == [500]
    assert value_of(other, events, "2026-02-01") == [1800]
    assert value_of(Total(LINES, "amount_cents", per=100), events, "2026-02-01") == [21]


@pytest.mark.parametrize(
    ("comparison", "expected"), [("<", 1), ("<=", 2), ("=", 1), ("!=", 2), (">=", 2), (">", 1)]
)
def test_every_comparison_means_what_it_says(comparison: str, expected: int) -> None:
    events = [line("2026-01-01", 1), line("2026-01-01", 2), line("2026-01-01", 3)]
    count = Count(LINES.also("amount_cents", comparison, 200))  # type: ignore[arg-type]

    assert value_of(count, events, "2026-02-01") == [expected]


def test_the_largest_is_missing_without_an_event_and_may_be_negative() -> None:
    events = [returned("2026-01-01", 4.00), returned("2026-01-20", 9.00)]
    largest = Largest(LINES, "amount_cents")

    assert value_of(largest, events, "2026-01-10", "2026-02-01") == [-400, -400]
    assert value_of(largest.over(Window(30)), events, "2026-01-10", "2026-02-10") == [-400, -900]
    assert math.isnan(value_of(largest.over(Window(7)), events, "2026-03-01")[0])


def test_an_order_whose_lines_straddle_a_window_counts_once_in_each_window() -> None:
    events = [
        line("2026-01-01", number="a"),
        line("2026-01-20", number="a"),  # the same order, extended
        line("2026-01-20", number="b"),
        line("2024-01-01", number="c"),
    ]

    assert value_of(ORDERS.over(Window(7)), events, "2026-01-21") == [2]
    assert value_of(ORDERS.over(Window(30)), events, "2026-01-21") == [2]
    assert value_of(ORDERS, events, "2026-01-10", "2026-01-21") == [2, 3]


def test_a_key_seen_long_ago_and_again_now_counts_once_so_far() -> None:
    events = [
        line("2020-01-01", number="a", item="hat"),
        line("2026-01-20", number="b", item="hat"),
    ]
    items = Distinct(BOUGHT, "item")
    asked = Sum(Total(Events("purchases"), "amount_cents", Window(7)), items)

    # The short window lets the first line settle into the carry between the cutoffs.
    assert value_of(asked, events, "2020-01-02", "2021-01-01", "2026-01-21") == [1001, 1, 1001]


def test_an_event_counts_from_the_cutoff_after_it_became_known() -> None:
    events = [
        line("2026-01-01", number="a", known="2026-01-10"),
        line("2026-01-02", number="a", known="2026-01-02"),
        line("2026-01-03", number="a", known="2026-01-05"),
    ]
    seen = value_of(Count(BOUGHT), events, "2026-01-03", "2026-01-05", "2026-01-06", "2026-01-11")

    assert seen == [1, 1, 2, 3]
    assert value_of(ORDERS, events, "2026-01-03", "2026-01-11") == [1, 1]
    assert value_of(SinceFirst(BOUGHT), events, "2026-01-03", "2026-01-11") == [1, 10]


def test_gaps_lie_between_days_and_not_between_orders_of_a_day() -> None:
    events = [
        order("2026-01-01T08:00:00"),
        order("2026-01-01T20:00:00"),
        order("2026-01-04"),  # 3 days
        order("2026-01-05"),  # 1 day
        order("2026-01-15"),  # 10 days
        order("2026-01-17"),  # 2 days
    ]
    cutoff = "2026-02-01"

    assert value_of(Gap(BOUGHT, "mean"), events, cutoff) == [4]
    assert value_of(Gap(BOUGHT, "max"), events, cutoff) == [10]
    assert value_of(Gap(BOUGHT, "recent"), events, cutoff) == pytest.approx([13 / 3])
    # Squares of -1, -3, 6, -2 make 50, over 3.
    assert value_of(Gap(BOUGHT, "sd"), events, cutoff) == pytest.approx([math.sqrt(50 / 3)])
    lasts = [value_of(Gap(BOUGHT, "last", back), events, cutoff)[0] for back in (1, 2, 3)]
    assert lasts == [2, 10, 1]


def test_gaps_are_missing_until_there_are_enough_of_them() -> None:
    two_days = [order("2026-01-01"), order("2026-01-04")]

    assert value_of(Gap(BOUGHT, "recent"), two_days, "2026-02-01") == [3]
    for gap in (Gap(BOUGHT, "sd"), Gap(BOUGHT, "last", 2)):
        assert math.isnan(value_of(gap, two_days, "2026-02-01")[0])
    for gap in (Gap(BOUGHT, "mean"), Gap(BOUGHT, "max"), Gap(BOUGHT, "recent")):
        assert math.isnan(value_of(gap, two_days, "2026-01-02")[0])


def test_times_since_run_to_the_second_and_are_missing_without_an_event() -> None:
    events = [order("2026-01-01T12:00:00"), order("2026-01-02"), returned("2026-01-09")]

    assert value_of(SinceLast(BOUGHT), events, "2026-01-03T06:00:00") == [1.25]
    assert value_of(SinceFirst(BOUGHT), events, "2026-01-03") == [1.5]
    bought_web = SinceLast(BOUGHT.also("channel", "=", "carrier pigeon"))
    assert math.isnan(value_of(bought_web, events, "2026-01-03")[0])


def test_a_slope_is_the_change_from_one_stretch_to_the_next() -> None:
    # One line in the oldest of three stretches of ten days, two in the middle, three in the newest.
    events = [line(f"2026-01-{day:02d}", number=f"o{day}") for day in (5, 12, 13, 22, 23, 24)]
    slope = Bins(Count(BOUGHT), "slope", bins=3, bin_days=10)

    assert value_of(slope, events, "2026-01-31") == [1.0]
    assert value_of(
        Bins(Total(BOUGHT, "amount_cents", per=100), "slope", 3, 10), events, "2026-01-31"
    ) == [10]


def test_a_streak_ends_at_the_first_empty_stretch() -> None:
    # From the newest: 2, 0, 1 orders in stretches of ten days.
    events = [order("2026-01-05"), order("2026-01-22"), order("2026-01-30")]

    assert value_of(Bins(ORDERS, "streak", 3, 10), events, "2026-01-31") == [1]
    assert value_of(Bins(ORDERS, "active", 3, 10), events, "2026-01-31") == [2]
    assert value_of(Bins(ORDERS, "streak", 3, 10), events, "2026-02-15") == [0]


def test_a_ratio_is_missing_when_its_divisor_is_zero() -> None:
    ratio = Ratio(Count(LINES), ORDERS)

    assert value_of(ratio, [order("2026-01-01"), returned("2026-01-02")], "2026-02-01") == [2]
    assert math.isnan(value_of(ratio, [returned("2026-01-02")], "2026-02-01")[0])


def test_sums_and_differences_are_missing_with_either_part() -> None:
    events = [order("2026-01-01")]
    gap, since = Gap(BOUGHT, "mean"), SinceLast(BOUGHT)

    assert value_of(Sum(since, since), events, "2026-01-03") == [4]
    assert math.isnan(value_of(Sum(gap, since), events, "2026-01-03")[0])
    assert math.isnan(value_of(Difference(since, gap), events, "2026-01-03")[0])


def test_streams_are_gathered_apart_and_can_be_put_together() -> None:
    complaints = Count(Events("contacts").also("kind", "=", "complaint"))
    events: list[Event] = [
        order("2026-01-01"),
        order("2026-01-02"),
        contact("2026-01-05", "complaint"),
    ]

    assert value_of(Ratio(complaints, ORDERS), events, "2026-01-03", "2026-01-09") == [0, 0.5]
    assert value_of(SinceLast(Events("contacts")), events, "2026-01-09") == [4]


def test_keys_in_any_order_are_told_apart() -> None:
    """Falling order numbers need the table of places; the answer is the same."""
    numbers = [f"o{(7 * k) % 64:02d}" for k in range(64)] * 2
    events = [line(at("2026-01-01").seconds + k, number=number) for k, number in enumerate(numbers)]

    assert value_of(ORDERS, events, "2026-02-01") == [64]
    half = value_of(ORDERS, events, "2026-01-01T00:00:32", "2026-01-01T00:01:05")
    assert half == [32, 64]
