"""Callers who each send the next request when the last is answered, and what they saw."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np


@dataclass(frozen=True)
class LoadCall:
    """One request, the same bytes each time it is sent."""

    path: str
    body: bytes
    headers: Mapping[str, str]

    def to(self, host: str) -> bytes:
        """The request as it goes over the wire."""
        lines = [
            f"{'POST' if self.body else 'GET'} {self.path} HTTP/1.1",
            f"host: {host}",
            "content-type: application/json",
            f"content-length: {len(self.body)}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body

    @classmethod
    def of(cls, path: str, question: Any = None, **headers: str) -> LoadCall:
        """A call with a question as JSON; without one it is a GET."""
        body = b"" if question is None else json.dumps(question).encode()
        return cls(path, body, {name.replace("_", "-"): one for name, one in headers.items()})


@dataclass(frozen=True)
class LoadSeen:
    """What callers saw in a stretch: seconds a request, and how many were not answered with 200."""

    seconds: np.ndarray
    wall_seconds: float
    refused: int

    @property
    def a_second(self) -> float:
        """Requests answered a second."""
        return len(self.seconds) / self.wall_seconds

    def milliseconds(self, percent: float) -> float:
        """The time within which so many percent were answered."""
        return float(np.percentile(self.seconds, percent)) * 1_000


def loaded(
    port: int, calls: list[LoadCall], *, connections: int, seconds: float, most: int = 10**9
) -> LoadSeen:
    """Send calls over and over, each connection one at a time, for so many seconds or requests."""
    return asyncio.run(_loaded(port, calls, connections, seconds, most))


def answer_of(port: int, call: LoadCall) -> tuple[int, bytes]:
    """One call by itself: its status and body."""

    async def once() -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(call.to("127.0.0.1"))
            return await read_answer(reader)
        finally:
            writer.close()

    return asyncio.run(once())


async def _loaded(
    port: int, calls: list[LoadCall], connections: int, seconds: float, most: int
) -> LoadSeen:
    requests = cycle([one.to("127.0.0.1") for one in calls])
    until = time.perf_counter() + seconds
    took: list[float] = []
    refused = [0]
    begun = time.perf_counter()
    callers = [
        _caller(
            port, requests, lambda: time.perf_counter() < until and len(took) < most, took, refused
        )
        for _ in range(connections)
    ]
    await asyncio.gather(*callers)
    return LoadSeen(np.array(took), time.perf_counter() - begun, refused[0])


async def _caller(
    port: int,
    requests: Iterator[bytes],
    goes_on: Callable[[], bool],
    took: list[float],
    refused: list[int],
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while goes_on():
            begun = time.perf_counter()
            writer.write(next(requests))
            status, _ = await read_answer(reader)
            took.append(time.perf_counter() - begun)
            refused[0] += status != 200
    finally:
        writer.close()


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and body of the next answer on a connection."""
    status, _, body = await read_headed_answer(reader)
    return status, body


async def read_headed_answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """The same with what stands above the body."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    low = head.lower()
    place = low.find(b"content-length:")
    if place >= 0:
        length = int(low[place + 15 : low.index(b"\r\n", place)])
        return status, head, await reader.readexactly(length)
    body = b""
    while (size := int((await reader.readline()).strip() or b"0", 16)) > 0:
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return status, head, body
