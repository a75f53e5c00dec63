"""A process that is asked to end finishes what it works on."""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from serving.process.closing import Closing


@contextmanager
def ends_noted() -> Iterator[list[int]]:
    """What the web server would be told, in the place of its own way to end."""
    ends: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        ends.append(number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield ends
    finally:
        signal.signal(signal.SIGTERM, before)


async def until_begun(closing: Closing) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    while not closing.has_begun():
        await asyncio.sleep(0)


def test_a_process_ends_when_what_it_works_on_is_done() -> None:
    async def closed(ends: list[int]) -> None:
        closing, is_idle = Closing(), list[bool]()
        closing.watch(lambda: bool(is_idle), least_seconds=0)
        assert not closing.has_begun()
        await until_begun(closing)
        for _ in range(20):
            await asyncio.sleep(0)
        assert ends == []
        is_idle.append(True)
        while not ends:
            await asyncio.sleep(0)

    with ends_noted() as ends:
        asyncio.run(closed(ends))
    assert ends == [signal.SIGTERM]


class LeapingLoop(asyncio.SelectorEventLoop):
    """A loop in which whatever is waited for has come at once, and the clock has gone on so far."""

    def __init__(self) -> None:
        self.seconds = 0.0
        super().__init__(_LeapingSelector(self))

    def time(self) -> float:
        """How far the clock has gone on."""
        return self.seconds


class _LeapingSelector(selectors.SelectSelector):
    def __init__(self, loop: LeapingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._loop.seconds += timeout or 0.0
        return super().select(0)


@pytest.mark.parametrize(("is_idle", "seconds"), [(True, 0.5), (False, 5.0)])
def test_the_door_stays_open_for_half_a_second_at_least_and_five_at_most(
    is_idle: bool, seconds: float
) -> None:
    async def closed(ends: list[int]) -> float:
        closing = Closing()
        closing.watch(lambda: is_idle)
        await until_begun(closing)
        while not ends:
            await asyncio.sleep(0.001)
        return asyncio.get_running_loop().time()

    with ends_noted() as ends, asyncio.Runner(loop_factory=LeapingLoop) as runner:
        assert runner.run(closed(ends)) == pytest.approx(seconds, abs=0.03)


def test_a_process_that_is_asked_twice_ends_at_once() -> None:
    async def closed(ends: list[int]) -> None:
        closing = Closing()
        closing.watch(lambda: False)
        await until_begun(closing)
        os.kill(os.getpid(), signal.SIGTERM)
        while not ends:
            await asyncio.sleep(0)

    with ends_noted() as ends:
        asyncio.run(closed(ends))
    assert ends == [signal.SIGTERM]


def test_without_a_loop_nobody_stands_before_the_usual_way_to_end() -> None:
    with ends_noted() as ends:
        Closing().watch(lambda: False)
        os.kill(os.getpid(), signal.SIGTERM)
    assert ends == [signal.SIGTERM]
