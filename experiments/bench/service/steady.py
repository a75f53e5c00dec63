"""Callers who come at a steady pace, whether or not the service keeps up, and every answer they were given.

A call's time counts from when it was due, so that a pause of the service is felt by all who wanted to call in it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from experiments.bench.service.load import LoadCall, read_answer

CALLS_A_CONNECTION = 10


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
    calls: Sequence[LoadCall],
    *,
    a_second: float,
    seconds: float,
    connections: int,
    meanwhile: Callable[[], None] = lambda: None,
) -> Stretch:
    """Send so many calls a second over some connections; ``meanwhile`` is done in a thread of its own."""

    def due(begun: float) -> Iterator[float]:
        return (begun + number / a_second for number in range(int(a_second * seconds)))

    async def both() -> Stretch:
        aside = asyncio.to_thread(meanwhile)
        found, _ = await asyncio.gather(_sent(port, calls, due, connections), aside)
        return found

    return asyncio.run(both())


def borne(port: int, calls: Sequence[LoadCall], *, seconds: float, connections: int) -> float:
    """How many calls a second are answered when each caller sends the next at once."""

    def due(begun: float) -> Iterator[float]:
        while (now := time.perf_counter()) < begun + seconds:
            yield now

    return len(asyncio.run(_sent(port, calls, due, connections)).answered) / seconds


async def _sent(
    port: int,
    calls: Sequence[LoadCall],
    due: Callable[[float], Iterator[float]],
    connections: int,
) -> Stretch:
    requests = [one.to("127.0.0.1") for one in calls]
    begun = time.perf_counter()
    numbered = enumerate(due(begun))
    answered: list[Answered] = []
    failed = [0]

    async def caller() -> None:
        # A worker that is busy takes no new connection: in this way the load is shared among them.
        while batch := list(islice(numbered, 1)):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for number, at in chain(batch, islice(numbered, CALLS_A_CONNECTION - 1)):
                await asyncio.sleep(max(0.0, at - time.perf_counter()))
                which = number % len(requests)
                try:
                    writer.write(requests[which])
                    status, body = await read_answer(reader)
                except (OSError, EOFError):
                    failed[0] += 1
                    break
                took = time.perf_counter() - at
                answered.append(Answered(which, at - begun, took, status, body))
            writer.close()

    await asyncio.gather(*(caller() for _ in range(connections)))
    return Stretch(answered, failed[0])
