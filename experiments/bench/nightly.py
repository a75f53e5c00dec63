"""The nightly run over a million customers: risk, value, reasons and the risk of a month before, for everybody.

The models are trained on a small company of the same kind and put to use in the large one, whose customers have
20 order lines each on average. ``SIZE=small`` scores 20,000 customers. Afterwards the service is opened on those
scores and one customer is shown whole, over and over.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from statistics import median

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.large_company import large_company

_SCORE = """
    import json, os, sys, time
    from pathlib import Path
    from features.company.settings.reading import load_settings
    from features.company.workspace import Workspace
    from serving.nightly.run import score_everybody
    settings = load_settings(Path(sys.argv[1]))
    begun = time.perf_counter()
    found = score_everybody(settings, Workspace(settings.workspace_folder))
    spent = sum(os.times()[:4])
    # Not ru_maxrss: across exec Linux carries the parent's peak along, who made the company.
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    peak = int(status["VmHWM"].split()[0]) * 1024 / 1e9
    print(json.dumps([time.perf_counter() - begun, spent, peak, found.judged, found.valued]))
"""
_SHOW = """
    import asyncio, json, sys, time
    from pathlib import Path
    import numpy as np
    from features.company.settings.reading import load_settings
    from features.company.workspace import Workspace
    from serving.contract.application import build_api, declared
    from serving.in_use.models_in_use import ModelsInUse
    from serving.access.guard import Guard
    settings = load_settings(Path(sys.argv[1]))
    models_in_use = ModelsInUse(settings, Workspace(settings.workspace_folder), now=lambda: 1, ticks=time.monotonic)
    web = build_api()
    web.state.models_in_use = models_in_use
    key = models_in_use.ledger.create_key("bench", ["score"], at=1)
    guard = Guard(web, declared(), ledger=lambda: models_in_use.ledger, now=lambda: 1, error_page=lambda problem: b"")
    snapshot = models_in_use.in_use.snapshot
    places = np.random.default_rng(1).choice(snapshot.judged, 300, replace=False)
    took = []

    async def ask(customer):
        body = json.dumps({"customer_id": customer}).encode()
        headers = [(b"content-type", b"application/json"), (b"x-api-key", key.encode())]
        scope = {"type": "http", "method": "POST", "path": "/v1/customer", "raw_path": b"/v1/customer",
                 "query_string": b"", "headers": headers, "http_version": "1.1", "scheme": "http",
                 "server": ("x", 1), "client": ("y", 2), "root_path": ""}
        statuses = []
        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}
        async def send(message):
            statuses.append(message.get("status"))
        await guard(scope, receive, send)
        assert statuses[0] == 200, statuses

    async def main():
        for place in places:
            customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[place])]
            begun = time.perf_counter()
            await ask(customer)
            took.append(1000 * (time.perf_counter() - begun))

    asyncio.run(main())
    models_in_use.close()
    print(json.dumps(took[50:]))
"""


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("the nightly run")
    customers = 20_000 if given.is_small else 1_000_000
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        settings_path = large_company(folder, customers)
        print(f"Scoring {customers:,} customers.", flush=True)
        wall, cpu, peak, judged, valued = _measured(_SCORE, settings_path)
        print(
            f"  {judged:,} judged and explained, {valued:,} valued: {wall:.0f} s, {cpu:.0f} CPU s, "
            f"peak {peak:.2f} GB",
            flush=True,
        )
        shown = _measured(_SHOW, settings_path)
    claims = [
        Claim(f"nightly run, {customers:,} customers", wall / 60, 5.0, "minutes"),
        Claim("its peak memory", peak, 4.0, "GB"),
        Claim(
            f"/v1/customer with timeline among {customers:,}, p50",
            median(shown),
            10.0,
            "ms",
            spread=(min(shown), max(shown)),
        ),
    ]
    return conclude("nightly", claims, given)


def _measured(program: str, settings_path: Path) -> list[float]:
    command = [sys.executable, "-c", textwrap.dedent(program), str(settings_path)]
    surroundings = os.environ | {"OMP_NUM_THREADS": "2"}
    answer = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, text=True, env=surroundings
    )
    found: list[float] = json.loads(answer.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
