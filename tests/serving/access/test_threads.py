"""Threads that answer calls."""

from __future__ import annotations

import asyncio
import threading

import pytest

from serving.access.threads import Threads


def test_a_job_is_done_in_another_thread_and_what_it_finds_or_raises_comes_back() -> None:
    threads = Threads(2, "test")

    async def both() -> tuple[int, int]:
        first = await threads.done(threading.get_ident)
        with pytest.raises(ZeroDivisionError):
            await threads.done(lambda: 1 // 0)
        return first, await threads.done(threading.get_ident)

    first, second = asyncio.run(both())
    assert threading.get_ident() not in (first, second)


def test_so_many_jobs_are_done_at_once_and_no_more() -> None:
    threads, release, at_work = Threads(2, "test"), threading.Event(), list[int]()
    two_are_at_work = threading.Event()

    def job() -> None:
        at_work.append(threading.get_ident())
        if len(at_work) == 2:
            two_are_at_work.set()
        release.wait()

    async def five() -> int:
        jobs = [asyncio.create_task(threads.done(job)) for _ in range(5)]
        await asyncio.to_thread(two_are_at_work.wait)
        found = len(at_work)
        release.set()
        await asyncio.gather(*jobs)
        return found

    assert asyncio.run(five()) == 2
    assert len(at_work) == 5 and len(set(at_work)) == 2


def test_a_job_nobody_waits_for_any_more_comes_back_to_nobody() -> None:
    threads, release, faults = Threads(1, "test"), threading.Event(), list[object]()

    async def left() -> int:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: faults.append(context))
        at_work = asyncio.Event()

        def job() -> None:
            loop.call_soon_threadsafe(at_work.set)
            release.wait()

        waiting = asyncio.create_task(threads.done(job))
        await at_work.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        release.set()
        # The one thread does this behind that.
        return await threads.done(lambda: 7)

    assert asyncio.run(left()) == 7
    assert faults == []
