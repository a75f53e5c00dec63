"""Threads that answer calls: what is handed to one comes back to the event loop when it is done.

The standard library's pool does the same with two futures more a call, which takes longer than a small answer.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Found = TypeVar("Found")
Job = Callable[[], None]


class Threads:
    """At most so many threads, each begun when all others are at work."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._begun = 0

    def do(
        self, job: Callable[[], Found], then: Callable[[Found | None, BaseException | None], None]
    ) -> None:
        """Do a job, then tell on the event loop what came of it; nobody is told once the loop is closed."""
        loop = asyncio.get_running_loop()

        def done() -> None:
            found: Found | None = None
            fault: BaseException | None = None
            try:
                found = job()
            except BaseException as raised:
                fault = raised
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(then, found, fault)

        if not self._idle.acquire(blocking=False) and self._begun < self._most:
            self._begun += 1
            name = f"{self._name}-{self._begun}"
            threading.Thread(target=self._work, name=name, daemon=True).start()
        self._jobs.put(done)

    async def done(self, job: Callable[[], Found]) -> Found:
        """Wait for a job; what it raises is raised."""
        waiting: asyncio.Future[Found] = asyncio.get_running_loop().create_future()

        def tell(found: Found | None, fault: BaseException | None) -> None:
            if waiting.done():
                return
            if fault is not None:
                waiting.set_exception(fault)
            else:
                waiting.set_result(found)  # type: ignore[arg-type]  # None where the job finds None

        self.do(job, tell)
        return await waiting

    def _work(self) -> None:
        while True:
            self._jobs.get()()
            self._idle.release()
