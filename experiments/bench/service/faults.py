"""Half an hour of calls at four fifths of what the service bears, with a fault every minute.

Two workers answer calls for one customer and for twenty. In turns a worker is killed, a worker stands still, the disk is full, a
model is promoted or rolled back, a thousand customers are erased, and a damaged bundle is the newest. Whoever is not
answered asks once more, as the docs tell. Every score is compared with what the bundle it names says of the customer by
itself, and nobody may be shown who was erased a second ago. ``SIZE=small`` has each fault once within three minutes.

A disk that is full needs a disk of its own, which only root can mount; elsewhere that fault counts as left out.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.contenders import by_id, ours
from experiments.bench.service.fault_kinds import Mishaps, disk_of_its_own
from experiments.bench.service.ground import BenchCompany, laid
from experiments.bench.service.load import LoadCall
from experiments.bench.service.persistent import Called, PersistentCallers
from experiments.bench.service.promotions import retrained
from experiments.bench.service.swaps import own_scores
from serving.ledger.administration import create_key
from serving.snapshot.reading import open_snapshot

WORKERS, CONNECTIONS, PORT, ROWS = 2, 8, 3131, 20
SHARE_OF_CAPACITY = 0.8
_STAYING, _LEAVING, _AT_ONCE, _ERASURES = 180, 8, 1_000, 5
_DISK_MB = 1_500
_SAME = 1e-9
_GRACE_SECONDS = 1.0
"""So long after an erasure, or after the disk has room again, things may still be as before."""


@dataclass
class AnswerCheck:
    """Looks at every answer as it comes."""

    asked: Sequence[Sequence[str]]
    """By call, which customers it is about."""
    truth: Mapping[str, Mapping[str, float]]
    faults: Mishaps
    calls: int = 0
    rows: int = 0
    at_first: int = 0
    not_answered: list[Called] = field(default_factory=list)
    refused_rightly: int = 0
    wrong: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    by_model: Counter[str] = field(default_factory=Counter)
    seconds: list[tuple[float, float]] = field(default_factory=list)

    def tell(self, call: Called) -> None:
        """Look at one call that has ended."""
        self.calls += 1
        self.at_first += call.first.status == 200
        self.seconds.append((call.due, call.ended - call.due))
        if call.last.status != 200:
            if self._is_right_refusal(call):
                self.refused_rightly += 1
            else:
                self.not_answered.append(call)
            return
        answer = json.loads(call.last.body)
        model = answer["model"]
        self.by_model[model["version"]] += 1
        expected = self.truth.get(model["digest"], {})
        for customer, row in zip(self.asked[call.which], answer["rows"], strict=True):
            self.rows += 1
            self._compare(call, customer, row, expected.get(customer, np.nan), answer["base"])

    def _compare(
        self, call: Called, customer: str, row: Mapping[str, Any], expected: float, base: float
    ) -> None:
        asked, answered = self.faults.erased_at.get(customer, (np.inf, np.inf))
        if row["status"] == "unknown_id":
            # An erasure has a time only once it is answered.
            if call.ended < asked and not self.faults.is_erasing(customer):
                self.wrong.append(f"unknown before an erasure: {row}")
            return
        if call.sent > answered + _GRACE_SECONDS:
            self.shown.append(f"{call.sent - answered:.1f} s after the erasure")
        points = sum(reason["points"] for reason in row["reasons"]) + row["other_points"]
        adds_up = abs(100 * (row["probability"] - base) - points) < 1e-6
        if not (adds_up and abs(row["probability"] - expected) < _SAME):
            self.wrong.append(f"expected {expected}: {row}")

    def _is_right_refusal(self, call: Called) -> bool:
        """Whether it was refused for want of a disk, while there was none."""
        if b'"not_recorded"' not in call.last.body:
            return False
        return self.faults.is_full or any(
            begun <= call.ended and call.sent <= ended + _GRACE_SECONDS
            for begun, ended in self.faults.full
        )

    def longest(self, since: float) -> float:
        """The longest that a call took which was due since then, in seconds."""
        return max((took for due, took in self.seconds if due >= since), default=0.0)


def held(
    ground: BenchCompany, filler: Path | None, *, faults: int, every_seconds: float
) -> AnswerCheck:
    """Serve, call, and let one fault follow the other."""
    made = retrained(ground)
    staying, leaving, lots = _people(ground)
    truth = {
        one.digest: own_scores(ground.workspace, one.digest, [*staying, *leaving])
        for one in made.values()
    }
    officer = create_key(ground.workspace, "officer", ["privacy"], at=1)
    with ours(ground, PORT, WORKERS, cores=range(os.cpu_count() or 1)) as (server, key):
        done = Mishaps(ground, server, WORKERS, officer, lots, filler)
        several = [staying[at : at + ROWS] for at in range(0, len(staying), ROWS)]
        asked = [*([one] for one in [*staying, *leaving]), *several]
        calls = [*by_id(key, [*staying, *leaving]), *(_of_many(key, some) for some in several)]
        pace = SHARE_OF_CAPACITY * _borne(calls, AnswerCheck(asked, truth, done))
        print(f"  {pace:.0f} calls a second", flush=True)
        judge = AnswerCheck(asked, truth, done)
        callers = PersistentCallers(PORT, calls, judge.tell)
        strokes = threading.Thread(target=_strokes, args=(done, judge, faults, every_seconds))
        strokes.start()
        asyncio.run(callers.call_for(faults * every_seconds, a_second=pace))
        strokes.join()
        print(f"  at most {callers.most_under_way} calls were under way at once", flush=True)
    return judge


def _borne(calls: Sequence[LoadCall], judge: AnswerCheck) -> float:
    """How many calls a second are borne of callers who look at every answer, for they share the cores."""
    for seconds in (3.0, 10.0):
        callers = PersistentCallers(PORT, calls, judge.tell)
        found = asyncio.run(callers.bear(seconds, CONNECTIONS))
    return found


def _strokes(done: Mishaps, judge: AnswerCheck, faults: int, every_seconds: float) -> None:
    """One fault after the other, each at its time."""
    begun, kinds = time.perf_counter(), list(done.kinds.items())
    for number in range(faults):
        time.sleep(max(0.0, begun + (number + 0.2) * every_seconds - time.perf_counter()))
        name, strike = kinds[number % len(kinds)]
        at, before = time.perf_counter(), (judge.calls, judge.at_first, len(judge.not_answered))
        said = strike()
        time.sleep(max(0.0, begun + (number + 1.0) * every_seconds - time.perf_counter()))
        calls, first, failed = (
            now - then
            for now, then in zip(
                (judge.calls, judge.at_first, len(judge.not_answered)), before, strict=True
            )
        )
        print(
            f"  {number + 1:2}. {name}: {said}. Of {calls:,} calls {calls - first:,} were not answered at first, "
            f"{failed:,} not at the second try; the longest took {judge.longest(at):.1f} s",
            flush=True,
        )


def _people(ground: BenchCompany) -> tuple[list[str], list[str], list[list[str]]]:
    """Customers who are called about and stay, those who leave, and everybody whom each erasure is about."""
    staying = ground.customers[:_STAYING]
    leaving = ground.customers[_STAYING : _STAYING + _LEAVING * _ERASURES]
    called = {*staying, *leaving}
    others = iter(
        [one for one in open_snapshot(ground.workspace).customer_ids if one not in called]
    )
    lots = []
    for turn in range(_ERASURES):
        some = leaving[turn * _LEAVING : (turn + 1) * _LEAVING]
        lots.append(
            [*some, *(one for one, _ in zip(others, range(_AT_ONCE - _LEAVING), strict=False))]
        )
    return staying, leaving, lots


def _of_many(key: str, customers: Sequence[str]) -> LoadCall:
    rows = [{"customer_id": one} for one in customers]
    return LoadCall.of("/v1/score", {"rows": rows}, x_api_key=key)


def claims(judge: AnswerCheck) -> list[Claim]:
    """What a service with a fault a minute is held to."""
    counted = judge.calls - judge.refused_rightly
    answered = 100 * (1 - len(judge.not_answered) / max(1, counted))
    return [
        Claim("calls answered, after one more try", answered, 99.95, "%", "at least"),
        Claim(f"wrong answers of {judge.rows:,} rows", len(judge.wrong), 0),
        Claim("rows about whom was erased a second ago", len(judge.shown), 0),
        Claim("faults that were not as they should be", len(judge.faults.undone), 0),
        Claim("kinds of faults", len(judge.faults.kinds), 6, "", "at least"),
    ]


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("faults while the service answers")
    with (
        tempfile.TemporaryDirectory() as scratch,
        disk_of_its_own(Path(scratch) / "disk", _DISK_MB) as is_own,
    ):
        print("Simulating a company and growing 300 trees three times.", flush=True)
        disk = Path(scratch) / "disk"
        ground = laid(disk / "company", 2_500 if given.is_small else 8_000)
        filler = disk / "filler" if is_own else None
        faults, every = (6, 30.0) if given.is_small else (30, 60.0)
        judge = held(ground, filler, faults=faults, every_seconds=every)
    for sentence in (*judge.faults.undone, *judge.wrong[:5], *judge.shown[:5]):
        print(f"  {sentence}")
    codes = Counter(_why(one) for one in judge.not_answered)
    print(f"  not answered: {dict(codes)}; {judge.refused_rightly:,} refused for want of a disk")
    print(f"  answered by version: {dict(judge.by_model)}")
    return conclude("service_faults", claims(judge), given)


def _why(call: Called) -> str:
    if not call.last.status:
        return "no answer"
    return str(json.loads(call.last.body).get("code", call.last.status))


if __name__ == "__main__":
    sys.exit(main())
