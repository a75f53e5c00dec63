"""Cutoffs that fit, calibrate and test, with no outcome reaching into a later use."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from tests.builders import at
from training.datasets.splits import OriginSplit, Split, rolling_origins, stated_origins


def days(*cutoffs: Cutoff) -> list[int]:
    return [cutoff.seconds // DAY_SECONDS for cutoff in cutoffs]


def in_time(*splits: Split) -> list[OriginSplit]:
    assert all(isinstance(one, OriginSplit) for one in splits)
    return [one for one in splits if isinstance(one, OriginSplit)]


def test_a_year_with_a_horizon_of_sixty_days_is_tested_three_times() -> None:
    first, end = at("2009-12-01T07:45").seconds, at("2010-12-10")
    splits = rolling_origins(first, end, Horizon(60), origins=6)
    tests, [shipped] = in_time(*splits.tests), in_time(splits.shipped)
    assert [str(split.test) for split in tests] == ["2010-10-11", "2010-08-12", "2010-06-13"]
    assert [str(split.calibration) for split in tests] == [
        "2010-08-12",
        "2010-06-13",
        "2010-04-14",
    ]
    assert [str(one) for one in tests[2].fit] == ["2010-02-13"]
    assert [str(one) for one in tests[2].learned_from] == ["2010-02-13", "2010-04-14"]
    assert str(shipped.calibration) == "2010-10-11"
    assert [str(one) for one in shipped.learned_from] == [
        "2010-02-13",
        "2010-04-14",
        "2010-06-13",
        "2010-08-12",
        "2010-10-11",
    ]


def test_the_predecessor_of_a_model_is_the_model_of_the_test_before() -> None:
    splits = rolling_origins(0, Cutoff(1_000 * DAY_SECONDS), Horizon(60), origins=8)
    uses = in_time(splits.shipped, *splits.tests)
    for later, earlier in itertools.pairwise(uses):
        assert later.fit == earlier.learned_from


def test_the_latest_test_is_reserved_and_the_others_choose() -> None:
    splits = rolling_origins(0, Cutoff(400 * DAY_SECONDS), Horizon(60), origins=6)
    assert len(splits.tests) == 3
    assert splits.reserved is splits.tests[0] and splits.choosing == splits.tests[1:]
    told = splits.as_dict()
    assert told["reserved"] == splits.tests[0].name
    assert told["choosing"] == [one.name for one in splits.tests[1:]]


def test_a_test_alone_has_to_choose() -> None:
    splits = rolling_origins(0, Cutoff(400 * DAY_SECONDS), Horizon(90), origins=6)
    assert splits.reserved is None and splits.choosing == splits.tests
    assert len(splits.tests) == 1 and splits.as_dict()["reserved"] == ""


def test_tests_whose_outcomes_reach_into_the_latest_choose_nothing_for_it() -> None:
    """Thirty days apart, of sixty days: the test a month earlier shares its outcomes with the latest."""
    monthly = [at("2026-01-01").plus_days(30 * number) for number in range(8)]
    splits = stated_origins(monthly, Horizon(60), most=8)
    assert splits is not None
    tests = in_time(*splits.tests)
    assert [one.test for one in tests] == [monthly[7], monthly[6], monthly[5]]
    assert in_time(*splits.choosing) == [tests[2]]
    weekly = [at("2026-01-01").plus_days(7 * number) for number in range(30)]
    overlapping = stated_origins(weekly, Horizon(60), most=30)
    assert overlapping is not None
    assert overlapping.reserved is None and overlapping.choosing == overlapping.tests


def test_too_short_a_history_says_how_many_days_are_needed_and_found() -> None:
    horizon = Horizon(90, gap_days=7)
    with pytest.raises(ModelRefused, match=r"381 days.*found 380 days"):
        rolling_origins(0, Cutoff(380 * DAY_SECONDS), horizon, origins=6)
    assert len(rolling_origins(0, Cutoff(381 * DAY_SECONDS), horizon, origins=6).tests) == 1


def test_fewer_than_three_origins_cannot_be_told_apart() -> None:
    with pytest.raises(ModelRefused, match="origins"):
        rolling_origins(0, Cutoff(2_000 * DAY_SECONDS), Horizon(90), origins=2)


def test_a_calibration_whose_outcome_is_open_at_the_test_is_caught() -> None:
    day = DAY_SECONDS
    splits = rolling_origins(0, Cutoff(400 * day), Horizon(60), origins=6)
    leaky = OriginSplit((Cutoff(0),), Cutoff(100 * day), Cutoff(159 * day))
    with pytest.raises(AssertionError, match="calibrating"):
        leaky.require_embargo(splits.horizon)
    between = OriginSplit(
        (Cutoff(0),), Cutoff(100 * day), Cutoff(160 * day), between=(Cutoff(101 * day),)
    )
    with pytest.raises(AssertionError, match="calibrating"):
        between.require_embargo(splits.horizon)


@given(st.integers(1, 2_000), st.integers(1, 200), st.integers(0, 30), st.integers(3, 12))
def test_every_outcome_is_complete_before_its_use_and_within_the_data(
    span: int, horizon_days: int, gap_days: int, origins: int
) -> None:
    end = Cutoff(span * DAY_SECONDS)
    try:
        splits = rolling_origins(0, end, Horizon(horizon_days, gap_days), origins=origins)
    except ModelRefused:
        assert span < 3 * (horizon_days + gap_days) + horizon_days
        return
    step = horizon_days + gap_days
    assert len(splits.cutoffs) <= origins and 1 <= len(splits.tests) <= 3
    assert days(*splits.cutoffs)[0] >= horizon_days
    assert days(in_time(splits.shipped)[0].calibration)[0] + step <= span
    for split in in_time(*splits.tests):
        assert split.test is not None
        assert max(days(*split.learned_from)) + step <= days(split.test)[0]
        assert max(days(*split.fit)) + step <= days(split.calibration)[0]


def test_cutoffs_of_a_table_serve_one_another_only_when_their_outcomes_are_known() -> None:
    monthly = [at("2026-01-01").plus_days(30 * number) for number in range(6)]
    splits = stated_origins(monthly, Horizon(60), most=6)
    assert splits is not None
    first = in_time(*splits.tests)[0]
    assert first.test == monthly[5] and first.calibration == monthly[3]
    assert first.fit == (monthly[0], monthly[1]) and first.learned_from == tuple(monthly[:4])
    [shipped] = in_time(splits.shipped)
    assert shipped.calibration == monthly[5] and shipped.fit == tuple(monthly[:4])
    assert shipped.learned_from == tuple(monthly)


def test_two_cutoffs_of_a_table_leave_no_room_for_a_test_in_time() -> None:
    two = [at("2026-01-01"), at("2026-06-01")]
    assert stated_origins(two, Horizon(30), most=6) is None
    assert stated_origins([*two, at("2026-06-02")], Horizon(30), most=6) is None


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=12),
    st.integers(1, 90),
    st.integers(0, 20),
    st.integers(3, 8),
)
def test_stated_cutoffs_are_embargoed_however_they_lie(
    days_since: list[int], horizon_days: int, gap_days: int, most: int
) -> None:
    horizon = Horizon(horizon_days, gap_days)
    splits = stated_origins([Cutoff(one * DAY_SECONDS) for one in days_since], horizon, most=most)
    if splits is None:
        return
    for split in in_time(*splits.tests):
        assert split.test is not None and split.fit
        assert horizon.end(split.calibration) <= split.test
        assert all(horizon.end(one) <= split.calibration for one in split.fit)
        assert all(horizon.end(one) <= split.test for one in split.learned_from)
    if splits.reserved is None:
        return
    [reserved] = in_time(splits.reserved)
    assert reserved.test is not None and reserved not in splits.choosing
    for split in in_time(*splits.choosing):
        assert split.test is not None and horizon.end(split.test) <= reserved.test


def test_a_model_answers_several_tests_before_it_is_fitted_anew_from_a_window() -> None:
    cutoffs = [Cutoff(day * DAY_SECONDS) for day in range(0, 210, 30)]
    found = stated_origins(cutoffs, Horizon(30), most=7, tests=4, window_days=90, refit_every=2)
    assert found is not None
    tests = in_time(*found.tests)
    assert [days(one.test) for one in tests if one.test] == [[180], [150], [120], [90]]
    assert [days(*one.learned_from) for one in tests] == [
        [60, 90, 120],
        [60, 90, 120],
        [0, 30, 60],
        [0, 30, 60],
    ]
    assert stated_origins(cutoffs, Horizon(30), most=7, window_days=30) is None
