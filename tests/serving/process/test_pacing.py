"""A thread that opens a model rests in between, and so leaves the interpreter to those who answer."""

from __future__ import annotations

import sys
import threading

import pytest

from serving.process.pacing import REST_SECONDS, WORK_SECONDS, paced


class Time:
    """A clock that moves a third of a stretch of work each time it is looked at, and by every rest."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.rests: list[float] = []

    def __call__(self) -> float:
        self.seconds += WORK_SECONDS / 3
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.seconds += seconds


def step(number: int) -> int:
    return number + 1


def test_work_is_done_as_ever_with_a_rest_after_every_stretch_of_it() -> None:
    time, total = Time(), 0
    with paced(time, time.sleep):
        for _ in range(60):
            total = step(total)
    assert total == 60
    # A call and its return are two looks at the clock, and a rest follows every few of them.
    assert 120 // 5 <= len(time.rests) <= 120 // 2
    assert set(time.rests) == {REST_SECONDS}


def test_what_watched_calls_before_does_so_afterwards_even_when_the_work_fails() -> None:
    before = sys.getprofile()
    with pytest.raises(ZeroDivisionError), paced():
        step(1 // 0)
    assert sys.getprofile() is before


def test_other_threads_do_not_rest() -> None:
    time, done = Time(), [0]

    def work() -> None:
        for _ in range(200):
            done[0] = step(done[0])

    with paced(time, time.sleep):
        other = threading.Thread(target=work)
        other.start()
        other.join()
        of_the_other = len(time.rests)
        work()
    assert done == [400]
    # Starting a thread and waiting for it is some dozen calls of this one, the work two hundred.
    assert of_the_other < (len(time.rests) - of_the_other) / 2
