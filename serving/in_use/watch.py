"""Watches one process of the service: whether it can answer about customers, and how it stands, every second.

It looks in a thread of its own, so that neither a probe nor whoever reads the figures makes anybody wait. What it
finds is what ``/readyz`` and ``/metrics`` tell.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from serving.access.admission import Admission
from serving.access.answered_call import AnsweredCall
from serving.access.gauges import Gauges, WorkerState
from serving.in_use.attendance import lacks_workers
from serving.in_use.models_in_use import ModelsInUse
from serving.in_use.served import SERVED
from serving.process.loop_lag import LoopLag

LOOK_EVERY_SECONDS = 1.0
WRITE_EVERY_SECONDS = 10.0
"""So often it is tried whether the database takes anything, unless there is reason to doubt it."""
NO_MODEL, NO_RECORD = "not_ready", "not_recorded"
"""What may be lacking, by the names of the problems that calls are refused by meanwhile."""
_MAY_FAIL = (*(one.name for one in SERVED), "store")
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_logger = logging.getLogger("regulars.watch")


class Watch:
    """What is known of this process; ``lacking`` is empty as long as calls about customers can be answered."""

    def __init__(
        self,
        models_in_use: ModelsInUse | None,
        admission: Admission,
        lag: LoopLag,
        gauges: Gauges | None,
        ticks: Callable[[], float] = time.monotonic,
        *,
        workers: int = 1,
    ) -> None:
        self.lacking: tuple[str, ...] = ()
        self._models_in_use = models_in_use
        self._admission = admission
        self._lag = lag
        self._gauges = gauges
        self._ticks = ticks
        self._workers = workers
        self._can_record = True
        self._is_doubted = False
        self._next_write = ticks()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, call: AnsweredCall) -> None:
        """A call that could not be recorded gives reason to look whether any can."""
        if call.refused == NO_RECORD:
            self._is_doubted = True

    def start(self) -> None:
        """Look now, and in the background from now on."""
        self.look()
        self._thread = threading.Thread(target=self._run, name="regulars-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Find out how this process stands, and say so where that has changed."""
        lacking = self._lacks()
        if lacking != self.lacking:
            _logger.warning("The service is %s", _said(lacking))
        self.lacking = lacking
        if self._models_in_use is not None:
            workspace = self._models_in_use.workspace
            self._admission.lacks_workers = lacks_workers(workspace, self._workers)
        if self._gauges is not None:
            self._gauges.show(self._state())

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_SECONDS):
            try:
                self.look()
            except Exception as fault:
                _logger.error("The service cannot look at itself: %s", type(fault).__name__)

    def _lacks(self) -> tuple[str, ...]:
        found = self._models_in_use
        if found is None:
            return (NO_MODEL,)
        if self._is_doubted or not self._can_record or self._ticks() >= self._next_write:
            self._next_write = self._ticks() + WRITE_EVERY_SECONDS
            self._is_doubted = False
            self._can_record = takes_writes(found.ledger.path)
        no_model = () if found.in_use is not None else (NO_MODEL,)
        return no_model if self._can_record else (*no_model, NO_RECORD)

    def _state(self) -> WorkerState:
        found, queues = self._models_in_use, self._admission.queues
        state = WorkerState(
            not self.lacking,
            waiting={name: queue.waiting for name, queue in queues.items()},
            running={name: queue.running for name, queue in queues.items()},
            loop_lag_seconds=self._lag.taken(),
        )
        if found is None:
            return state
        in_use, findings = found.in_use, found.findings.now
        return replace(
            state,
            findings={} if findings is None else findings.by_kind,
            look_age_seconds=None
            if findings is None
            else max(0, found.now() - findings.looked_at_seconds),
            models=[(one.name, one.version) for one in found.manifests],
            faults={one: one in found.faults for one in _MAY_FAIL},
            score_age_seconds=None
            if in_use is None
            else max(0, found.now() - in_use.snapshot.cutoff_seconds),
            ledger_bytes=_bytes_of(found.ledger.path),
        )


def takes_writes(path: Path) -> bool:
    """Whether a database can be written to now; one that others hold for a moment can."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0.5)) as connection:
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute("BEGIN IMMEDIATE")
            # Written as it stands: it changes nothing and goes all the way to the disk.
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version={int(version)}")
            connection.execute("COMMIT")
    except sqlite3.Error as fault:
        return getattr(fault, "sqlite_errorcode", 0) & 0xFF in _LOCKED
    return True


def _bytes_of(path: Path) -> int:
    size = 0
    for one in (path, path.with_name(path.name + "-wal")):
        with suppress(OSError):
            size += one.stat().st_size
    return size


def _said(lacking: tuple[str, ...]) -> str:
    words = {
        NO_MODEL: "there is no model with scores to answer from",
        NO_RECORD: "nothing can be recorded",
    }
    if not lacking:
        return "ready again"
    return "not ready: " + ", and ".join(words[one] for one in lacking)
