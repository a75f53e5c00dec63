"""The queue of jobs: lists of customers that are scored in the background, in a table of the service's database.

A job is worked on block by block. How far it came is written after every block, so that whoever takes it up
again, after a restart or a crash, goes on behind the last whole block. Who works on a job holds it for half a
minute at a time; a job whose holder is silent for longer is free again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from serving.ledger.database import TABLES

HELD_SECONDS = 30
RETENTION_SECONDS = 24 * 3_600
MOST_WAITING = 20
WAITING, RUNNING, DONE = "waiting", "running", "done"
FAILED, CANCELLED, EXPIRED = "failed", "cancelled", "expired"
_UNDER_WAY = (WAITING, RUNNING)

_JOBS = sa.Table(
    "jobs",
    TABLES,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("rows_total", sa.Integer, nullable=False),
    sa.Column("rows_done", sa.Integer, nullable=False),
    sa.Column("bytes_done", sa.Integer, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("fault", sa.Text, nullable=False),
    sa.Column("submitted_at", sa.Integer, nullable=False),
    sa.Column("ended_at", sa.Integer),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("held_until", sa.Integer, nullable=False),
)


class TooManyJobs(Exception):
    """So many jobs of one owner wait already."""


@dataclass(frozen=True)
class Job:
    """One job: what was asked, by which key, and how far it is.

    ``question`` says how rows are to be answered and holds no customer; ``basis`` names the model and the
    scores that the rows so far were made with.
    """

    job_id: str
    owner: str
    status: str
    question: Mapping[str, Any]
    rows_total: int
    rows_done: int
    bytes_done: int
    basis: str
    fault: str
    submitted_at: int
    ended_at: int | None
    holder: str
    held_until: int

    @property
    def expires_at(self) -> int | None:
        """When the result is deleted; None while there is none."""
        return None if self.ended_at is None else self.ended_at + RETENTION_SECONDS


class Jobs:
    """The jobs of all keys; safe to share between threads and between processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def submit(
        self,
        owner: str,
        question: Mapping[str, Any],
        rows: int,
        *,
        at: int,
        before: Callable[[str], None] = lambda job_id: None,
    ) -> Job:
        """Put a job into the queue; raises ``TooManyJobs``.

        ``before`` is called with the job's id before anybody can take it.
        """
        job = Job(
            job_id=secrets.token_hex(16),
            owner=owner,
            status=WAITING,
            question=question,
            rows_total=rows,
            rows_done=0,
            bytes_done=0,
            basis="",
            fault="",
            submitted_at=at,
            ended_at=None,
            holder="",
            held_until=0,
        )
        mine = sa.select(sa.func.count()).where(
            _JOBS.c.owner == owner, _JOBS.c.status.in_(_UNDER_WAY)
        )
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(_JOBS).values(**{**vars(job), "question": json.dumps(question)})
            )
            if connection.execute(mine).scalar_one() > MOST_WAITING:
                raise TooManyJobs
            before(job.job_id)
        return job

    def of(self, job_id: str, owner: str) -> Job | None:
        """One's own job; None for an unknown one and for somebody else's."""
        query = sa.select(_JOBS).where(_JOBS.c.job_id == job_id, _JOBS.c.owner == owner)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _job(row)

    def take(self, holder: str, *, at: int) -> Job | None:
        """The oldest job nobody works on, held from now on; None when there is none."""
        free = (_JOBS.c.status == WAITING) | (
            (_JOBS.c.status == RUNNING) & (_JOBS.c.held_until < at)
        )
        oldest = (
            sa.select(_JOBS.c.job_id)
            .where(free)
            .order_by(_JOBS.c.submitted_at, _JOBS.c.job_id)
            .limit(1)
            .scalar_subquery()
        )
        taken = (
            sa.update(_JOBS)
            .where(_JOBS.c.job_id == oldest)
            .values(status=RUNNING, holder=holder, held_until=at + HELD_SECONDS)
            .returning(*_JOBS.c)
        )
        with self._engine.connect() as connection:
            waits = connection.execute(sa.select(oldest)).scalar() is not None
        if not waits:
            return None
        with self._engine.begin() as connection:
            row = connection.execute(taken).first()
        return None if row is None else _job(row)

    def advance(self, job: Job, *, rows: int, bytes_done: int, basis: str, at: int) -> Job | None:
        """Note how far a held job is; None when it was cancelled or another holds it now."""
        values = {"rows_done": rows, "bytes_done": bytes_done, "basis": basis}
        return self._held(job, values | {"held_until": at + HELD_SECONDS})

    def end(self, job: Job, status: str, *, at: int, fault: str = "") -> Job | None:
        """Note that a held job is done or has failed; None as for ``advance``."""
        return self._held(job, {"status": status, "fault": fault, "ended_at": at, "holder": ""})

    def cancel(self, job_id: str, owner: str, *, at: int) -> Job | None:
        """Stop one's own job before its next block; one that has ended stays as it is. None as for ``of``."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(_JOBS)
                .where(
                    _JOBS.c.job_id == job_id,
                    _JOBS.c.owner == owner,
                    _JOBS.c.status.in_(_UNDER_WAY),
                )
                .values(status=CANCELLED, ended_at=at, holder="")
            )
        return self.of(job_id, owner)

    def expire(self, *, at: int) -> list[str]:
        """Mark jobs that ended a day ago; says which, so that their files can be deleted."""
        with self._engine.begin() as connection:
            rows = connection.execute(
                sa.update(_JOBS)
                .where(_JOBS.c.ended_at <= at - RETENTION_SECONDS, _JOBS.c.status != EXPIRED)
                .values(status=EXPIRED)
                .returning(_JOBS.c.job_id)
            )
            return [row.job_id for row in rows]

    def drop(self, job_id: str, *, at: int) -> None:
        """Mark a job whose files are gone."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(_JOBS)
                .where(_JOBS.c.job_id == job_id)
                .values(status=EXPIRED, ended_at=sa.func.coalesce(_JOBS.c.ended_at, at), holder="")
            )

    def _held(self, job: Job, values: Mapping[str, Any]) -> Job | None:
        with self._engine.begin() as connection:
            changed = connection.execute(
                sa.update(_JOBS)
                .where(
                    _JOBS.c.job_id == job.job_id,
                    _JOBS.c.holder == job.holder,
                    _JOBS.c.status == RUNNING,
                )
                .values(**values)
            )
        return replace(job, **values) if changed.rowcount == 1 else None


def _job(row: sa.Row[Any]) -> Job:
    content = dict(row._mapping)
    return Job(**{**content, "question": json.loads(content["question"])})
