"""What is believed of contacts: by head where one can, else by least squares over the factors themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.actions.lifts import MeasuredLift, believed

NOTHING_SEEN = 1e12
"""A variance at which a measurement tells nothing."""


def lift(assumed: float, measured: float, variance: float) -> MeasuredLift:
    return MeasuredLift(assumed, measured, variance, spread=0.0)


def test_without_any_measurement_there_is_nothing_to_believe() -> None:
    assert believed([]) == []


def test_one_contact_lies_between_what_was_assumed_and_measured_by_how_sure_each_is() -> None:
    # Assumed are 2 of 100 and unsure by as much; measured are 5, unsure by 4: a fifth of the way from one to the other.
    (found,) = believed([lift(0.02, 0.05, 0.04**2)])
    assert found.share_measured == pytest.approx(0.2)
    assert found.mean == pytest.approx(0.02 + 0.2 * 0.03)


def test_a_call_that_does_twice_what_was_assumed_speaks_for_letters_too() -> None:
    call, letter = believed([lift(0.02, 0.04, 0.0), lift(0.01, -0.5, NOTHING_SEEN)])
    assert call.mean == pytest.approx(0.04)
    # Three quarters of the surprise are shared: of one more time the assumption, .75 times.
    assert letter.mean == pytest.approx(0.01 + 0.75 * 0.01)


def test_only_its_own_measurement_makes_a_contact_measured() -> None:
    call, letter = believed([lift(0.02, 0.04, 1e-12), lift(0.01, 0.0, NOTHING_SEEN)])
    assert (call.share_measured, letter.share_measured) == pytest.approx((1.0, 0.0), abs=1e-6)


def test_who_assumes_nothing_learns_slowly_and_does_learn() -> None:
    (unsure,) = believed([lift(0.0, 0.05, 0.05**2)])
    (sure,) = believed([lift(0.0, 0.05, 1e-9)])
    assert 0.0 < unsure.mean < 0.001
    assert sure.mean == pytest.approx(0.05, rel=0.01)


numbers = st.floats(-0.2, 0.2)
some = st.lists(st.builds(lift, numbers, numbers, st.floats(1e-8, 0.1)), min_size=1, max_size=4)


@given(some)
def test_it_is_the_likeliest_pair_of_a_shared_factor_and_each_ones_own(
    lifts: list[MeasuredLift],
) -> None:
    count = len(lifts)
    unsure = np.array([max(abs(one.assumed), 0.0025) for one in lifts])
    # Unknown are the shared factor and one for each, all of variance one; each measurement is a row, each unknown another.
    effect = np.column_stack([np.sqrt(0.75) * unsure, np.diag(np.sqrt(0.25) * unsure)])
    error = np.sqrt([one.variance for one in lifts])
    surprise = np.array([one.measured - one.assumed for one in lifts])
    rows = np.vstack([effect / error[:, None], np.eye(count + 1)])
    factors, *_ = np.linalg.lstsq(rows, np.concatenate([surprise / error, np.zeros(count + 1)]))
    likeliest = np.array([one.assumed for one in lifts]) + effect @ factors
    assert [one.mean for one in believed(lifts)] == pytest.approx(likeliest, abs=1e-6)


@given(some)
def test_the_order_of_the_contacts_changes_nothing(lifts: list[MeasuredLift]) -> None:
    turned = believed(lifts[::-1])[::-1]
    assert [one.mean for one in believed(lifts)] == pytest.approx([one.mean for one in turned])
