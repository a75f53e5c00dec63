"""Works on jobs, one at a time and block by block, beside the calls that somebody waits for."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Mapping, Sequence

from serving.contract.identifiers import UNREADABLE
from serving.contract.job_lines import lines_of
from serving.contract.recorded_scores import answer_rows, unreadable_subject
from serving.contract.row_messages import ScoredRowAnswer
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.ledger.database import UNWRITABLE
from serving.ledger.jobs import DONE, FAILED, Job
from serving.pages.files.leftovers import drop_leftovers
from serving.scores.subject import Subject
from training.reasons.languages.known import language_of

ROWS_AT_ONCE = {True: 100, False: 1_000}
"""A block with reasons and one without: some tens of milliseconds, so that nobody waits for long."""
LOOK_EVERY_SECONDS = 1.0
CLEAR_EVERY_SECONDS = 60
LET_GO_EVERY_SECONDS = 3_600
_BREATH_SECONDS = 0.005
_BLOCKS_A_WRITE_BACK = 20
_logger = logging.getLogger("regulars.jobs")


class JobRunner:
    """One process's share of the work; several processes may run one each on the same queue."""

    def __init__(
        self, models_in_use: ModelsInUse, *, rows_at_once: Mapping[bool, int] = ROWS_AT_ONCE
    ) -> None:
        self._models_in_use = models_in_use
        self._rows_at_once = rows_at_once
        self._holder = secrets.token_hex(8)
        self._job: Job | None = None
        self._cleared_at = self._let_go_at = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Work in the background from now on."""
        self._thread = threading.Thread(target=self._run, name="regulars-jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop behind the block under way; another process, or the next start, goes on from there."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def step(self) -> bool:
        """Do one block of one job; False when there is nothing to do."""
        models_in_use = self._models_in_use
        if self._job is None:
            for expired in models_in_use.ledger.jobs.expire(at=models_in_use.now()):
                models_in_use.job_files.delete(expired)
            if models_in_use.in_use is None:
                return False
            self._job = models_in_use.ledger.jobs.take(self._holder, at=models_in_use.now())
        if self._job is None or models_in_use.in_use is None:
            return False
        job = self._job
        try:
            self._job = self._block(job, models_in_use.in_use)
        except (OSError, *UNWRITABLE) as fault:
            # A full disk passes: the job is free again when its hold ends, and goes on where it was.
            _logger.error("A job cannot be written just now: %s", type(fault).__name__)
            self._job = None
        except Exception as fault:
            _logger.error("A job failed: %s", type(fault).__name__)
            self._fail(job, "internal")
        return True

    def _run(self) -> None:
        blocks = 0
        while not self._stopping.is_set():
            self.tidy()
            try:
                worked = self.step()
                blocks = blocks + 1 if worked else 0
                if blocks % _BLOCKS_A_WRITE_BACK == 0:
                    self._models_in_use.ledger.write_back()
            except Exception as fault:
                _logger.error("The queue of jobs cannot be read: %s", type(fault).__name__)
                worked = False
            self._stopping.wait(_BREATH_SECONDS if worked else LOOK_EVERY_SECONDS)

    def tidy(self) -> None:
        """Once a minute: go on with what a kill broke off of an erasure, and clear away its leftovers and answers that are too old.

        Once an hour: let go of what was kept as long as the settings say.
        """
        at = self._models_in_use.now()
        if 0 <= at - self._cleared_at < CLEAR_EVERY_SECONDS:
            return
        self._cleared_at = at
        try:
            self._models_in_use.ledger.privacy.clear()
        except Exception as fault:
            _logger.error("An erasure cannot be gone on with: %s", type(fault).__name__)
        drop_leftovers(self._models_in_use.workspace.spreadsheets, at)
        if 0 <= at - self._let_go_at < LET_GO_EVERY_SECONDS:
            return
        self._let_go_at = at
        try:
            self._models_in_use.ledger.let_go(self._models_in_use.settings.retention, at=at)
        except Exception as fault:
            _logger.error("What was kept long enough cannot be let go: %s", type(fault).__name__)

    def _fail(self, job: Job, fault: str) -> None:
        self._models_in_use.job_files.delete(job.job_id)
        self._models_in_use.ledger.jobs.end(job, FAILED, at=self._models_in_use.now(), fault=fault)
        self._job = None

    def _block(self, job: Job, in_use: InUse) -> Job | None:
        """Answer the next block; None once the job is at its end or is not ours any more."""
        jobs, files, at = (
            self._models_in_use.ledger.jobs,
            self._models_in_use.job_files,
            self._models_in_use.now(),
        )
        basis = f"{in_use.scorer.bundle.manifest.digest}/{in_use.snapshot.name}"
        # Rows of two models do not belong into one file: a job meets a new model by beginning anew.
        done, written = (job.rows_done, job.bytes_done) if job.basis in ("", basis) else (0, 0)
        count = min(self._rows_at_once[bool(job.question["reasons"])], job.rows_total - done)
        privacy = self._models_in_use.ledger.privacy
        asked = self._asked(job, in_use, done, count)
        rows = self._answered(job, in_use, asked, basis)
        lines = lines_of(rows, job.question["format"], with_heading=not done)
        written = files.append(job.job_id, lines, written)
        if privacy.withheld is not in_use.snapshot.withheld:
            # Somebody these rows are about may have been erased while they were made.
            files.overwrite(privacy.withheld.erased, job.job_id)
        held = jobs.advance(job, rows=done + count, bytes_done=written, basis=basis, at=at)
        if held is None:
            # Cancelled, or taken over: the files belong to nobody or to somebody else.
            if (found := jobs.of(job.job_id, job.owner)) is None or found.ended_at is not None:
                files.delete(job.job_id)
            return None
        if held.rows_done < held.rows_total:
            return held
        jobs.end(held, DONE, at=at)
        return None

    def _asked(self, job: Job, in_use: InUse, first: int, count: int) -> list[str | None]:
        if job.question["everybody"]:
            known, gone = in_use.snapshot.customer_ids, in_use.snapshot.withheld.erased
            some = (known[key] for key in range(first, min(first + count, len(known))))
            # Nobody named them: a line about somebody who was erased would be the only trace of them.
            return [one for one in some if one not in gone]
        return self._models_in_use.job_files.asked(job.job_id, first, count)

    def _answered(
        self, job: Job, in_use: InUse, asked: Sequence[str | None], basis: str
    ) -> list[ScoredRowAnswer]:
        code = job.question["language"]
        return answer_rows(
            self._models_in_use,
            in_use,
            [unreadable_subject() if one == UNREADABLE else Subject(one or "") for one in asked],
            at=job.submitted_at,
            with_reasons=job.question["reasons"],
            language=language_of(code) if code else self._models_in_use.language,
            campaign=job.question["campaign"],
            # A block that is done once more gives its decisions the names they had.
            named=f"{job.job_id}/{basis}",
        )
