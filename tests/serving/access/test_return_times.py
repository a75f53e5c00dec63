"""Who is sent away is told another time than all others, as many in a second as can be taken beside whoever comes anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from serving.access.return_times import LONGEST_SECONDS, OF_WHOM_COME_BACK, ReturnTimes

NOW = 1_000.0


def after_a_minute_of(work_a_second: float) -> ReturnTimes:
    """The times of a process to which so much of what it can do has come each second of the last minute."""
    times = ReturnTimes()
    for second in range(60):
        times.note(NOW - 59 + second, work_a_second)
    return times


def spaces(times: ReturnTimes, work: float, count: int, now: float = NOW) -> float:
    """How far apart those are on average who are sent away one after the other."""
    told = [times.next(now, 0.0, work) for _ in range(count)]
    assert told == sorted(told)
    return (told[-1] - told[0]) / (count - 1)


def test_where_nothing_else_comes_they_come_back_as_fast_as_they_can_be_worked_for() -> None:
    # Each takes a second, and seven of ten come back.
    assert round(spaces(ReturnTimes(), 1.0, 101), 1) == OF_WHOM_COME_BACK


def test_where_four_fifths_are_taken_they_come_back_in_the_fifth_that_is_left() -> None:
    assert round(spaces(after_a_minute_of(0.8), 1.0, 21), 1) == 5 * OF_WHOM_COME_BACK


def test_where_all_is_taken_a_tenth_is_theirs_all_the_same() -> None:
    assert round(spaces(after_a_minute_of(3.0), 0.5, 21), 1) == 5 * OF_WHOM_COME_BACK


def test_who_comes_back_when_they_were_told_to_is_not_taken_for_somebody_new() -> None:
    times = ReturnTimes()
    told = [times.next(NOW, 0.0, 1.0) for _ in range(40)]
    for one in told:
        times.note(NOW + one, OF_WHOM_COME_BACK)
    later = NOW + max(told)
    first = times.next(later, 0.0, 1.0)
    last = [times.next(later, 0.0, 1.0) for _ in range(20)][-1]
    assert round((last - first) / 20, 1) == OF_WHOM_COME_BACK


def test_what_came_more_than_a_minute_ago_counts_no_more() -> None:
    times = after_a_minute_of(0.9)
    times.note(NOW + 61, 0.0)
    told = [times.next(NOW + 61, 0.0, 1.0) for _ in range(101)]
    assert round((told[-1] - told[0]) / 100, 1) == OF_WHOM_COME_BACK


@pytest.mark.parametrize(
    ("later", "taken"), [(0, 0.5), (59, 0.5), (59.9, 0.5), (60, 0.0), (61, 0.0)]
)
def test_what_came_counts_for_sixty_seconds_its_own_among_them(later: float, taken: float) -> None:
    times = ReturnTimes()
    times.note(NOW, 30.0)
    assert round(spaces(times, 1.0, 21, NOW + later), 1) == OF_WHOM_COME_BACK / (1 - taken)


@pytest.mark.parametrize(("later", "taken"), [(0, 0.7), (1, 0.0), (60, 0.0), (61, 0.7)])
def test_who_comes_back_is_expected_in_the_very_second_they_were_told(
    later: int, taken: float
) -> None:
    times = ReturnTimes()
    assert times.next(NOW, 0.0, 60.0) == 1
    # So much of it will be worked for: it was told to come a second from now.
    times.note(NOW + later, 60 * OF_WHOM_COME_BACK)
    expected = OF_WHOM_COME_BACK / (1 - taken)
    assert spaces(times, 0.5, 21, NOW + later) == pytest.approx(0.5 * expected, abs=0.06)


def test_nobody_comes_back_before_there_is_room_nor_after_a_minute_and_a_half() -> None:
    times = ReturnTimes()
    assert times.next(NOW, 7.2, 0.01) == 8
    assert times.next(NOW, 0.0, 0.01) == 8
    assert ReturnTimes().next(NOW, 1_000.0, 0.01) == LONGEST_SECONDS == 90
    assert ReturnTimes().next(NOW, 0.0, 0.01) == 1


@given(
    some.lists(some.tuples(some.floats(0, 5), some.floats(0, 100), some.floats(0, 10)), max_size=50)
)
def test_whatever_comes_a_time_is_a_whole_second_within_bounds(
    steps: list[tuple[float, float, float]],
) -> None:
    times, now = ReturnTimes(), NOW
    for passed, room, work in steps:
        now += passed
        times.note(now, work)
        told = times.next(now, room, work)
        assert min(LONGEST_SECONDS, max(1, int(room))) <= told <= LONGEST_SECONDS


def test_what_came_and_what_was_promised_is_remembered_for_a_minute_and_then_let_go() -> None:
    times = ReturnTimes()
    for second in range(200):
        times.note(NOW + second, 1.0)
        times.next(NOW + second, 3.0, 0.01)
        if second >= 3:
            # The last minute, and the three seconds ahead for which somebody was promised a place.
            assert times.seconds_remembered == min(second + 1, 60) + 3


@pytest.mark.parametrize(("room", "earliest"), [(91.0, 90), (70.0, 71), (10.0, 46)])
def test_where_there_is_no_room_they_come_in_the_second_half_and_not_before_there_is(
    room: float, earliest: int
) -> None:
    times = ReturnTimes()
    times.next(NOW, 0.0, 1_000.0)
    told = [times.next(NOW, room, 1.0) for _ in range(300)]
    assert earliest <= min(told) <= min(earliest + 5, LONGEST_SECONDS)
    assert max(told) in range(86, LONGEST_SECONDS + 1)
