"""The horizon that suits a company: just inside, on and just outside each limit."""

from __future__ import annotations

import pytest

from features.lifecycle.horizons import horizon_for, note_on_paces


@pytest.mark.parametrize(
    ("ninth", "days"),
    [
        *[(0.0, 30), (30.0, 30), (30.1, 60), (60.0, 60), (60.1, 90), (90.0, 90), (90.1, 180)],
        *[(180.0, 180), (180.1, 365), (365.0, 365), (365.1, 365), (9_999.0, 365)],
    ],
)
def test_the_shortest_horizon_that_holds_nine_of_ten_gaps_is_taken(ninth: float, days: int) -> None:
    assert horizon_for(ninth, ninth, 99_999.0)[0] == days


@pytest.mark.parametrize(
    ("span", "days"),
    [
        *[(10.0, 30), (180.0, 30), (359.9, 30), (360.0, 60), (539.9, 60), (540.0, 90)],
        *[(1_079.9, 90), (1_080.0, 180), (2_189.9, 180), (2_190.0, 365)],
    ],
)
def test_a_horizon_fits_six_times_into_the_records(span: float, days: int) -> None:
    found, reason = horizon_for(300.0, 350.0, span)
    assert found == days
    assert ("which asks for 365" in reason) is (days < 365)


def test_a_horizon_is_explained_by_the_gaps_and_by_what_the_records_forbid() -> None:
    gaps = "Nine of ten gaps between a customer's orders end within 41 days (95 %: 70)"
    assert horizon_for(41.0, 70.0, 360) == (60, gaps)
    forbids = (
        ", which asks for 60; the records span 200 days, and a horizon should fit into them 6 times"
    )
    assert horizon_for(41.0, 70.0, 200) == (30, gaps + forbids)
    # The shortest horizon is asked for, so that short records forbid nothing.
    assert "asks" not in horizon_for(30.0, 40.0, 10)[1]


@pytest.mark.parametrize(
    ("customers", "quick", "slow", "is_told"),
    [
        (30, 7.0, 140.0, True),
        (29, 7.0, 140.0, False),
        (30, 7.0, 139.9, False),
        (0, 0.0, 0.0, False),
    ],
)
def test_paces_that_no_horizon_fits_are_told(
    customers: int, quick: float, slow: float, is_told: bool
) -> None:
    told = note_on_paces(customers, quick, slow)
    assert bool(told) is is_told
    assert not told or "every 7 days or more often, a tenth every 140 or less often" in told
