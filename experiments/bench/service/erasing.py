"""What it costs to forget 5,000 customers beside many kept answers, and whether whoever calls meanwhile feels it.

Answers to calls of 200 rows are kept under keys of their own, as callers who send ``Idempotency-Key`` leave them, until
they are so large as is asked. Then the service is called at half of what it bears, quietly and while one call erases and,
within a minute, what was forgotten is cleared away.
``SIZE=small`` keeps 40 MB, ``full`` 200 MB and ``huge`` 1 GB.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.contenders import by_id, ours
from experiments.bench.service.ground import BenchCompany, laid
from experiments.bench.service.load import LoadCall, answer_of
from experiments.bench.service.servers import Server
from experiments.bench.service.steady import Stretch, borne, steady
from serving.ledger.administration import create_key
from serving.ledger.idempotency import StoredAnswer
from serving.ledger.ledger import ledger_of
from serving.snapshot.reading import open_snapshot

WORKERS, CONNECTIONS, ROWS, PORT = 2, 8, 200, 3121
SHARE_OF_CAPACITY = 0.5
_STAYING = 200
"""So many customers are called about and stay."""


@dataclass
class ErasingResult:
    """What was seen: seconds and CPU seconds of the erasure, and the calls with and without it."""

    stored_mb: float = 0.0
    answers: int = 0
    erased: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    status: int = 0
    left_mb: float = 0.0
    stretches: list[Stretch] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The p99 of other calls while erasing to that of a quiet stretch as long."""
        quiet, erasing = self.stretches
        return erasing.milliseconds(99) / quiet.milliseconds(99)


def erasing(ground: BenchCompany, stored_mb: float, erased: int, seconds: float) -> ErasingResult:
    """Keep answers, serve, load, and erase."""
    snapshot = open_snapshot(ground.workspace)
    staying, everybody = ground.customers[:_STAYING], list(snapshot.customer_ids)
    gone = [one for one in everybody if one not in set(staying)][:erased]
    # Whoever never was has to be looked for as well.
    gone += [f"stranger {place}" for place in range(erased - len(gone))]
    found = ErasingResult(erased=len(gone))
    officer = create_key(ground.workspace, "officer", ["privacy"], at=1)
    with ours(ground, PORT, WORKERS, cores=range(os.cpu_count() or 1)) as (server, key):
        _keep_answers(ground, key, everybody, stored_mb, found)
        calls = by_id(key, staying)
        # What a worker makes ready for the first call of a kind is no matter of this bench.
        for place in range(10 * WORKERS):
            _answered(officer, [f"nobody {place}"])
        borne(PORT, calls, seconds=1.0, connections=CONNECTIONS)
        pace = SHARE_OF_CAPACITY * borne(PORT, calls, seconds=3.0, connections=CONNECTIONS)

        def erase() -> None:
            time.sleep(1.0)
            _erase(server, officer, gone, found)

        for meanwhile in (lambda: None, erase):
            stretch = steady(
                PORT,
                calls,
                a_second=pace,
                seconds=seconds,
                connections=4 * CONNECTIONS,
                meanwhile=meanwhile,
            )
            found.stretches.append(stretch)
            print(
                f"  {pace:.0f} calls a second: p50 {stretch.milliseconds(50):.1f} ms, "
                f"p99 {stretch.milliseconds(99):.1f} ms, longest {stretch.milliseconds(100):.0f} ms, "
                f"{stretch.refused} refused",
                flush=True,
            )
        found.left_mb = _answers_mb(ground)
    return found


def _keep_answers(
    ground: BenchCompany, key: str, everybody: list[str], stored_mb: float, found: ErasingResult
) -> None:
    """Answers of the service to calls of 200 rows, each kept under several keys."""
    lots, answers = random.Random(5), list[bytes]()
    for _ in range(20):
        rows = [{"customer_id": one} for one in lots.sample(everybody, ROWS)]
        status, body = answer_of(PORT, LoadCall.of("/v1/score", {"rows": rows}, x_api_key=key))
        assert status == 200, status
        answers.append(body)
    at = int(time.time())
    with ledger_of(ground.workspace) as ledger:
        while found.stored_mb < stored_mb:
            body, name = answers[found.answers % len(answers)], str(found.answers)
            ledger.repeats.begin("bench", name, b"POST /v1/score\n" + name.encode(), at=at)
            ledger.repeats.end("bench", name, StoredAnswer(200, "application/json", body))
            found.answers += 1
            found.stored_mb += len(body) / 1e6
            if found.answers % 50 == 0:
                ledger.write_back()
        ledger.write_back()
    print(f"  {found.answers:,} answers of {found.stored_mb:,.0f} MB are kept", flush=True)


def _erase(server: Server, officer: str, gone: list[str], found: ErasingResult) -> None:
    before, begun = server.cpu_seconds(), time.perf_counter()
    found.status, body = _answered(officer, gone)
    found.seconds = time.perf_counter() - begun
    found.cpu_seconds = server.cpu_seconds() - before
    print(f"  {len(gone):,} ids: {found.status} after {found.seconds:.1f} s, {json.loads(body)}")


def _answered(officer: str, gone: list[str]) -> tuple[int, bytes]:
    """What is answered to an erasure."""
    return answer_of(PORT, LoadCall.of("/v1/erasures", {"customer_ids": gone}, x_api_key=officer))


def _answers_mb(ground: BenchCompany) -> float:
    """What is still kept of the answers."""
    with ledger_of(ground.workspace) as ledger:
        rows = ledger._quick.rows("SELECT coalesce(sum(length(content)), 0) FROM kept_contents")
    return float(rows[0][0]) / 1e6


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("erasures beside kept answers")
    stored_mb = 40.0 if given.is_small else 1_000.0 if given.is_huge else 200.0
    with tempfile.TemporaryDirectory() as scratch:
        print("Simulating a company and growing 300 trees.", flush=True)
        ground = laid(Path(scratch) / "company", 1_000 if given.is_small else 6_000)
        found = erasing(
            ground, stored_mb, 1_000 if given.is_small else 5_000, 6.0 if given.is_small else 90.0
        )
    beside = f"beside {found.stored_mb:,.0f} MB of kept answers"
    return conclude(
        "service_erasing",
        [
            Claim(f"{found.erased:,} ids erased {beside}", found.seconds, 10.0, "s"),
            Claim("the same, answered with", found.status, 202, "", "at least"),
            Claim("p99 of other calls meanwhile to quiet", found.ratio, 2.0, "times"),
            Claim("other calls refused", sum(one.refused for one in found.stretches), 0),
        ],
        given,
    )


if __name__ == "__main__":
    sys.exit(main())
