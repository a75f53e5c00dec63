"""Work on lists block by block: the size of a block changes how often one waits, and no row."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from serving.job_runner import JobRunner
from serving.ledger.decisions import Decision
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service


@pytest.fixture
def ids(snapshot: Snapshot) -> list[str]:
    """Five customers and somebody unknown."""
    found = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:5]]
    return [*found, "nobody"]


def worked(
    service: Service, caller: Caller, ids: list[str], *, reasons: bool, rows: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many blocks a list took, and its rows without the names of their decisions."""
    answer = caller.post("/v1/jobs", json={"customer_ids": ids, "reasons": reasons})
    runner = JobRunner(service.models_in_use, rows_at_once={reasons: rows, not reasons: 1_000})
    blocks = 0
    while runner.step():
        blocks += 1
    result = caller.get(f"/v1/jobs/{answer.json()['job_id']}/result")
    found = [json.loads(line) for line in result.text.splitlines()]
    return blocks, [
        {name: one for name, one in row.items() if name != "decision_id"} for row in found
    ]


@pytest.mark.parametrize("reasons", [True, False])
def test_a_list_is_the_same_in_blocks_of_any_size(
    service: Service, caller: Caller, ids: list[str], reasons: bool
) -> None:
    _, whole = worked(service, caller, ids, reasons=reasons, rows=6)
    assert [row["customer_id"] for row in whole] == ids
    assert [bool(row.get("reasons")) for row in whole] == [reasons] * 5 + [False]
    for rows, expected in ((1, 6), (2, 3), (5, 2), (6, 1), (7, 1)):
        blocks, found = worked(service, caller, ids, reasons=reasons, rows=rows)
        assert (blocks, found) == (expected, whole)


def submitted(caller: Caller, ids: list[str]) -> str:
    return str(caller.post("/v1/jobs", json={"customer_ids": ids}).json()["job_id"])


def status(caller: Caller, job_id: str) -> tuple[str, int]:
    answer = caller.get(f"/v1/jobs/{job_id}").json()
    return answer["status"], answer["rows_done"]


def runner_of(service: Service) -> JobRunner:
    """A runner of blocks of two."""
    return JobRunner(service.models_in_use, rows_at_once={True: 2, False: 2})


def renamed(service: Service, before: str, after: str) -> None:
    with closing(sqlite3.connect(service.models_in_use.ledger.path)) as connection:
        connection.execute(f"ALTER TABLE {before} RENAME TO {after}")


@pytest.mark.parametrize("fault", ["of the database", "of the disk"])
def test_a_job_that_cannot_be_written_is_free_again_when_its_hold_ends(
    service: Service, caller: Caller, ids: list[str], fault: str
) -> None:
    _, whole = worked(service, caller, ids, reasons=False, rows=6)
    job_id, runner = submitted(caller, ids), runner_of(service)
    asked = service.models_in_use.job_files.folder / job_id / "asked"
    assert runner.step() and status(caller, job_id) == ("running", 2)
    if fault == "of the disk":
        asked.rename(asked.with_name("away"))
    else:
        renamed(service, "decisions", "away")
    assert runner.step() and status(caller, job_id) == ("running", 2)
    assert not runner.step()
    if fault == "of the disk":
        asked.with_name("away").rename(asked)
    else:
        renamed(service, "away", "decisions")
    service.seconds += 30
    assert not runner.step()
    service.seconds += 1
    assert [runner.step() for _ in range(3)] == [True, True, False]
    assert status(caller, job_id) == ("done", 6)
    lines = caller.get(f"/v1/jobs/{job_id}/result").text.splitlines()
    names = [json.loads(line)["customer_id"] for line in lines]
    assert names == [row["customer_id"] for row in whole] == ids


def test_any_other_fault_ends_the_job_and_its_files_and_the_next_one_is_worked_on(
    service: Service, caller: Caller, ids: list[str]
) -> None:
    broken = submitted(caller, ids)
    files = service.models_in_use.job_files
    (files.folder / broken / "asked").write_text("no line of a list")
    service.seconds += 1
    sound, runner = submitted(caller, ids), runner_of(service)
    assert runner.step()
    answer = caller.get(f"/v1/jobs/{broken}").json()
    assert (answer["status"], answer["fault"]) == ("failed", "internal")
    assert not (files.folder / broken).exists()
    assert [runner.step() for _ in range(4)] == [True] * 3 + [False]
    assert status(caller, sound) == ("done", 6)


@pytest.mark.parametrize(("ends", "stays"), [("cancelled", False), ("taken over", True)])
def test_of_a_job_that_is_not_ours_any_more_nothing_is_written(
    service: Service, caller: Caller, ids: list[str], ends: str, stays: bool
) -> None:
    job_id, runner, other = submitted(caller, ids), runner_of(service), runner_of(service)
    assert runner.step()
    if ends == "cancelled":
        caller.request("DELETE", f"/v1/jobs/{job_id}")
    else:
        service.seconds += 31
        assert other.step()
    before = status(caller, job_id)
    assert runner.step() and not runner.step()
    assert status(caller, job_id) == before
    assert (service.models_in_use.job_files.folder / job_id).exists() is stays


def test_once_an_hour_what_was_kept_long_enough_is_let_go(service: Service, caller: Caller) -> None:
    ledger, runner = service.models_in_use.ledger, runner_of(service)
    kept_days = service.models_in_use.settings.retention.decisions_days

    def decided(name: str, seconds_ago: int) -> None:
        at = service.seconds - kept_days * 86_400 - seconds_ago
        ledger.append([Decision(name, "anna", "ok", 0.5, "1", "m", 0, at)])

    decided("old", 1)
    decided("young", 0)
    runner.tidy()
    assert (ledger.decision("old"), ledger.decision("young") is None) == (None, False)
    service.seconds += 3_500
    runner.tidy()
    assert ledger.decision("young") is not None
    service.seconds += 100
    runner.tidy()
    assert ledger.decision("young") is None
