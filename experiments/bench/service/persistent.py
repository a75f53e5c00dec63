"""Callers who come at a steady pace and ask once more where they were not answered, as the docs tell.

Each call has a time at which it is due, whatever became of those before it: nobody holds back because the service is slow.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count

from experiments.bench.service.load import LoadCall, read_headed_answer

ANSWERED_WITHIN_SECONDS = 12.0
"""Longer than the service lets any call of scores take."""
_CALLS_A_CONNECTION = 10
_SHORTEST_WAIT_SECONDS = 0.2

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter, int]


@dataclass(frozen=True)
class Returned:
    """What came back of one try: its status, 0 where the connection broke or nothing came in time."""

    status: int = 0
    head: bytes = b""
    body: bytes = b""

    @property
    def wait_seconds(self) -> float:
        """How long the answer says that one is to wait."""
        told = self.head.lower().partition(b"retry-after:")[2].partition(b"\r\n")[0].strip()
        return float(told or _SHORTEST_WAIT_SECONDS)


@dataclass(frozen=True)
class Called:
    """One call: which of the calls it was, when it was due and when it ended, and its first and last reply."""

    which: int
    due: float
    sent: float
    """When the last reply was asked for."""
    ended: float
    first: Returned
    last: Returned


class PersistentCallers:
    """Callers of one port; every call that ended is given to ``tell``."""

    def __init__(
        self, port: int, calls: Sequence[LoadCall], tell: Callable[[Called], None]
    ) -> None:
        self._port = port
        self._requests = [one.to("127.0.0.1") for one in calls]
        self._tell = tell
        self._idle: list[_Connection] = []
        self.most_under_way = 0

    async def bear(self, seconds: float, callers: int) -> float:
        """How many calls a second are answered where so many callers send the next when the last is answered."""
        until, made = time.perf_counter() + seconds, count()

        async def one_caller() -> None:
            while time.perf_counter() < until:
                await self._called(next(made) % len(self._requests), time.perf_counter())

        await asyncio.gather(*(one_caller() for _ in range(callers)))
        return next(made) / seconds

    async def call_for(self, seconds: float, *, a_second: float) -> None:
        """Send so many calls a second for some seconds, and wait for the last of them."""
        begun = time.perf_counter()
        under_way: set[asyncio.Task[None]] = set()
        for number in range(int(seconds * a_second)):
            due = begun + number / a_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            task = asyncio.create_task(self._called(number % len(self._requests), due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            self.most_under_way = max(self.most_under_way, len(under_way))
        await asyncio.gather(*under_way)
        for _, writer, _ in self._idle:
            writer.close()

    async def _called(self, which: int, due: float) -> None:
        sent = time.perf_counter()
        first = last = await _in_time(self._asked(self._requests[which]))
        if first.status != 200:
            await asyncio.sleep(first.wait_seconds)
            sent = time.perf_counter()
            last = await _in_time(self._asked(self._requests[which]))
        self._tell(Called(which, due, sent, time.perf_counter(), first, last))

    async def _asked(self, request: bytes) -> Returned:
        reader, writer, made = await self._connection()
        try:
            writer.write(request)
            status, head, body = await read_headed_answer(reader)
        except BaseException:
            writer.close()
            raise
        if made + 1 < _CALLS_A_CONNECTION and b"connection: close" not in head.lower():
            self._idle.append((reader, writer, made + 1))
        else:
            # A worker that is busy takes no new connection: in this way the load is shared among them.
            writer.close()
        return Returned(status, head, body)

    async def _connection(self) -> _Connection:
        while self._idle:
            reader, writer, made = self._idle.pop()
            # Any client looks whether the other side has hung up before it sends on.
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer, made
            writer.close()
        return (*await asyncio.open_connection("127.0.0.1", self._port), 0)


async def _in_time(asked: Awaitable[Returned]) -> Returned:
    try:
        return await asyncio.wait_for(asked, ANSWERED_WITHIN_SECONDS)
    except (OSError, EOFError, TimeoutError):
        return Returned()
