"""Callers who come at a steady pace, whether or not the service keeps up, and every answer they were given.

A call's time counts from when it was due, so that a pause of the service is felt by all who wanted to call in it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from experiments.bench.service.load import Call, read_answer


@dataclass(frozen=True)
class Answered:
    """What came of one call: which of the calls it was, when it was due, how long it took, and the answer."""

    which: int
    due_seconds: float
    seconds: float
    status: int
    body: bytes


@dataclass(frozen=True)
class Stretch:
    """Every call of some time under load; ``failed`` were not answered at all."""

    answered: Sequence[Answered]
    failed: int

    def milliseconds(self, percent: float) -> float:
        """The time within which so many percent were answered."""
        return float(np.percentile([one.seconds for one in self.answered], percent)) * 1_000

    @property
    def refused(self) -> int:
        """How many calls were answered with something else than 200, or not at all."""
        return self.failed + sum(one.status != 200 for one in self.answered)


def steady(
    port: int,
    calls: Sequence[Call],
    *,
    a_second: float,
    seconds: float,
    connections: int,
    meanwhile: Callable[[], None] = lambda: None,
) -> Stretch:
    """Send so many calls a second over some connections; ``meanwhile`` is done in a thread of its own."""

    async def both() -> Stretch:
        aside = asyncio.to_thread(meanwhile)
        found, _ = await asyncio.gather(_sent(port, calls, a_second, seconds, connections), aside)
        return found

    return asyncio.run(both())


async def _sent(
    port: int, calls: Sequence[Call], a_second: float, seconds: float, connections: int
) -> Stretch:
    requests = [one.to("127.0.0.1") for one in calls]
    begun, numbers = time.perf_counter(), count()
    answered: list[Answered] = []
    failed = [0]

    def due() -> Iterator[tuple[int, float]]:
        for number in numbers:
            if number >= a_second * seconds:
                return
            yield number % len(requests), begun + number / a_second

    async def caller() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for which, at in due():
            await _until(at)
            try:
                writer.write(requests[which])
                status, body = await read_answer(reader)
                took = time.perf_counter() - at
                answered.append(Answered(which, at - begun, took, status, body))
            except (OSError, EOFError):
                failed[0] += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    return Stretch(answered, failed[0])


def _until(at: float) -> Awaitable[None]:
    return asyncio.sleep(max(0.0, at - time.perf_counter()))
