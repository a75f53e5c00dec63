"""Lists scored in the background: block by block, to the same bytes whatever happens in between."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from serving.contract.job_messages import JobAnswer
from serving.job_runner import JobRunner
from serving.ledger.jobs import (
    DONE,
    EXPIRED,
    FAILED,
    HELD_SECONDS,
    MOST_WAITING,
    RETENTION_SECONDS,
    RUNNING,
    WAITING,
    TooManyJobs,
)
from serving.ledger.ledger import Ledger
from serving.snapshot.reading import Snapshot
from tests.serving.calling import NOW, Caller, Service, answer_as
from tests.serving.full_disk import no_file_beyond

DAY = 86_400


@pytest.fixture
def ids(snapshot: Snapshot) -> list[str]:
    """Ten customers, one of them twice, and somebody unknown."""
    found = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:10]]
    return [*found, "=nobody", found[0]]


def submit(caller: Caller, **question: Any) -> str:
    answer = caller.post("/v1/jobs", json=question)
    assert answer.status_code == 202, answer.text
    answer_as(JobAnswer, answer.content)
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['job_id']}"
    return str(answer.json()["job_id"])


def status(caller: Caller, job_id: str) -> dict[str, Any]:
    answer = caller.get(f"/v1/jobs/{job_id}")
    answer_as(JobAnswer, answer.content)
    found: dict[str, Any] = answer.json()
    return found


def runner_of(service: Service, *, rows: int = 7, with_reasons: int = 3) -> JobRunner:
    """A runner of small blocks."""
    return JobRunner(service.models_in_use, rows_at_once={True: with_reasons, False: rows})


def worked_off(service: Service) -> int:
    """How many blocks it took one runner to do everything."""
    runner, blocks = runner_of(service), 0
    while runner.step():
        blocks += 1
    return blocks


def rows_of(caller: Caller, job_id: str) -> list[dict[str, Any]]:
    answer = caller.get(f"/v1/jobs/{job_id}/result")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def without_names(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: one for name, one in row.items() if name != "decision_id"} for row in rows]


def test_a_jobs_rows_are_those_of_a_score(service: Service, caller: Caller, ids: list[str]) -> None:
    job_id = submit(caller, customer_ids=ids)
    assert status(caller, job_id)["status"] == "waiting"
    assert worked_off(service) == 4
    done = status(caller, job_id)
    assert (done["status"], done["rows_done"], done["rows_total"]) == ("done", 12, 12)
    rows = rows_of(caller, job_id)
    expected = caller.score(rows=[{"customer_id": one} for one in ids])["rows"]
    assert without_names(rows) == without_names(expected)
    assert rows[0]["decision_id"] == rows[-1]["decision_id"]
    decision = service.models_in_use.ledger.decision(rows[0]["decision_id"])
    assert decision is not None and decision.probability == rows[0]["probability"]


def test_a_table_has_a_line_a_customer_and_no_formula(
    service: Service, caller: Caller, ids: list[str]
) -> None:
    job_id = submit(caller, customer_ids=ids, format="csv", campaign="spring")
    worked_off(service)
    answer = caller.get(f"/v1/jobs/{job_id}/result")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [one["customer_id"] for one in lines] == [*ids[:10], "'=nobody", ids[0]]
    assert lines[10]["status"] == "unknown_id" and lines[10]["probability"] == ""
    assert float(lines[0]["low"]) < float(lines[0]["probability"]) < float(lines[0]["high"])
    assert lines[0]["reason_1"] and lines[0]["hold_out"] in ("True", "False")


def test_everybody_is_scored_in_the_order_of_their_numbers(
    service: Service, caller: Caller, snapshot: Snapshot
) -> None:
    job_id = submit(caller, everybody=True, reasons=False)
    worked_off(service)
    rows = rows_of(caller, job_id)
    assert [row["customer_id"] for row in rows] == list(snapshot.customer_ids)


@pytest.mark.parametrize("blocks_before", [0, 1, 2, 3])
def test_a_broken_off_job_goes_on_to_the_same_bytes(
    service: Service, caller: Caller, ids: list[str], blocks_before: int
) -> None:
    job_id = submit(caller, customer_ids=ids)
    file = service.models_in_use.job_files.result(job_id)
    killed = runner_of(service)
    for _ in range(blocks_before):
        killed.step()
    if blocks_before:
        # The block under way was half written when the process died.
        with file.open("ab") as broken:
            broken.write(b'{"row_id": null, "custo')
    service.seconds += HELD_SECONDS + 1
    worked_off(service)
    resumed = file.read_bytes()
    assert len(service.models_in_use.ledger.latest_decisions(ids[0], 5)) == 1
    service.models_in_use.ledger.jobs.drop(job_id, at=service.seconds)
    file.unlink()
    again = replace_job(service, job_id)
    worked_off(service)
    assert service.models_in_use.job_files.result(again).read_bytes() == resumed


def replace_job(service: Service, job_id: str) -> str:
    """The same job put into the queue anew, as it was submitted."""
    import sqlalchemy as sa

    with service.models_in_use.ledger.jobs._engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE jobs SET status='waiting', rows_done=0, bytes_done=0, basis='', ended_at=NULL,"
                " holder='' WHERE job_id=:job"
            ),
            {"job": job_id},
        )
    return job_id


def test_a_job_is_worked_on_by_one_at_a_time_until_its_holder_falls_silent(
    service: Service, caller: Caller, ids: list[str]
) -> None:
    submit(caller, customer_ids=ids)
    first, second = runner_of(service), runner_of(service)
    assert first.step() and not second.step()
    service.seconds += HELD_SECONDS + 1
    assert second.step()
    assert first.step()  # it notices that the job is another's now
    assert not first.step()


def test_a_new_model_begins_the_job_anew(
    service: Service, caller: Caller, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit(caller, customer_ids=ids)
    runner = runner_of(service)
    runner.step()
    in_use = service.models_in_use.in_use
    assert in_use is not None
    renamed = replace(in_use, snapshot=replace(in_use.snapshot, name="g000099"))
    monkeypatch.setattr(service.models_in_use, "_in_use", renamed)
    blocks = 0
    while runner.step():
        blocks += 1
    assert blocks == 4 and len(rows_of(caller, job_id)) == len(ids)


def test_a_cancelled_job_stops_before_its_next_block_and_leaves_no_file(
    service: Service, caller: Caller, ids: list[str]
) -> None:
    job_id = submit(caller, customer_ids=ids)
    runner = runner_of(service)
    runner.step()
    assert caller.request("DELETE", f"/v1/jobs/{job_id}").json()["status"] == "cancelled"
    assert runner.step() and not runner.step()
    assert not service.models_in_use.job_files.result(job_id).exists()
    answer = caller.get(f"/v1/jobs/{job_id}/result")
    assert answer.status_code == 409 and answer.json()["code"] == "no_result"


def test_a_job_is_its_keys_own(service: Service, caller: Caller, ids: list[str]) -> None:
    job_id = submit(caller, customer_ids=ids)
    other = service.caller("score")
    answers = [
        other.get(f"/v1/jobs/{job_id}"),
        other.get(f"/v1/jobs/{job_id}/result"),
        other.request("DELETE", f"/v1/jobs/{job_id}"),
        other.get("/v1/jobs/unknown"),
    ]
    said = {(one.status_code, one.json()["code"], one.json()["detail"]) for one in answers}
    assert len(said) == 1 and said.pop()[:2] == (404, "not_found")


def test_results_are_deleted_a_day_after_the_end(
    service: Service, caller: Caller, ids: list[str]
) -> None:
    job_id = submit(caller, customer_ids=ids)
    worked_off(service)
    folder = service.models_in_use.job_files.folder / job_id
    service.seconds += RETENTION_SECONDS - 1
    worked_off(service)
    assert folder.exists()
    service.seconds += 1
    worked_off(service)
    assert not folder.exists() and status(caller, job_id)["status"] == "expired"


def test_so_many_jobs_of_a_key_may_wait_and_no_more(service: Service, caller: Caller) -> None:
    for _ in range(MOST_WAITING):
        submit(caller, customer_ids=["1"])
    answer = caller.post("/v1/jobs", json={"customer_ids": ["1"]})
    assert answer.status_code == 429 and answer.json()["code"] == "too_many_jobs"
    assert answer.headers["retry-after"]
    submit(service.caller("score"), customer_ids=["1"])


def test_a_repeat_with_the_same_key_is_one_job(caller: Caller, ids: list[str]) -> None:
    headers = {"idempotency-key": "nightly-1"}
    answers = [
        caller.post("/v1/jobs", json={"customer_ids": ids}, headers=headers) for _ in range(2)
    ]
    assert answers[0].json()["job_id"] == answers[1].json()["job_id"]
    assert [one.status_code for one in answers] == [202, 202]


def test_a_full_disk_holds_a_job_up_and_spoils_nothing(
    service: Service, caller: Caller, ids: list[str]
) -> None:
    job_id = submit(caller, customer_ids=ids)
    runner = runner_of(service)
    runner.step()
    with no_file_beyond(service.models_in_use.job_files.result(job_id).stat().st_size + 10):
        assert runner.step()
        answer = caller.post("/v1/score", json={"customer_id": ids[0]})
        assert answer.status_code == 503 and answer.json()["code"] == "not_recorded"
        assert 10 <= int(answer.headers["retry-after"]) <= 90
    assert caller.score(customer_id=ids[0])["rows"][0]["status"] == "ok"
    assert status(caller, job_id)["rows_done"] == 3
    service.seconds += HELD_SECONDS + 1
    worked_off(service)
    rows = rows_of(caller, job_id)
    expected = caller.score(rows=[{"customer_id": one} for one in ids])["rows"]
    assert without_names(rows) == without_names(expected)


def test_files_of_a_job_are_their_owners_alone_and_can_be_searched(
    service: Service, caller: Caller, ids: list[str]
) -> None:
    job_id = submit(caller, customer_ids=ids)
    worked_off(service)
    files = service.models_in_use.job_files
    for path in (files.folder / job_id).iterdir():
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    assert files.mentioning(ids[0]) == [job_id] and files.mentioning("somebody else") == []


@pytest.mark.parametrize(
    ("question", "pointer", "code"),
    [
        ({}, "", "customers_or_everybody"),
        ({"customer_ids": ["1"], "everybody": True}, "", "customers_or_everybody"),
        ({"customer_ids": []}, "/customer_ids", "too_short"),
        ({"customer_ids": ["1"], "format": "xlsx"}, "/format", "literal_error"),
        ({"customer_ids": "1"}, "/customer_ids", "list_type"),
    ],
)
def test_a_job_that_cannot_be_understood_is_pointed_at(
    caller: Caller, question: dict[str, Any], pointer: str, code: str
) -> None:
    answer = caller.post("/v1/jobs", json=question)
    assert answer.status_code == 422
    fault = answer.json()["errors"][0]
    assert (fault["pointer"], fault["code"]) == (pointer, code)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_a_job_is_held_for_half_a_minute(ledger: Ledger) -> None:
    ledger.jobs.submit("crm", {}, 1, at=NOW)
    assert ledger.jobs.take("first", at=NOW) is not None
    assert ledger.jobs.take("second", at=NOW + 30) is None
    taken = ledger.jobs.take("second", at=NOW + 31)
    assert taken is not None and (taken.holder, taken.held_until) == ("second", NOW + 61)
    held = ledger.jobs.advance(taken, rows=1, bytes_done=2, basis="b", at=NOW + 40)
    assert held is not None and (held.held_until, held.status) == (NOW + 70, RUNNING)
    assert ledger.jobs.take("third", at=NOW + 70) is None


@pytest.mark.parametrize("status", [DONE, FAILED])
@pytest.mark.parametrize(("after", "is_there"), [(0, True), (DAY - 1, True), (DAY, False)])
def test_a_job_that_ended_is_kept_for_a_day(
    ledger: Ledger, status: str, after: int, is_there: bool
) -> None:
    ledger.jobs.submit("crm", {}, 1, at=NOW - 5)
    job = ledger.jobs.take("first", at=NOW)
    assert job is not None and job.expires_at is None
    ended = ledger.jobs.end(job, status, at=NOW)
    assert ended is not None and ended.expires_at == NOW + DAY
    assert ledger.jobs.expire(at=NOW + after) == ([] if is_there else [job.job_id])
    found = ledger.jobs.of(job.job_id, "crm")
    assert found is not None and found.status == (status if is_there else EXPIRED)
    assert ledger.jobs.expire(at=NOW + after + 1) == ([job.job_id] if after == DAY - 1 else [])


def test_a_job_that_waits_does_not_expire(ledger: Ledger) -> None:
    job = ledger.jobs.submit("crm", {}, 1, at=NOW)
    assert ledger.jobs.expire(at=NOW + 9 * DAY) == []
    found = ledger.jobs.of(job.job_id, "crm")
    assert found is not None and found.status == WAITING


def test_twenty_jobs_of_a_key_may_wait_or_run_and_those_that_ended_count_no_more(
    ledger: Ledger,
) -> None:
    for _ in range(20):
        ledger.jobs.submit("crm", {}, 1, at=NOW)
    running = ledger.jobs.take("runner", at=NOW)
    assert running is not None
    with pytest.raises(TooManyJobs):
        ledger.jobs.submit("crm", {}, 1, at=NOW)
    ledger.jobs.submit("shop", {}, 1, at=NOW)
    assert ledger.jobs.end(running, DONE, at=NOW) is not None
    ledger.jobs.submit("crm", {}, 1, at=NOW)
