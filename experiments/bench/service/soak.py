"""Whether the service keeps what it should let go of: thousands of calls and many changes of the model.

After a warm-up with six changes, memory, open files and threads of the worker are counted; then calls of all kinds are
made while two models take turns, and the same is counted again: 20,000 calls and twenty changes, with ``SIZE=huge``
50,000 and fifty. ``SIZE=small`` makes a tenth of the calls.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import psutil

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.contenders import by_features, by_id, ours
from experiments.bench.service.ground import CHURN, another_model, laid
from experiments.bench.service.load import LoadCall, loaded
from experiments.bench.service.servers import CALLER_CORE, Server
from features.company.workspace import CURRENT, point_at

_TAKEN_IN_SECONDS = 4.0


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("soak of the service")
    requests, swaps = 20_000, 20
    if given.is_small or given.is_huge:
        requests, swaps = (50_000, 50) if given.is_huge else (2_000, 2)
    with tempfile.TemporaryDirectory() as scratch:
        ground = laid(Path(scratch) / "company", 1_500)
        pointer = ground.workspace.bundles / CHURN / CURRENT
        digests = [pointer.read_text().strip(), another_model(ground, "2")]
        os.sched_setaffinity(0, {CALLER_CORE})
        with ours(ground) as (server, key):
            calls = _calls(key, ground.customers) + by_features(ground, key, 50)
            worker = _worker(server)

            def swap(turn: int) -> None:
                point_at(pointer, digests[turn % 2])
                loaded(server.port, calls, connections=8, seconds=_TAKEN_IN_SECONDS, most=10**6)

            for turn in range(6):
                swap(turn + 1)
            before = _held(worker)
            refused = answered = 0
            for turn in range(swaps):
                swap(turn + 1)
                seen = loaded(
                    server.port, calls, connections=8, seconds=600, most=requests // swaps
                )
                refused += seen.refused
                answered += len(seen.seconds)
            after = _held(worker)
    print(f"{answered:,} calls and {swaps} changes of the model; before {before}, after {after}")
    return conclude(
        "service_soak",
        [
            Claim("calls refused", refused, 0),
            Claim("calls made", answered, requests, direction="at least"),
            Claim("memory of the worker grown", after[0] - before[0], 16.0, "MB"),
            Claim("open files more", after[1] - before[1], 0),
            Claim("threads more", after[2] - before[2], 0),
        ],
        given,
    )


def _calls(key: str, customers: list[str]) -> list[LoadCall]:
    rows = [{"customer_id": one} for one in customers[:50]]
    return [
        *by_id(key, customers[:200]),
        LoadCall.of("/v1/score", {"rows": rows}, x_api_key=key),
        LoadCall.of("/v1/customer", {"customer_id": customers[0]}, x_api_key=key),
        LoadCall.of("/v1/version", x_api_key=key),
        LoadCall.of("/v1/schema", x_api_key=key),
    ]


def _worker(server: Server) -> psutil.Process:
    """The process that answers: the largest of the family."""
    return max(server.process.children(recursive=True), key=lambda one: one.memory_info().rss)


def _held(worker: psutil.Process) -> tuple[float, int, int]:
    """Megabytes, open files and threads, once what was begun has come to rest."""
    time.sleep(2.0)
    return worker.memory_info().rss / 1e6, worker.num_fds(), worker.num_threads()


if __name__ == "__main__":
    sys.exit(main())
