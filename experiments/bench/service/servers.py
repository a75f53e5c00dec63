"""Servers as processes on a core of their own, and what they cost."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from experiments.bench.service.load import LoadCall, LoadSeen, answer_of, loaded

SERVER_CORE, CALLER_CORE = 0, 1
_START_SECONDS = 120.0


@dataclass(frozen=True)
class Cost:
    """A stretch of load: what callers saw, and CPU milliseconds of all the server's processes a request."""

    seen: LoadSeen
    cpu_ms: float


@dataclass(frozen=True)
class Server:
    """A server that answers, with how long it took to."""

    name: str
    port: int
    process: psutil.Process
    start_seconds: float

    def under(self, calls: list[LoadCall], *, connections: int, seconds: float) -> Cost:
        """Put the server under load, after a short warm-up."""
        loaded(self.port, calls, connections=connections, seconds=min(1.0, seconds / 2))
        before = self.cpu_seconds()
        seen = loaded(self.port, calls, connections=connections, seconds=seconds)
        spent = self.cpu_seconds() - before
        if seen.refused:
            raise RuntimeError(f"{self.name} refused {seen.refused} of {len(seen.seconds)} calls")
        return Cost(seen, 1_000 * spent / len(seen.seconds))

    def cpu_seconds(self) -> float:
        """CPU seconds of all its processes so far."""
        return sum(sum(one.cpu_times()[:2]) for one in self._family())

    def resident_mb(self) -> float:
        """Resident memory of all its processes, shared pages counted once each."""
        return float(sum(one.memory_info().rss for one in self._family()) / 1e6)

    def _family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def served(
    name: str,
    command: Sequence[str],
    port: int,
    ready: LoadCall,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    cores: Collection[int] = (SERVER_CORE,),
) -> Iterator[Server]:
    """Start a server on its cores and wait until ``ready`` is answered with 200; stops all of it at the end."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            env=os.environ | dict(environment or {}),
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        try:
            while not _answers(port, ready):
                if process.poll() is not None or time.perf_counter() - begun > _START_SECONDS:
                    log.seek(0)
                    raise RuntimeError(f"{name} does not start:\n{log.read()[-3000:].decode()}")
                time.sleep(0.05)
            yield Server(name, port, psutil.Process(process.pid), time.perf_counter() - begun)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(port: int, ready: LoadCall) -> bool:
    try:
        return answer_of(port, ready)[0] == 200
    except (OSError, EOFError, ValueError):
        return False
