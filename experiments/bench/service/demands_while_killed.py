"""Whether an erasure or objection that was acknowledged ever comes to nothing while workers are killed.

Eight callers demand for five customers at a time that they be erased or their objection be noted; whoever is not answered
asks again. One after the other fifty of the four workers are killed meanwhile. A second after each answer the service is asked
about one of the five, and in the end its database, opened anew, must know of all who were acknowledged. 20,000 demands;
``SIZE=small`` makes a tenth of them with five kills.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.contenders import ours
from experiments.bench.service.ground import BenchCompany, laid
from experiments.bench.service.load import LoadCall, answer_of
from experiments.bench.service.servers import Server
from serving.in_use.attendance import attending
from serving.ledger.administration import create_key
from serving.ledger.ledger import ledger_of
from serving.snapshot.reading import open_snapshot

WORKERS, CALLERS, AT_A_TIME, PORT = 4, 8, 5, 3141
_GRACE_SECONDS, _PAUSE_SECONDS = 1.0, 0.1
_EXPECTED = {"erase": "unknown_id", "object": "no_consent"}
"""What the service says of somebody after each demand."""


@dataclass
class MadeDemands:
    """What was demanded, acknowledged and shown."""

    port: int
    officer: str
    key: str
    acknowledged: dict[str, list[str]] = field(default_factory=lambda: {"erase": [], "object": []})
    shown: list[str] = field(default_factory=list)
    asked_again: int = 0
    kills: int = 0

    @property
    def count(self) -> int:
        """How many customers a demand was acknowledged for."""
        return sum(map(len, self.acknowledged.values()))

    def make(self, kind: str, customers: Sequence[str]) -> None:
        """Demand until it is acknowledged, and look a second later whether it holds."""
        question: Any = (
            {"customer_ids": customers}
            if kind == "erase"
            else {"rows": [{"customer_id": one} for one in customers]}
        )
        path = "/v1/erasures" if kind == "erase" else "/v1/objections"
        self._until_answered(LoadCall.of(path, question, x_api_key=self.officer))
        self.acknowledged[kind] += customers
        time.sleep(_GRACE_SECONDS)
        rows = [{"customer_id": one} for one in customers]
        body = self._until_answered(LoadCall.of("/v1/score", {"rows": rows}, x_api_key=self.key))
        for row in json.loads(body)["rows"]:
            if row["status"] != _EXPECTED[kind] and row["status"] != "unknown_id":
                self.shown.append(f"{kind}: {row['status']}")

    def _until_answered(self, call: LoadCall) -> bytes:
        while True:
            try:
                status, body = answer_of(self.port, call)
            except (OSError, EOFError):
                status = 0
            if status in (200, 202):
                return body
            self.asked_again += 1
            time.sleep(_PAUSE_SECONDS)


def demanded(ground: BenchCompany, demands: int, kills: int) -> tuple[MadeDemands, dict[str, int]]:
    """Serve, demand and kill; what was seen, and how many acknowledged demands the database does not know by kind."""
    everybody = list(open_snapshot(ground.workspace).customer_ids)
    lots = random.Random(3)
    lots.shuffle(everybody)
    # Who was never a customer may ask to be forgotten as well.
    everybody += [f"stranger {number}" for number in range(demands - len(everybody))]
    work = [
        (("erase", "object")[place % 2], everybody[at : at + AT_A_TIME])
        for place, at in enumerate(range(0, demands, AT_A_TIME))
    ]
    officer = create_key(ground.workspace, "officer", ["privacy"], at=1)
    with ours(ground, PORT, WORKERS, cores=range(os.cpu_count() or 1)) as (server, key):
        found = MadeDemands(PORT, officer, key)
        callers = [
            threading.Thread(target=_call, args=(found, work[first::CALLERS]), daemon=True)
            for first in range(CALLERS)
        ]
        for one in callers:
            one.start()
        _kill(ground, server, found, demands, kills, lots)
        for one in callers:
            one.join()
    return found, _lost(ground, found)


def _call(found: MadeDemands, work: Sequence[tuple[str, Sequence[str]]]) -> None:
    for kind, customers in work:
        found.make(kind, customers)


def _kill(
    ground: BenchCompany,
    server: Server,
    found: MadeDemands,
    demands: int,
    kills: int,
    lots: random.Random,
) -> None:
    """Kill a worker whenever so much more was acknowledged, while another one answers."""
    for number in range(kills):
        due = demands * (number + lots.random()) / (kills + 1)
        while found.count < due or len(attending(ground.workspace)) < 2:
            time.sleep(_PAUSE_SECONDS / 10)
        os.kill(lots.choice(_workers(server)).pid, signal.SIGKILL)
        found.kills += 1
        print(f"  {found.count:,} acknowledged, {found.kills} killed", flush=True)


def _workers(server: Server) -> list[psutil.Process]:
    """The processes that answer, by how their command begins."""
    found = []
    for one in server.process.children(recursive=True):
        # Who was just killed is there until the parent has taken note.
        with suppress(psutil.NoSuchProcess):
            if "_bentoml_impl.worker.service" in one.cmdline():
                found.append(one)
    return found


def _lost(ground: BenchCompany, found: MadeDemands) -> dict[str, int]:
    with ledger_of(ground.workspace) as ledger:
        withheld = ledger.privacy.withheld
    known = {"erase": withheld.erased, "object": withheld.objected | withheld.erased}
    return {kind: len(set(ids) - known[kind]) for kind, ids in found.acknowledged.items()}


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("demands while workers are killed")
    demands, kills = (2_000, 5) if given.is_small else (20_000, 50)
    with tempfile.TemporaryDirectory() as scratch:
        print("Simulating a company and growing 300 trees.", flush=True)
        ground = laid(Path(scratch) / "company", 1_000 if given.is_small else 10_000)
        found, lost = demanded(ground, demands, kills)
    print(f"  {found.asked_again:,} calls were asked again; {found.shown[:5]}")
    return conclude(
        "service_demands_while_killed",
        [
            Claim("erasures acknowledged and lost", lost["erase"], 0),
            Claim("objections acknowledged and lost", lost["object"], 0),
            Claim("customers shown a second after the answer", len(found.shown), 0),
            Claim("demands acknowledged", found.count, demands, direction="at least"),
            Claim("workers killed", found.kills, kills, direction="at least"),
        ],
        given,
    )


if __name__ == "__main__":
    sys.exit(main())
