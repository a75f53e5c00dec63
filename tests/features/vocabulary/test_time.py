"""Half-open time arithmetic."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon, Window

instants = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1))


def test_a_date_is_its_first_second() -> None:
    assert Cutoff.parse("1970-01-02").seconds == DAY_SECONDS
    assert Cutoff.at(date(1970, 1, 2)) == Cutoff.parse("1970-01-02")


def test_a_time_with_a_zone_becomes_utc() -> None:
    assert Cutoff.parse("1970-01-01T02:00:00+02:00").seconds == 0
    assert Cutoff.parse("1970-01-01T02:00:00").seconds == 7_200


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "", "2026-01-01T00:00:00.5"])
def test_a_cutoff_that_is_no_whole_second_is_refused(text: str) -> None:
    with pytest.raises(UsageRefused, match="Expected a cutoff"):
        Cutoff.parse(text)


def test_a_cutoff_is_written_as_a_date_where_it_is_midnight() -> None:
    assert str(Cutoff.parse("2026-10-01")) == "2026-10-01"
    assert str(Cutoff.parse("2026-10-01T06:30:00")) == "2026-10-01T06:30:00"


@given(instants)
def test_what_a_cutoff_writes_it_reads_back(instant: datetime) -> None:
    cutoff = Cutoff.at(instant.replace(microsecond=0))
    assert Cutoff.parse(str(cutoff)) == cutoff
    assert cutoff.instant == instant.replace(microsecond=0, tzinfo=UTC)


def test_a_window_begins_its_length_before_the_cutoff() -> None:
    assert Window(1).start_seconds(Cutoff(DAY_SECONDS)) == 0
    assert Window(None).start_seconds(Cutoff(DAY_SECONDS)) is None


@pytest.mark.parametrize("days", [0, -7])
def test_a_window_of_no_length_is_refused(days: int) -> None:
    with pytest.raises(UsageRefused, match="window of at least one day"):
        Window(days)


def test_a_horizon_starts_after_its_gap_and_ends_its_length_later() -> None:
    horizon = Horizon(days=2, gap_days=1)
    assert horizon.start(Cutoff(0)) == Cutoff(DAY_SECONDS)
    assert horizon.end(Cutoff(0)) == Cutoff(3 * DAY_SECONDS)


def test_a_horizon_of_one_day_may_begin_at_the_cutoff() -> None:
    horizon = Horizon(days=1, gap_days=0)
    assert horizon.start(Cutoff(7)) == Cutoff(7)
    assert horizon.end(Cutoff(7)) == Cutoff(7 + DAY_SECONDS)


@pytest.mark.parametrize(("days", "gap_days"), [(0, 0), (30, -1)])
def test_a_horizon_without_length_or_with_a_negative_gap_is_refused(
    days: int, gap_days: int
) -> None:
    with pytest.raises(UsageRefused, match="horizon of at least one day"):
        Horizon(days=days, gap_days=gap_days)
