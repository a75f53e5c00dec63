"""Who is asked about, and what came of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary.time import Horizon
from tests.builders import Exposure, Line, at, order, pack_of, returned
from training.questions.labels import inactivity, is_judged, spend_shrank, was_treated

CUTOFF = at("2026-03-01")


def left(*events: Line, horizon: Horizon | None = None) -> float:
    pack = pack_of({"anna": list(events), "bert": [order("2026-03-15")]})
    keys, cutoffs = np.array([0], np.int32), np.array([CUTOFF.seconds])
    horizon = horizon or Horizon(30)
    return float(inactivity(pack.streams["purchases"], keys, cutoffs, horizon)[0])


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-02-28T23:59:59", 1.0),
        ("2026-03-01", 0.0),
        ("2026-03-30T23:59:59", 0.0),
        ("2026-03-31", 1.0),
    ],
)
def test_the_horizon_holds_its_first_second_and_not_its_last(when: str, expected: float) -> None:
    assert left(order("2026-01-05"), order(when)) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-03-07T23:59:59", 1.0),
        ("2026-03-08", 0.0),
        ("2026-04-06T23:59:59", 0.0),
        ("2026-04-07", 1.0),
    ],
)
def test_an_order_in_the_gap_does_not_count(when: str, expected: float) -> None:
    assert left(order("2026-01-05"), order(when), horizon=Horizon(30, gap_days=7)) == expected


def test_a_return_is_not_buying() -> None:
    assert left(order("2026-01-05"), returned("2026-03-10")) == 1.0


def test_an_order_counts_by_when_it_happened_not_by_when_it_was_known() -> None:
    assert left(order("2026-01-05"), order("2026-03-10", known="2026-09-01")) == 0.0


def test_a_customer_without_purchases_left_and_a_neighbour_does_not_help() -> None:
    assert left() == 1.0


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60), st.booleans()), min_size=1),
    st.integers(0, 60),
    st.integers(1, 20),
    st.integers(0, 5),
)
def test_outcomes_are_those_of_looking_at_every_line(
    lines: list[tuple[int, int, bool]], cutoff: int, days: int, gap: int
) -> None:
    names = [f"c{key}" for key in range(5)]
    day = 86_400
    pack = pack_of(
        {
            name: [
                (order if bought else returned)(moment * day)
                for owner, moment, bought in lines
                if owner == key
            ]
            for key, name in enumerate(names)
        }
    )
    keys = np.arange(5, dtype=np.int32)
    cutoffs = np.full(5, cutoff * day)
    found = inactivity(pack.streams["purchases"], keys, cutoffs, Horizon(days, gap))
    start, end = cutoff + gap, cutoff + gap + days
    expected = [
        float(not any(o == key and start <= moment < end and b for o, moment, b in lines))
        for key in range(5)
    ]
    assert found.tolist() == expected


def test_judged_are_repeat_customers_who_ordered_recently() -> None:
    orders = np.array([2.0, 1.0, 9.0, 9.0, 2.0])
    silence = np.array([0.0, 3.0, 60.0, 60.01, np.nan])
    judged = is_judged(orders, silence, minimum_orders=2, active_within_days=60)
    assert judged.tolist() == [True, False, True, False, False]


@pytest.mark.parametrize(
    ("orders", "silence", "expected"),
    [
        (2, 60, True),
        (1, 60, False),
        (3, 59, True),
        (2, 61, False),
        (2, 0, True),
        (0, 0, False),
        (2, np.nan, False),
        (np.nan, 1, False),
    ],
)
def test_who_is_judged_is_told_at_both_limits(
    orders: float, silence: float, expected: bool
) -> None:
    found = is_judged(
        np.array([orders]), np.array([silence]), minimum_orders=2, active_within_days=60
    )
    assert found.tolist() == [expected]


@pytest.mark.parametrize(
    ("when", "is_within"),
    [
        ("2026-02-28T23:59:59", False),
        ("2026-03-01", True),
        ("2026-03-05", True),
        ("2026-04-06T23:59:59", True),
        ("2026-04-07", False),
    ],
)
def test_an_offer_counts_from_the_cutoff_on_to_the_end_of_the_horizon_gap_and_all(
    when: str, is_within: bool
) -> None:
    pack = pack_of(
        {
            "anna": [Exposure(when), Exposure("2025-12-01")],
            "bert": [Exposure("2026-03-10", arm="control"), Exposure("2026-09-01")],
            "carl": [Exposure("2026-03-10", arm=None)],
            "dora": [],
        }
    )
    keys, cutoffs = np.arange(4, dtype=np.int32), np.full(4, CUTOFF.seconds)
    found = was_treated(pack.streams["exposures"], keys, cutoffs, Horizon(30, gap_days=7))
    assert found.tolist() == [is_within, False, True, False]


def shrank(
    spent: float, *, before: float = 300.00, others: float = 100.00, drop: float = 0.5
) -> float:
    """Anna, of whom a third of ``before`` is expected, beside bert of whom 100 is, and who spends ``others``."""
    pack = pack_of(
        {
            "anna": [order("2026-02-01", spend=before), order("2026-03-02", spend=spent)],
            "bert": [order("2026-02-01", spend=300.00), order("2026-03-02", spend=others)],
        }
    )
    keys, cutoffs = np.arange(2, dtype=np.int32), np.full(2, CUTOFF.seconds)
    return float(
        spend_shrank(
            pack.streams["purchases"], keys, cutoffs, Horizon(30), drop_share=drop, periods=3
        )[0]
    )


def test_a_spend_of_exactly_what_is_left_of_the_expected_has_shrunk() -> None:
    """Anna and bert spend 200 in all where 200 is expected: the season is 1, and half of 100 is the limit."""
    assert shrank(50.00, others=150.00) == 1.0
    assert shrank(51.00, others=149.00) == 0.0
    assert shrank(49.00, others=151.00) == 1.0
    assert shrank(0.0, others=200.00) == 1.0


def test_a_season_in_which_all_spend_half_takes_nobody_for_shrunk() -> None:
    """Everybody spends 40 of 100: the season is 0.4, and what is expected of each is 40."""
    assert shrank(40.00, others=40.00) == 0.0
    assert shrank(20.00, others=60.00) == 1.0
    assert shrank(21.00, others=59.00) == 0.0


def test_of_whom_nothing_is_expected_nothing_is_told() -> None:
    assert np.isnan(shrank(10.00, before=0.0)) and np.isnan(shrank(10.00, before=-5.00))


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ("2025-11-30T23:59:59", False),
        ("2025-12-01", True),
        ("2026-02-28T23:59:59", True),
        ("2026-03-01", False),
    ],
)
def test_what_is_expected_comes_from_three_periods_before_the_cutoff(
    when: str, counts: bool
) -> None:
    """2025-12-01 lies 90 days before 2026-03-01."""
    pack = pack_of({"anna": [order(when, spend=90.00)]})
    found = spend_shrank(
        pack.streams["purchases"], np.zeros(1, np.int32), np.array([CUTOFF.seconds]), Horizon(30),
        drop_share=0.5, periods=3,
    )  # fmt: skip
    assert np.isnan(found[0]) is np.bool_(not counts)
