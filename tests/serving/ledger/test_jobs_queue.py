"""The queue of jobs on its limits: whose turn it is, how long one is held and kept, and how many may wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from serving.ledger.jobs import (
    CANCELLED,
    DONE,
    EXPIRED,
    FAILED,
    RUNNING,
    WAITING,
    Job,
    Jobs,
    TooManyJobs,
)
from serving.ledger.ledger import Ledger

HALF_A_MINUTE, A_DAY, TWENTY = 30, 86_400, 20


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    ledger = Ledger(tmp_path / "ledger.db")
    yield ledger.jobs
    ledger.close()


def submitted(jobs: Jobs, owner: str = "anna", *, at: int = 100, rows: int = 7) -> Job:
    return jobs.submit(owner, {"reasons": True}, rows, at=at)


def taken(jobs: Jobs, holder: str = "one", *, at: int = 200) -> Job:
    found = jobs.take(holder, at=at)
    assert found is not None
    return found


def test_a_job_waits_as_it_was_submitted(jobs: Jobs) -> None:
    job = submitted(jobs)
    assert len(job.job_id) == 32 and jobs.of(job.job_id, "anna") == job
    assert (job.status, job.rows_total, job.rows_done, job.bytes_done) == ("waiting", 7, 0, 0)
    assert (job.submitted_at, job.ended_at, job.expires_at) == (100, None, None)
    assert (job.question, job.holder, job.held_until) == ({"reasons": True}, "", 0)
    assert jobs.of(job.job_id, "bert") is None and jobs.of("unknown", "anna") is None


def test_the_oldest_job_comes_first_and_nobody_works_on_one_twice(jobs: Jobs) -> None:
    later, earlier = submitted(jobs, at=101), submitted(jobs, at=100)
    first, second = taken(jobs), taken(jobs, "two")
    assert [first.job_id, second.job_id] == [earlier.job_id, later.job_id]
    assert (first.status, first.holder, first.held_until) == ("running", "one", 230)
    assert jobs.take("three", at=200) is None


@pytest.mark.parametrize(("passed", "is_free"), [(HALF_A_MINUTE, False), (HALF_A_MINUTE + 1, True)])
def test_a_job_is_held_for_half_a_minute_after_each_block(
    jobs: Jobs, passed: int, is_free: bool
) -> None:
    submitted(jobs)
    job = taken(jobs, at=200)
    assert (jobs.take("two", at=200 + passed) is not None) is is_free
    if not is_free:
        onward = jobs.advance(job, rows=3, bytes_done=90, basis="m", at=220)
        assert onward is not None and onward.held_until == 250
        assert jobs.of(job.job_id, "anna") == onward
        assert (onward.rows_done, onward.bytes_done, onward.basis) == (3, 90, "m")
        assert jobs.take("two", at=220 + passed) is None
        again = taken(jobs, "two", at=221 + passed)
        assert (again.rows_done, again.bytes_done, again.basis) == (3, 90, "m")


def test_who_holds_a_job_no_more_can_neither_advance_nor_end_it(jobs: Jobs) -> None:
    submitted(jobs)
    lost = taken(jobs, at=200)
    held = taken(jobs, "two", at=231)
    assert jobs.advance(lost, rows=1, bytes_done=1, basis="m", at=232) is None
    assert jobs.end(lost, DONE, at=232) is None
    assert jobs.of(held.job_id, "anna") == held
    ended = jobs.end(held, FAILED, at=240, fault="no space")
    assert ended is not None and jobs.of(held.job_id, "anna") == ended
    assert (ended.status, ended.fault, ended.ended_at, ended.holder) == (
        FAILED,
        "no space",
        240,
        "",
    )
    assert jobs.end(replace(held, holder=""), DONE, at=241) is None
    assert jobs.take("three", at=10_000) is None


def test_one_job_advances_and_ends_and_no_other(jobs: Jobs) -> None:
    submitted(jobs, at=100), submitted(jobs, at=101)
    first, second = taken(jobs), taken(jobs)
    jobs.advance(first, rows=2, bytes_done=5, basis="m", at=201)
    assert jobs.of(second.job_id, "anna") == second
    jobs.end(first, DONE, at=202)
    assert jobs.of(second.job_id, "anna") == second


def test_a_job_is_cancelled_by_its_owner_before_it_has_ended(jobs: Jobs) -> None:
    waiting, other = submitted(jobs, at=102), submitted(jobs, at=103)
    assert jobs.cancel(waiting.job_id, "bert", at=110) is None
    assert jobs.of(waiting.job_id, "anna") == waiting
    cancelled = jobs.cancel(waiting.job_id, "anna", at=110)
    assert cancelled == replace(waiting, status=CANCELLED, ended_at=110)
    assert jobs.of(other.job_id, "anna") == other
    running = taken(jobs)
    assert running.job_id == other.job_id
    stopped = jobs.cancel(running.job_id, "anna", at=210)
    assert stopped is not None and (stopped.status, stopped.holder) == (CANCELLED, "")
    assert jobs.advance(running, rows=1, bytes_done=1, basis="m", at=211) is None
    assert jobs.cancel(running.job_id, "anna", at=999) == stopped


@pytest.mark.parametrize(("passed", "is_gone"), [(A_DAY - 1, False), (A_DAY, True)])
def test_a_result_is_kept_for_a_day_after_the_end(jobs: Jobs, passed: int, is_gone: bool) -> None:
    submitted(jobs, at=100), submitted(jobs, at=101), submitted(jobs, at=102)
    done = jobs.end(taken(jobs), DONE, at=300)
    running = taken(jobs)
    assert done is not None and done.expires_at == 300 + A_DAY
    assert jobs.expire(at=300 + passed) == ([done.job_id] if is_gone else [])
    found = jobs.of(done.job_id, "anna")
    assert found is not None and found.status == (EXPIRED if is_gone else DONE)
    assert jobs.expire(at=300 + passed) == []
    assert jobs.of(running.job_id, "anna") == running
    assert taken(jobs, at=301).status == RUNNING


def test_twenty_jobs_of_one_owner_may_wait_or_run_and_no_more(jobs: Jobs) -> None:
    begun: list[str] = []
    for _ in range(TWENTY):
        jobs.submit("anna", {}, 1, at=1, before=begun.append)
    with pytest.raises(TooManyJobs):
        jobs.submit("anna", {}, 1, at=1, before=begun.append)
    assert len(begun) == TWENTY
    submitted(jobs, "bert")
    running = taken(jobs)
    with pytest.raises(TooManyJobs):
        submitted(jobs)
    jobs.end(running, DONE, at=300)
    assert submitted(jobs).status == WAITING
    with pytest.raises(TooManyJobs):
        submitted(jobs)


def test_a_job_whose_files_are_gone_is_marked_and_keeps_its_end(jobs: Jobs) -> None:
    ended, waiting = submitted(jobs, at=100), submitted(jobs, at=101)
    jobs.end(taken(jobs), DONE, at=300)
    jobs.drop(ended.job_id, at=400)
    found, other = jobs.of(ended.job_id, "anna"), jobs.of(waiting.job_id, "anna")
    assert found is not None and (found.status, found.ended_at) == (EXPIRED, 300)
    assert other == waiting
    jobs.drop(waiting.job_id, at=400)
    other = jobs.of(waiting.job_id, "anna")
    assert other is not None and (other.status, other.ended_at) == (EXPIRED, 400)
    assert jobs.take("one", at=500) is None
