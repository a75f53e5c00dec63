"""Whoever was told that somebody is erased can rely on it: processes erase and write at once and are killed at any moment."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import orjson
import pytest

from serving.ledger.decisions import Decision
from serving.ledger.idempotency import StoredAnswer, UnderWay
from serving.ledger.ledger import Ledger
from serving.ledger.reported_events import ReportedEvent
from tests.holding import kept_answers
from tests.waiting import until

ERASERS, WRITERS, KILLS, PEOPLE = 4, 2, 50, 5_000
FORKED = multiprocessing.get_context("fork")


def answer_about(customer: str) -> StoredAnswer:
    content = orjson.dumps({"rows": [{"customer_id": customer, "probability": 0.9}]})
    return StoredAnswer(200, "application/json", content)


def erase(folder: Path, who: int, begun: int) -> None:
    """Erase one's own share of the people, one after the other, and write down what was acknowledged."""
    ledger = Ledger(folder / "ledger.db")
    with (folder / f"acknowledged-{who}").open("a") as acknowledged:
        for number in range(begun, PEOPLE, ERASERS):
            ledger.privacy.erase([f"<{number}>"], at=1)
            acknowledged.write(f"{number}\n")
            acknowledged.flush()


def write(folder: Path, who: int, begun: int) -> None:
    """Answer calls about anybody, as a service does that may have been asked before the erasure."""
    ledger, lots = Ledger(folder / "ledger.db"), random.Random(begun)
    for turn in range(10**6):
        customer, name = f"<{lots.randrange(PEOPLE // 5)}>", f"{who}/{begun}/{turn}"
        try:
            kept = ledger.repeats.begin("crm", name, b"", at=1)
        except UnderWay:
            continue
        if kept is None:
            ledger.append([Decision(name, customer, "ok", 0.5, "1", "m", 1, 2)])
            ledger.events.keep([ReportedEvent(name, customer, "contacts", {}, 1, 1)])
            ledger.repeats.end("crm", name, answer_about(customer))


def acknowledged(folder: Path) -> set[str]:
    said = "".join(one.read_text() for one in folder.glob("acknowledged-*"))
    # A line that was not written to its end was told to nobody.
    return {f"<{one.strip()}>" for one in said.splitlines(keepends=True) if one.endswith("\n")}


class Crowd:
    """So many processes of each kind; whoever is killed is followed by another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun = 0
        self.working = [self._started(erase, who) for who in range(ERASERS)]
        self.working += [self._started(write, who) for who in range(WRITERS)]

    def kill(self, place: int) -> None:
        process = self.working[place]
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        kind, who = (erase, place) if place < ERASERS else (write, place - ERASERS)
        self.working[place] = self._started(kind, who)

    def stop(self) -> None:
        for process in self.working:
            process.kill()
            process.join()

    def _started(self, kind: Callable[[Path, int, int], None], who: int) -> BaseProcess:
        self.begun += 1
        first = self.begun if kind is write else self._next(who)
        process = FORKED.Process(target=kind, args=(self.folder, who, first))
        process.start()
        return process

    def _next(self, who: int) -> int:
        """Behind what was acknowledged; what was broken off is asked for again, as a caller would."""
        file = self.folder / f"acknowledged-{who}"
        return who + ERASERS * (len(file.read_text().splitlines()) if file.exists() else 0)


@pytest.mark.slow
def test_no_acknowledged_erasure_is_lost_or_told_of_again(tmp_path: Path) -> None:
    lots, crowd = random.Random(7), Crowd(tmp_path)
    try:
        for _ in range(KILLS):
            before = len(acknowledged(tmp_path))
            until(lambda before=before: len(acknowledged(tmp_path)) > before + lots.randrange(12))  # type: ignore[misc]
            crowd.kill(lots.randrange(ERASERS + WRITERS))
    finally:
        crowd.stop()
    erased = acknowledged(tmp_path)
    assert len(erased) > KILLS
    ledger = Ledger(tmp_path / "ledger.db")
    assert ledger.privacy.erased_among(erased) == erased
    assert ledger.privacy.withheld.erased >= erased
    ledger.privacy.clear()
    rows = ledger._quick.rows
    for table in ("decisions", "events"):
        kept = {one for (one,) in rows(f"SELECT DISTINCT customer_id FROM {table}")}
        assert kept and not kept & erased
    answers = [orjson.loads(one) for one in kept_answers(ledger.path)]
    kept_about = {one["rows"][0]["customer_id"] for one in answers}
    assert kept_about and not kept_about & ledger.privacy.withheld.erased
    # Nobody is left in a row that was deleted either, nor in the log beside the database.
    ledger.privacy.finish(frozenset(), at=2)
    ledger.close()
    content = b"".join(one.read_bytes() for one in tmp_path.glob("ledger.db*"))
    assert [one for one in erased if one.encode() in content] == []
