"""Single operations of the kernel on a handful of events, expectations by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pytest

from features.behaviour.groups import SPEND
from features.declarations.calendar import TimeOfYear
from features.declarations.events import Events
from features.declarations.feature import declare
from features.declarations.instants import Elapsed, SinceInstant, UntilInstant
from features.declarations.keyed import Entropy, New, TopShare
from features.declarations.values import (
    Bins,
    Count,
    Difference,
    Distinct,
    Gap,
    Largest,
    Latest,
    Ratio,
    Repeats,
    SinceFirst,
    SinceLast,
    Sum,
    Total,
    Value,
)
from features.plan.plan import plan_of
from features.vectors.vectors import build_vectors
from features.vocabulary.time import Window
from tests.builders import Event, Term, at, contact, line, order, pack_of, returned

LINES = Events("purchases")
BOUGHT = LINES.also("quantity_milli", ">", 0)
ORDERS = Distinct(BOUGHT, "order")


def value_of(value: Value, events: Sequence[Event], *cutoffs: str) -> list[float]:
    """One value of one customer at each cutoff."""
    ghost: list[Event] = [contact("2000-01-01"), order("2000-01-01"), Term("2000-01-01")]
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


COMPLAINTS = Events("contacts").also("kind", "=", "complaint")
SETTLED = COMPLAINTS.once("resolved_seconds")
OPEN = COMPLAINTS.until("resolved_seconds")


def test_an_instant_of_a_row_counts_from_the_second_after_it() -> None:
    events = [contact("2026-01-01", "complaint", resolved="2026-01-10")]
    cutoffs = ("2026-01-02", "2026-01-10", "2026-01-10T00:00:01", "2026-06-01")

    assert value_of(Count(SETTLED), events, *cutoffs) == [0, 0, 1, 1]
    assert value_of(Count(OPEN), events, *cutoffs) == [1, 1, 0, 0]


def test_what_is_never_settled_stays_open() -> None:
    events = [contact("2026-01-01", "complaint")]
    windowed = Sum(Count(OPEN, Window(7)), Count(OPEN))

    assert value_of(windowed, events, "2026-01-02", "2026-02-01", "2030-01-01") == [2, 1, 1]
    assert value_of(Count(SETTLED), events, "2030-01-01") == [0]


def test_an_old_event_is_settled_only_once_its_instant_has_passed() -> None:
    """Between the cutoffs the complaint is far older than every window, and still not decided."""
    events = [
        contact("2020-01-01", "complaint", resolved="2026-01-10"),
        contact("2020-01-02", "complaint", resolved="2020-01-03"),
    ]
    cutoffs = ("2020-02-01", "2025-01-01", "2025-06-01", "2026-02-01", "2027-02-01")
    since_first = SinceFirst(OPEN)

    def of(value: Value) -> list[float]:
        # A finite window beside it lets old events settle at all.
        return value_of(Sum(value, Count(COMPLAINTS, Window(7))), events, *cutoffs)

    assert of(Count(OPEN)) == [1, 1, 1, 0, 0]
    assert of(Count(SETTLED)) == [1, 1, 1, 2, 2]
    assert of(Elapsed(SETTLED, "resolved_seconds")) == [1, 1, 1, 2202, 2202]
    assert of(since_first)[:2] == [31, 1827]
    assert all(math.isnan(one) for one in of(since_first)[3:])


def test_days_to_and_from_instants_are_of_the_latest_one() -> None:
    events: list[Event] = [
        Term("2025-01-01", ends="2026-01-01"),
        Term("2026-01-01", ends="2027-01-01"),
        Term("2026-02-01"),
    ]
    terms = Events("contracts")
    ahead = UntilInstant(terms.until("ends_seconds").also("ends_seconds", ">=", 0), "ends_seconds")
    behind = SinceInstant(terms.once("ends_seconds"), "ends_seconds")
    cutoffs = ("2025-12-31", "2026-01-01T12:00:00", "2026-12-31T12:00:00", "2027-01-02")

    assert value_of(ahead, events, *cutoffs[:3]) == [1, 364.5, 0.5]
    assert value_of(behind, events, *cutoffs[1:]) == [0.5, 364.5, 1]
    assert math.isnan(value_of(ahead, events, cutoffs[3])[0])
    assert math.isnan(value_of(behind, events, cutoffs[0])[0])


def test_the_latest_entry_and_the_one_before_are_of_different_seconds() -> None:
    events = [
        contact("2026-01-01", "survey", score=3),
        contact("2026-01-05", "survey", score=10),
        contact("2026-01-05", "survey", score=8),
        contact("2026-01-07", "survey", score=-2.5),
    ]
    scored = Events("contacts").also("kind", "=", "survey")
    last, before = Latest(scored, "score_milli", 1, 1000), Latest(scored, "score_milli", 2, 1000)
    cutoffs = ("2026-01-02", "2026-01-06", "2026-01-08")

    # The second cutoff lets the first survey settle before those of one second are seen.
    assert value_of(last, events, *cutoffs) == [3, 10, -2.5]
    assert value_of(before, events, *cutoffs[1:]) == [3, 10]
    assert math.isnan(value_of(before, events, "2026-01-02")[0])
    assert math.isnan(value_of(last, [order("2026-01-01")], "2026-01-02")[0])


def test_repeats_are_all_but_the_first() -> None:
    events = [order("2026-01-01"), order("2026-01-02"), order("2026-01-03")]
    repeats = Repeats(Count(BOUGHT))

    assert value_of(repeats, events, "2026-01-02", "2026-01-09") == [0, 2]
    assert value_of(repeats, [returned("2026-01-01")], "2026-01-09") == [0]
    assert value_of(repeats.over(Window(7)), events, "2026-01-09") == [1]


VARIED = [
    line("2026-01-01", 5.00, category="roses"),
    line("2026-01-02", 5.00, category="tools"),
    line("2026-02-01", 30.00, category="roses"),
    line("2026-02-02", 10.00, category="seeds"),
    line("2026-02-03", 7.00),
    returned("2026-02-04", 7.00),
]


def test_a_key_is_new_in_the_window_that_holds_its_first_event_of_all() -> None:
    new = New(BOUGHT, "category", Window(20))

    assert value_of(new, VARIED, "2026-01-03", "2026-02-05", "2026-06-01") == [2, 1, 0]
    assert value_of(New(BOUGHT, "category"), VARIED, "2026-02-05") == [3]


def test_a_key_known_late_is_new_by_the_first_event_known_so_far() -> None:
    events = [
        line("2026-01-01", category="roses", known="2026-03-01"),
        line("2026-02-01", category="roses"),
    ]
    new = New(BOUGHT, "category", Window(40))

    assert value_of(new, events, "2026-02-05", "2026-03-02") == [1, 0]


def test_the_mix_is_spread_by_weight_and_missing_keys_are_left_out() -> None:
    entropy = Entropy(BOUGHT, "category", "amount_cents")
    halves = value_of(entropy, VARIED, "2026-01-03")
    shares = [35 / 50, 5 / 50, 10 / 50]

    assert halves == [pytest.approx(math.log(2), rel=1e-7)]
    expected = -sum(share * math.log(share) for share in shares)
    assert value_of(entropy, VARIED, "2026-02-05") == [pytest.approx(expected, rel=1e-7)]
    top = TopShare(BOUGHT, "category", "amount_cents", Window(10))
    assert value_of(top, VARIED, "2026-02-05") == [0.75]
    by_lines = TopShare(BOUGHT, "category", "", Window(10))
    assert value_of(by_lines, VARIED, "2026-02-05") == [0.5]


def test_a_mix_of_one_key_has_no_entropy_and_a_mix_of_nothing_is_missing() -> None:
    entropy = Entropy(BOUGHT, "category", "amount_cents", Window(7))

    assert value_of(entropy, VARIED[:1], "2026-01-03") == [0]
    assert math.isnan(value_of(entropy, VARIED[:1], "2026-06-01")[0])
    gift = [line("2026-01-01", 0.00, category="roses")]
    assert math.isnan(value_of(entropy, gift, "2026-01-03")[0])


def test_texts_that_share_a_slot_keep_apart() -> None:
    """Windows and conditions of each text are its own, also of one that nobody bought."""
    pack = pack_of({"anna": VARIED, "~": [order("2000-01-01")]})
    roses, tools, coal = (BOUGHT.also("category", "=", one) for one in ("roses", "tools", "coal"))
    values = [
        Total(roses, "amount_cents", Window(10)),
        Total(tools, "amount_cents"),
        Total(coal, "amount_cents"),
        Distinct(roses, "order"),
        Distinct(tools, "order", Window(10)),
        Largest(roses, "amount_cents"),
        Largest(tools, "amount_cents", Window(10)),
    ]
    asked = [
        declare(f"x{n}", one, meaning="X.", unit="count", group=SPEND, said="{value}", missing="Z.")
        for n, one in enumerate(values)
    ]
    plan = plan_of(asked, pack)
    found = build_vectors(pack, plan, [at("2026-02-05")], customers=np.array([0])).values[0]

    assert len(plan.program.selectors) == 3
    np.testing.assert_array_equal(found, [3000, 500, 0, 2, 0, 3000, np.nan])


def test_a_wholesaler_with_more_lines_than_running_sums_allow_is_counted_alike() -> None:
    day = at("2026-01-01").seconds
    pack = pack_of({"bot": [line(day + n // 3, 0.01, number=str(n // 5)) for n in range(70_000)]})
    values = [Count(BOUGHT), Total(BOUGHT, "amount_cents", Window(1)), ORDERS, Gap(BOUGHT, "mean")]
    asked = [
        declare(f"x{n}", one, meaning="X.", unit="count", group=SPEND, said="{value}", missing="Z.")
        for n, one in enumerate(values)
    ]
    cutoffs = [at("2026-01-02"), at("2026-01-01T01:00:00")]
    found = build_vectors(pack, plan_of(asked, pack), cutoffs).values

    np.testing.assert_array_equal(found[0], [10_800, 10_800, 2_160, np.nan])
    np.testing.assert_array_equal(found[1], [70_000, 70_000, 14_000, np.nan])


TURNS: dict[Literal["january", "april"], int] = {"january": 1, "april": 4}
"""The months with whose first day a year turns."""


@pytest.mark.parametrize("year", [2001, 2004, 2023, 2024, 2100])
def test_the_time_of_the_year_is_how_far_the_nearest_turn_is_before_or_after(year: int) -> None:
    """Tried on every eleventh day, on both turns and the days beside them, and around the end of February."""
    first = date(year, 1, 1)
    days = {first + timedelta(days=step) for step in range(0, 365, 11)}
    for turn in (first, date(year, 4, 1), date(year, 3, 1), date(year + 1, 1, 1)):
        days |= {turn + timedelta(days=step) for step in (-1, 0, 1)}
    cutoffs = sorted(days)
    for word, month in TURNS.items():
        expected = [
            min(abs((day - date(near, month, 1)).days) for near in range(year - 1, year + 3))
            for day in cutoffs
        ]
        found = value_of(TimeOfYear(word), [order("2000-01-02")], *map(str, cutoffs))
        assert found == expected, word
