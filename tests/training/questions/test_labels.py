"""Who is asked about, and what came of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary.time import Horizon
from tests.builders import Line, at, order, pack_of, returned
from training.questions.labels import inactivity, is_judged

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
