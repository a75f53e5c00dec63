"""Cutoffs that fit, calibrate and test, with no outcome reaching into a later use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ModelRefused
from features.settings import ChurnSettings
from features.vocabulary import DAY_SECONDS, Cutoff
from tests.builders import at
from training.splits import Split, rolling_origins


def days(*cutoffs: Cutoff) -> list[int]:
    return [cutoff.seconds // DAY_SECONDS for cutoff in cutoffs]


def test_a_year_with_a_horizon_of_sixty_days_is_tested_three_times() -> None:
    settings = ChurnSettings(horizon_days=60, origins=6)
    splits = rolling_origins(at("2009-12-01T07:45").seconds, at("2010-12-10"), settings)
    assert [str(split.test) for split in splits.tests] == ["2010-10-11", "2010-08-12", "2010-06-13"]
    assert [str(split.calibration) for split in splits.tests] == [
        "2010-08-12",
        "2010-06-13",
        "2010-04-14",
    ]
    assert [str(one) for one in splits.tests[2].fit] == ["2010-02-13"]
    assert str(splits.shipped.calibration) == "2010-10-11"
    assert [str(one) for one in splits.shipped.fit] == [
        "2010-02-13",
        "2010-04-14",
        "2010-06-13",
        "2010-08-12",
    ]


def test_too_short_a_history_says_how_many_days_are_needed_and_found() -> None:
    settings = ChurnSettings(horizon_days=90, gap_days=7)
    with pytest.raises(ModelRefused, match=r"381 days.*found 380 days"):
        rolling_origins(0, Cutoff(380 * DAY_SECONDS), settings)
    assert len(rolling_origins(0, Cutoff(381 * DAY_SECONDS), settings).tests) == 1


def test_fewer_than_three_origins_cannot_be_told_apart() -> None:
    with pytest.raises(ModelRefused, match="origins"):
        rolling_origins(0, Cutoff(2_000 * DAY_SECONDS), ChurnSettings(origins=2))


def test_a_calibration_whose_outcome_is_open_at_the_test_is_caught() -> None:
    day = DAY_SECONDS
    splits = rolling_origins(0, Cutoff(400 * day), ChurnSettings(horizon_days=60))
    leaky = Split((Cutoff(0),), Cutoff(100 * day), Cutoff(159 * day))
    with pytest.raises(AssertionError, match="calibrating"):
        leaky.require_embargo(splits.horizon)


@given(st.integers(1, 2_000), st.integers(1, 200), st.integers(0, 30), st.integers(3, 12))
def test_every_outcome_is_complete_before_its_use_and_within_the_data(
    span: int, horizon_days: int, gap_days: int, origins: int
) -> None:
    settings = ChurnSettings(horizon_days=horizon_days, gap_days=gap_days, origins=origins)
    end = Cutoff(span * DAY_SECONDS)
    try:
        splits = rolling_origins(0, end, settings)
    except ModelRefused:
        assert span < 3 * (horizon_days + gap_days) + horizon_days
        return
    step = horizon_days + gap_days
    assert len(splits.cutoffs) <= origins and 1 <= len(splits.tests) <= 3
    assert days(*splits.cutoffs)[0] >= horizon_days
    assert days(splits.shipped.calibration)[0] + step <= span
    for split in splits.tests:
        assert split.test is not None
        assert days(split.calibration)[0] + step <= days(split.test)[0]
        assert max(days(*split.fit)) + step <= days(split.calibration)[0]
