"""A process knows whether it can answer about customers, and says how it stands."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from serving.access.admission import Admission
from serving.access.answered_call import AnsweredCall
from serving.access.asgi import Receive, Scope, Send
from serving.access.correlation import Correlation
from serving.access.gauges import WorkerState
from serving.access.work import Work
from serving.contract.readiness import telling
from serving.in_use.models_in_use import ModelsInUse
from serving.in_use.watch import NO_MODEL, NO_RECORD, WRITE_EVERY_SECONDS, Watch, takes_writes
from serving.process.loop_lag import LoopLag
from tests.serving.calling import Caller, Service
from tests.serving.full_disk import no_file_beyond


class KeptFigures:
    """Figures that are kept instead of shown."""

    def __init__(self) -> None:
        self.last = WorkerState(False)

    def show(self, now: WorkerState) -> None:
        self.last = now


class Watched:
    """A watch over a company, with a clock that is moved by hand."""

    def __init__(self, models_in_use: ModelsInUse | None, workers: int = 1) -> None:
        self.seconds, self.shown, self.admission = 0.0, KeptFigures(), Admission()
        self.watch = Watch(
            models_in_use,
            self.admission,
            LoopLag(),
            self.shown,  # type: ignore[arg-type]
            ticks=lambda: self.seconds,
            workers=workers,
        )
        self.watch.look()


@pytest.fixture
def watched(service: Service) -> Watched:
    return Watched(service.models_in_use)


def lacking(watched: Watched) -> tuple[str, ...]:
    """What is lacking, after another look."""
    watched.watch.look()
    return watched.watch.lacking


def unrecorded(status: int = 503) -> AnsweredCall:
    return AnsweredCall(None, "POST", status, 0.1, Correlation("c"), refused="not_recorded")


def test_a_company_with_model_scores_and_a_database_is_ready_and_shows_how_it_stands(
    service: Service, watched: Watched
) -> None:
    assert watched.watch.lacking == ()
    shown, in_use = watched.shown.last, service.models_in_use.in_use
    assert in_use is not None
    assert shown.is_ready and list(shown.models) == [("churn", "1")]
    families = ("churn", "value", "segments", "recommendations", "offers")
    assert shown.faults == dict.fromkeys((*families, "store"), False)
    assert shown.score_age_seconds == service.seconds - in_use.snapshot.cutoff_seconds
    assert shown.ledger_bytes >= service.models_in_use.ledger.path.stat().st_size
    assert shown.waiting == shown.running == {"large": 0, "light": 0, "passwords": 0}


def test_calls_that_are_worked_on_and_that_wait_are_shown(watched: Watched) -> None:
    async def crowd() -> None:
        for _ in range(watched.admission._large.at_once + 1):
            watched.admission.enter(Work(("/score",), 10, 0.01), within_seconds=10)

    asyncio.run(crowd())
    watched.watch.look()
    shown = watched.shown.last
    assert shown.running["large"] == watched.admission._large.at_once
    assert (shown.waiting["large"], shown.waiting["light"]) == (1, 0)


def test_without_a_workspace_or_without_a_model_it_is_not_ready(
    service: Service, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Watched(None).watch.lacking == (NO_MODEL,)
    monkeypatch.setattr(service.models_in_use, "_in_use", None)
    watched.watch.look()
    assert watched.watch.lacking == (NO_MODEL,) and not watched.shown.last.is_ready


def test_on_a_full_disk_it_is_not_ready_and_ready_again_once_there_is_room(
    watched: Watched, service: Service
) -> None:
    with no_file_beyond(1):
        # It is tried every ten seconds, and at once when a call could not be recorded.
        assert lacking(watched) == ()
        watched.watch.note(unrecorded())
        assert lacking(watched) == (NO_RECORD,)
        assert lacking(watched) == (NO_RECORD,)
    assert lacking(watched) == ()
    with no_file_beyond(1):
        watched.seconds += WRITE_EVERY_SECONDS
        assert lacking(watched) == (NO_RECORD,)


def test_a_database_that_others_hold_or_that_was_looked_at_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA user_version=7")
        connection.execute("CREATE TABLE held (a)")
    assert takes_writes(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (7,)
    connection.isolation_level = None
    connection.execute("BEGIN IMMEDIATE")
    assert takes_writes(path)
    connection.execute("ROLLBACK")
    connection.close()


def test_a_file_that_is_no_database_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "none.db").write_text("no database, however long it may be " * 100)
    assert not takes_writes(tmp_path / "none.db")


@pytest.mark.parametrize(
    ("lacking", "status", "code"),
    [((), 200, None), ((NO_MODEL,), 503, "not_ready"), ((NO_RECORD,), 503, "not_recorded")],
)
def test_the_probe_says_what_is_lacking_as_calls_are_refused_by_it(
    service: Service, lacking: tuple[str, ...], status: int, code: str | None
) -> None:
    async def says_yes(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    probe = telling(says_yes, lambda: service.models_in_use, lambda: lacking)
    answer = Caller(service.guarded(probe), {}).get("/readyz")
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code


def test_callers_are_told_where_workers_are_missing(service: Service) -> None:
    assert not Watched(service.models_in_use).admission.lacks_workers
    assert Watched(service.models_in_use, workers=1_000).admission.lacks_workers
    assert not Watched(None, workers=2).admission.lacks_workers
