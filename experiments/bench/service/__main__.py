"""What the scoring service costs beside the stack it stands on and beside peers that serve the same model.

Each server runs alone on one core, the callers on another; all are asked in one run. The model has 300 trees of
31 leaves over 160 features. Peers are set up as their own documentation says: ``mlflow models serve``, MLServer
with its LightGBM runtime, and the service one writes first (BentoML, pandas, shap). ``SIZE=small`` looks briefly.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.contenders import (
    bare_bentoml,
    by_features,
    by_id,
    mlflow_calls,
    mlflow_serve,
    mlserver,
    mlserver_calls,
    mlserver_environment,
    naive_bentoml,
    ours,
    plain_fastapi,
)
from experiments.bench.service.ground import BenchCompany, laid
from experiments.bench.service.guard_cost import guard_cost_ms
from experiments.bench.service.in_process import batch_milliseconds
from experiments.bench.service.load import LoadCall
from experiments.bench.service.servers import CALLER_CORE, Cost, Server

_NOTHING = [LoadCall.of("/nothing", {"customer_id": "1"})]
_BATCH, _CROWD = 200, 8


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("the scoring service")
    seconds, repeats = (1.5, 1) if given.is_small else (4.0, 3)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        print("Simulating a company and growing 300 trees.", flush=True)
        ground = laid(folder / "company", 1_500 if given.is_small else 6_000)
        os.sched_setaffinity(0, {CALLER_CORE})
        found = measured(ground, folder, seconds, repeats)
        in_process = batch_milliseconds(ground, _BATCH)
        guard_ms = guard_cost_ms(folder / "guard.db")
    return conclude("service", claims(found, in_process, guard_ms), given)


def measured(ground: BenchCompany, folder: Path, seconds: float, repeats: int) -> Figures:
    """Every server under its loads, in turns."""
    found = Figures()
    python = mlserver_environment(Path(tempfile.gettempdir()) / "regulars-mlserver")
    for turn in range(repeats):
        print(f"Turn {turn + 1} of {repeats}.", flush=True)
        with plain_fastapi() as server:
            found.note("fastapi", server.under(_NOTHING, connections=_CROWD, seconds=seconds))
        with bare_bentoml(ground) as server:
            found.note("bento", server.under(_NOTHING, connections=_CROWD, seconds=seconds))
            found.note("bento alone", server.under(_NOTHING, connections=1, seconds=seconds))
        with bare_bentoml(ground, is_direct=True) as server:
            found.note("bento direct", server.under(_NOTHING, connections=_CROWD, seconds=seconds))
        with ours(ground) as (server, key):
            _ours(found, server, key, ground, seconds)
        with mlflow_serve(ground, _fresh(folder, f"mlflow{turn}")) as server:
            calls = mlflow_calls(ground, 200)
            found.note("mlflow", server.under(calls, connections=_CROWD, seconds=seconds))
        with mlserver(ground, _fresh(folder, f"mlserver{turn}"), python) as server:
            calls = mlserver_calls(ground, 200)
            found.note("mlserver", server.under(calls, connections=_CROWD, seconds=seconds))
        with naive_bentoml(ground, _fresh(folder, f"naive{turn}")) as server:
            single = [
                LoadCall.of("/score", {"customer_ids": [one]}) for one in ground.customers[:200]
            ]
            found.note("naive", server.under(single, connections=_CROWD, seconds=seconds))
            batch = [LoadCall.of("/score", {"customer_ids": ground.customers[:_BATCH]})]
            found.note("naive batch", server.under(batch, connections=1, seconds=seconds))
    return found


def _ours(found: Figures, server: Server, key: str, ground: BenchCompany, seconds: float) -> None:
    found.starts.append(server.start_seconds)
    one_each = by_id(key, ground.customers[:500])
    found.note("reasons alone", server.under(one_each, connections=1, seconds=seconds))
    found.note("reasons", server.under(one_each, connections=_CROWD, seconds=seconds))
    features = by_features(ground, key, 200)
    found.note("features", server.under(features, connections=_CROWD, seconds=seconds))
    rows = [{"customer_id": one} for one in ground.customers[:_BATCH]]
    batch = [LoadCall.of("/v1/score", {"rows": rows}, x_api_key=key)]
    found.note("batch", server.under(batch, connections=1, seconds=seconds))
    found.memory.append(server.resident_mb())


class Figures:
    """What was measured, by name, one entry a turn."""

    def __init__(self) -> None:
        self.costs: dict[str, list[Cost]] = {}
        self.starts: list[float] = []
        self.memory: list[float] = []

    def note(self, name: str, cost: Cost) -> None:
        """Keep one stretch and say what was seen."""
        self.costs.setdefault(name, []).append(cost)
        seen = cost.seen
        print(
            f"  {name:14} {seen.a_second:8,.0f} a second, p50 {seen.milliseconds(50):7.2f} ms, "
            f"p99 {seen.milliseconds(99):7.2f} ms, {cost.cpu_ms:7.3f} CPU ms a call",
            flush=True,
        )

    def a_second(self, name: str) -> float:
        """Requests a second, at the median of the turns."""
        return median(one.seen.a_second for one in self.costs[name])

    def cpu_ms(self, name: str) -> float:
        """CPU milliseconds a request."""
        return median(one.cpu_ms for one in self.costs[name])

    def ms(self, name: str, percent: float) -> float:
        """The time within which so many percent were answered."""
        return median(one.seen.milliseconds(percent) for one in self.costs[name])


def claims(found: Figures, in_process_ms: float, guard_ms: float) -> list[Claim]:
    """The figures the service is held to."""
    crowd = [
        one.seen.milliseconds(99) / one.seen.milliseconds(50) for one in found.costs["reasons"]
    ]
    over_http = 100 * in_process_ms / found.ms("batch", 50)
    return [
        *_claims_to_nothing(found),
        Claim("p99 to p50, 8 callers, score with reasons", median(crowd), 2.0, "times"),
        *_claims_to_rivals(found),
        Claim("200 rows over HTTP to the same work in process", over_http, 75.0, "%", "at least"),
        Claim("guard, idempotency, ledger and hold-out", guard_ms, 0.4, "CPU ms"),
        Claim("resident memory, parent and one worker", median(found.memory), 450.0, "MB"),
        Claim("start to ready", median(found.starts), 8.0, "s"),
    ]


def _claims_to_nothing(found: Figures) -> list[Claim]:
    """What it costs beside services that do nothing."""
    direct, mounted = (
        found.cpu_ms(name) / found.cpu_ms("fastapi") for name in ("bento direct", "bento")
    )
    alone = found.ms("reasons alone", 50) / found.ms("bento alone", 50)
    return [
        Claim("BentoML reached as ours is, doing nothing, CPU to FastAPI", direct, 2.0, "times"),
        Claim("BentoML as it comes, doing nothing, CPU to FastAPI", mounted, 2.0, "times"),
        Claim(
            "score with reasons by id, p50 to BentoML doing nothing, one caller",
            alone,
            2.0,
            "times",
        ),
    ]


def _claims_to_rivals(found: Figures) -> list[Claim]:
    """How many calls a second it answers for one of others who answer."""
    pairs = (
        ("score by features to mlflow models serve", "features", "mlflow", 1.6),
        ("score by features to MLServer", "features", "mlserver", 1.3),
        ("score WITH reasons to mlflow models serve WITHOUT", "reasons", "mlflow", 1.1),
        ("score with reasons to pandas + shap", "reasons", "naive", 8.0),
        ("200 rows with reasons to pandas + shap", "batch", "naive batch", 80.0),
    )
    return [
        Claim(name, found.a_second(ours) / found.a_second(theirs), reach, "times", "at least")
        for name, ours, theirs, reach in pairs
    ]


def _fresh(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir()
    return place


if __name__ == "__main__":
    sys.exit(main())
