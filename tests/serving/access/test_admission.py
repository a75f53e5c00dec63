"""Who is worked for, who waits, and who is told when to come again."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from serving.access.admission import Admission, QueueLength, QueuePlace, TooBusy
from serving.access.work import Work

ONE_SECOND = Work(("/score",), 100, 0.01)
SMALL = Work(("/score",), 1, 0.003)


class Clock:
    """Seconds that go by when a test says so."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def admission_by(clock: Clock, at_once: int = 1) -> Admission:
    return Admission(at_once=at_once, light_at_once=1, longest_wait_seconds=2.0, ticks=clock)


def entered(
    admission: Admission, work: Work = ONE_SECOND, within_seconds: float = 10.0
) -> QueuePlace:
    return admission.enter(work, within_seconds=within_seconds)


def advice(admission: Admission, work: Work = ONE_SECOND, within_seconds: float = 10.0) -> int:
    with pytest.raises(TooBusy) as busy:
        entered(admission, work, within_seconds)
    return busy.value.come_again_seconds


def test_as_many_as_there_are_places_have_their_turn_and_the_next_follows_in_order(
    clock: Clock,
) -> None:
    admission = admission_by(clock, at_once=2)
    places = [entered(admission) for _ in range(4)]
    assert [one.has_its_turn for one in places] == [True, True, False, False]
    places[1].leave()
    assert [one.has_its_turn for one in places] == [True, True, True, False]
    # Who waits no longer is passed over.
    places[3].leave(is_whole=False)
    for one in places[:3]:
        one.leave()
    assert admission.is_idle


def test_passwords_are_tried_one_at_a_time_and_keep_no_other_call_waiting(clock: Clock) -> None:
    admission = admission_by(clock)
    password = Work(("/sign-in", "password"), 1, 0.003, tries_password=True)
    tried = [entered(admission, password) for _ in range(3)]
    assert [one.has_its_turn for one in tried] == [True, False, False]
    others = [entered(admission, ONE_SECOND), entered(admission, SMALL)]
    assert [one.has_its_turn for one in others] == [True, True]
    assert admission.queues["passwords"] == QueueLength(running=1, waiting=2)
    assert admission.threads == 3
    for one in (*others, *tried[:2]):
        one.leave()
    assert tried[2].has_its_turn and not admission.is_idle
    tried[2].leave()
    assert admission.is_idle


def test_whose_caller_has_gone_while_waiting_gets_the_turn_and_gives_it_up(clock: Clock) -> None:
    admission = admission_by(clock)

    async def gone() -> list[bool]:
        first, second, third = (entered(admission) for _ in range(3))
        second.awaited().cancel()
        turn = third.awaited()
        first.leave()
        taken = [second.has_its_turn, turn.done()]
        second.leave(is_whole=False)
        return [*taken, turn.done()]

    assert asyncio.run(gone()) == [True, False, True]


def test_who_would_wait_longer_than_is_allowed_is_refused_before_anything_is_done(
    clock: Clock,
) -> None:
    admission = admission_by(clock)
    # One is worked for, one waits; the third waits two seconds, which is just allowed; the fourth three.
    first, *_ = [entered(admission) for _ in range(3)]
    assert advice(admission) == 1
    clock.seconds += 1.0
    first.leave()
    assert not entered(admission).has_its_turn


def test_who_cannot_be_answered_in_time_is_refused_however_short_the_wait(clock: Clock) -> None:
    admission = admission_by(clock)
    entered(admission)
    # Before it lies one second, and it takes one itself.
    assert advice(admission, within_seconds=1.9) == 1
    assert not entered(admission, within_seconds=2.1).has_its_turn


def test_who_takes_longer_than_expected_is_believed_to_be_done_any_moment(clock: Clock) -> None:
    admission = admission_by(clock)
    entered(admission)
    clock.seconds += 5.0
    assert not entered(admission, within_seconds=1.1).has_its_turn


def test_who_was_sent_away_is_told_another_time_than_those_sent_away_before(clock: Clock) -> None:
    admission = admission_by(clock)
    for _ in range(3):
        entered(admission)
    # There is room in one second; each who is sent away takes up seven tenths of one and a little more.
    assert [advice(admission) for _ in range(5)] == [1, 2, 3, 4, 5]
    # Nobody is sent away for longer than a minute and a half, and those there is no room for do not all come at its end.
    beyond = [advice(admission) for _ in range(300)][-100:]
    assert min(beyond) >= 45 and max(beyond) <= 90 and len(set(beyond)) > 20


def test_while_a_worker_is_replaced_who_is_sent_away_comes_back_when_it_is_there(
    clock: Clock,
) -> None:
    admission = admission_by(clock)
    for _ in range(3):
        entered(admission)
    admission.lacks_workers = True
    assert [advice(admission) for _ in range(3)] == [20, 21, 22]
    # Those who come once it is there stand behind them all the same.
    admission.lacks_workers = False
    assert advice(admission) == 23


def test_who_finds_nobody_before_him_is_let_in_however_long_it_takes(clock: Clock) -> None:
    endless = Work(("/score",), 1_000, 1.0)
    place = entered(admission_by(clock), endless)
    assert place.has_its_turn


def test_what_calls_cost_is_learned_from_those_that_were_done_whole(clock: Clock) -> None:
    admission = admission_by(clock)
    given_up, whole = entered(admission), entered(admission)
    clock.seconds += 50.0
    given_up.leave(is_whole=False)
    assert admission.costs.seconds(ONE_SECOND) == 1.0
    clock.seconds += 4.0
    whole.leave()
    assert admission.costs.seconds(ONE_SECOND) == 4.0


def test_small_calls_do_not_wait_behind_large_ones(clock: Clock) -> None:
    admission = admission_by(clock)
    for _ in range(3):
        entered(admission)
    assert entered(admission, SMALL).has_its_turn
    assert not entered(admission, SMALL).has_its_turn


def test_bodies_that_are_held_have_their_bounds_and_one_alone_always_fits() -> None:
    admission = Admission()
    admission.make_room(500_000_000)
    with pytest.raises(TooBusy):
        admission.make_room(1)
    admission.free_room(500_000_000)
    admission.make_room(100_000_000)
    admission.make_room(28_000_000)
    with pytest.raises(TooBusy):
        admission.make_room(1)


@given(
    some.lists(some.sampled_from(["enter", "leave", "give up", "a second goes by"]), max_size=80),
    some.integers(1, 4),
)
def test_whatever_comes_and_goes_no_place_is_taken_twice_and_none_stays_empty(
    steps: list[str], at_once: int
) -> None:
    clock = Clock()
    admission = admission_by(clock, at_once)
    here: list[QueuePlace] = []
    for step in steps:
        if step == "enter":
            with suppress(TooBusy):
                here.append(entered(admission))
        elif step == "a second goes by":
            clock.seconds += 1.0
        elif here:
            at_work = [one for one in here if one.has_its_turn]
            gone = at_work[0] if step == "leave" else here[-1]
            here.remove(gone)
            gone.leave(is_whole=step == "leave")
        turns = [one.has_its_turn for one in here]
        assert sum(turns) == min(at_once, len(here))
        # In the order they came.
        assert turns == sorted(turns, reverse=True)
    for one in here:
        one.leave()
    assert admission.is_idle
