"""A process that is asked to end finishes what it works on."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

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
