"""What is left of the service when far more is asked than it can bear: answers, refusals, and signs of life.

Two callers who take turns show the best rate it can sustain. Then 60 and 200 callers come within a second, each asks for 200
rows with a fresh event in each, and all do as the docs tell: whoever is answered asks again, whoever is refused waits as
long as it was told. Crowds and turns alternate, so that both see the same machine. A process of its own asks ``/livez``
all the while. ``SIZE=small`` looks briefly.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.contenders import ours
from experiments.bench.service.ground import BenchCompany, laid
from experiments.bench.service.load import LoadCall, read_headed_answer
from experiments.bench.service.servers import CALLER_CORE, Server

ROWS = 200
CROWDS = (60, 200)
_IN_TURN = 2
_ARRIVE_SECONDS = 1.0
_LOOK_EVERY_SECONDS = 0.05
_SHORTEST_WAIT_SECONDS = 0.2


@dataclass
class CrowdSeen:
    """What a crowd of callers saw: what came of their calls, how fast the refusals and the signs of life came."""

    callers: int
    wall_seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    refused_seconds: list[float] = field(default_factory=list)
    alive_seconds: Sequence[float] = ()

    @property
    def a_second(self) -> float:
        """Calls answered with 200 a second."""
        return self.statuses[200] / self.wall_seconds

    def line(self) -> str:
        """All of it, for the report."""
        said = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"  {self.callers:4} callers: {self.a_second:6.2f} answered a second ({said}); refusals p99 "
            f"{_milliseconds(self.refused_seconds):,.0f} ms, /livez p99 {_milliseconds(self.alive_seconds):,.0f} ms"
        )


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("the service asked for more than it can bear")
    seconds, customers, turns = (10.0, 1_500, 1) if given.is_small else (20.0, 6_000, 3)
    with tempfile.TemporaryDirectory() as scratch:
        print("Simulating a company and growing 300 trees.", flush=True)
        ground = laid(Path(scratch) / "company", customers)
        os.sched_setaffinity(0, {CALLER_CORE})
        with ours(ground) as (server, key):
            call = _call(ground, key)
            _watched(server, call, _IN_TURN, seconds / 2)
            found = [_turn(server, call, seconds) for _ in range(turns)]
    return conclude("service_overload", _claims(found), given)


def _turn(server: Server, call: LoadCall, seconds: float) -> list[tuple[CrowdSeen, CrowdSeen]]:
    """Each crowd, with the callers in turn just before it."""
    return [
        (_watched(server, call, _IN_TURN, seconds), _watched(server, call, callers, seconds))
        for callers in CROWDS
    ]


def _claims(turns: Sequence[Sequence[tuple[CrowdSeen, CrowdSeen]]]) -> list[Claim]:
    found = []
    for pairs in zip(*turns, strict=True):
        crowds = [crowd for _, crowd in pairs]
        name = f"{crowds[0].callers} callers × {ROWS} rows"
        goodput = median(100 * crowd.a_second / best.a_second for best, crowd in pairs)
        refused = [one for crowd in crowds for one in crowd.refused_seconds]
        alive = [one for crowd in crowds for one in crowd.alive_seconds]
        found += [
            Claim(f"{name}: answers to those in turn", goodput, 80, "%", "at least"),
            Claim(f"{name}: a refusal, p99", _milliseconds(refused), 50, "ms"),
            Claim(f"{name}: /livez, p99", _milliseconds(alive), 100, "ms"),
            Claim(f"{name}: neither answered nor refused", sum(map(_lost, crowds)), 0, "calls"),
        ]
    return found


def _lost(seen: CrowdSeen) -> int:
    return sum(count for status, count in seen.statuses.items() if status not in (200, 429))


def _milliseconds(seconds: Sequence[float]) -> float:
    return 1_000 * float(np.percentile(seconds, 99)) if len(seconds) else 0.0


def _call(ground: BenchCompany, key: str) -> LoadCall:
    """Rows that the night does not know: with an event each."""
    event = {"contacted_at": "2026-05-01T09:30:00Z", "channel": "phone", "kind": "complaint"}
    rows = [
        {"customer_id": one, "events": {"contacts": [event]}} for one in ground.customers[:ROWS]
    ]
    return LoadCall.of("/v1/score", {"rows": rows}, x_api_key=key)


def _watched(server: Server, call: LoadCall, callers: int, seconds: float) -> CrowdSeen:
    """A crowd under watch of another process."""
    with ProcessPoolExecutor(1) as aside:
        alive = aside.submit(signs_of_life, server.port, seconds)
        before = server.cpu_seconds()
        seen = asyncio.run(_crowded(server.port, call, callers, seconds))
        spent = server.cpu_seconds() - before
        seen.alive_seconds = alive.result()
    print(f"{seen.line()}, {spent / max(1, seen.statuses[200]):.2f} CPU s an answer", flush=True)
    return seen


def signs_of_life(port: int, seconds: float) -> list[float]:
    """How long each look at ``/livez`` took, over a connection of its own."""

    async def looked() -> list[float]:
        until, took = time.perf_counter() + seconds, []
        call = LoadCall.of("/livez").to("127.0.0.1")
        while time.perf_counter() < until:
            begun = time.perf_counter()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(call)
            await read_headed_answer(reader)
            writer.close()
            took.append(time.perf_counter() - begun)
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return took

    return asyncio.run(looked())


async def _crowded(port: int, call: LoadCall, callers: int, seconds: float) -> CrowdSeen:
    seen, begun = CrowdSeen(callers), time.perf_counter()
    await asyncio.gather(
        *(_obedient(port, call.to("127.0.0.1"), begun + seconds, seen) for _ in range(callers))
    )
    seen.wall_seconds = time.perf_counter() - begun
    return seen


async def _obedient(port: int, request: bytes, until: float, seen: CrowdSeen) -> None:
    """One caller, who does as it is told."""
    await asyncio.sleep(random.uniform(0.0, _ARRIVE_SECONDS))
    while time.perf_counter() < until:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        begun = time.perf_counter()
        try:
            writer.write(request)
            status, head, _ = await read_headed_answer(reader)
        except (OSError, EOFError):
            status, head = 0, b""
        finally:
            writer.close()
        seen.statuses[status] += 1
        if status == 200:
            continue
        if status == 429:
            seen.refused_seconds.append(time.perf_counter() - begun)
        told = head.lower().partition(b"retry-after:")[2].partition(b"\r\n")[0].strip()
        await asyncio.sleep(min(float(told or _SHORTEST_WAIT_SECONDS), until - time.perf_counter()))


if __name__ == "__main__":
    sys.exit(main())
