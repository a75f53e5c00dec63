"""How a service stands now, as figures for whoever watches it: each process tells its own, and the worst or the sum is shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@dataclass(frozen=True)
class WorkerState:
    """How one process stands.

    ``models`` are name and version of what answers, ``faults`` the families whose newest model or scores it could not open.
    ``waiting`` and ``running`` count calls by queue, ``findings`` what the latest monitoring has found by kind.
    """

    is_ready: bool
    models: Iterable[tuple[str, str]] = ()
    faults: Mapping[str, bool] = field(default_factory=dict)
    score_age_seconds: float | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    running: Mapping[str, int] = field(default_factory=dict)
    ledger_bytes: int = 0
    loop_lag_seconds: float = 0.0
    findings: Mapping[str, int] = field(default_factory=dict)
    look_age_seconds: int | None = None


class Gauges:
    """Make it when the process serves already, as ``Metrics``."""

    def __init__(self) -> None:
        forget_the_dead()
        self.ready = _gauge("ready", "Whether calls about customers can be answered.", "livemin")
        self.models = _gauge(
            "model_info", "1 for the model that answers.", "livemax", "model", "version"
        )
        self.faults = _gauge(
            "fault", "1 where the newest model or scores of a kind cannot be used.", "livemax", "of"
        )
        self.age = _gauge(
            "score_age_seconds", "How old what the scores were made from is.", "livemax"
        )
        self.waiting = _gauge(
            "calls_waiting", "Calls that wait for their turn.", "livesum", "queue"
        )
        self.running = _gauge("calls_running", "Calls that are worked on.", "livesum", "queue")
        self.ledger = _gauge("ledger_bytes", "The size of the service's database.", "livemax")
        self.lag = _gauge(
            "event_loop_lag_seconds", "The longest the event loop was late of late.", "livemax"
        )
        self.findings = _gauge(
            "monitoring_findings",
            "What the latest monitoring has found, by kind.",
            "livemax",
            "kind",
        )
        self.look_age = _gauge(
            "monitoring_age_seconds", "How long ago the latest monitoring was.", "livemax"
        )
        self._known: set[tuple[str, str]] = set()

    def show(self, now: WorkerState) -> None:
        """Show how this process stands from now on."""
        self.ready.set(now.is_ready)
        models = set(now.models)
        self._known |= models
        for name, version in self._known:
            # What is shown once cannot be taken back among several processes, so it is told to be over.
            self.models.labels(name, version).set((name, version) in models)
        for of, is_faulty in now.faults.items():
            self.faults.labels(of).set(is_faulty)
        if now.score_age_seconds is not None:
            self.age.set(now.score_age_seconds)
        for queue, count in now.waiting.items():
            self.waiting.labels(queue).set(count)
        for queue, count in now.running.items():
            self.running.labels(queue).set(count)
        for kind, found in now.findings.items():
            self.findings.labels(kind).set(found)
        if now.look_age_seconds is not None:
            self.look_age.set(now.look_age_seconds)
        self.ledger.set(now.ledger_bytes)
        self.lag.set(now.loop_lag_seconds)


def _gauge(name: str, said: str, together: Any, *labels: str) -> Any:
    import prometheus_client

    return prometheus_client.Gauge(f"regulars_{name}", said, labels, multiprocess_mode=together)


def forget_the_dead() -> None:
    """Take processes that were killed out of the figures of those that live; what was counted stays."""
    folder = os.environ.get(MULTIPROCESS_VARIABLE)
    if not folder:
        return
    from prometheus_client.multiprocess import mark_process_dead

    numbers = {one.stem.rpartition("_")[2] for one in Path(folder).glob("gauge_live*_*.db")}
    for number in numbers:
        if number.isdecimal() and not _lives(int(number)):
            mark_process_dead(int(number))  # type: ignore[no-untyped-call]


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It is another user's.
        pass
    return True
