"""Whom a job over everybody is about: everybody who is known now, and nobody who was erased."""

from __future__ import annotations

import os

from serving.job_runner import JobRunner
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service
from tests.serving.ledger.test_jobs import rows_of, submit, worked_off


def test_a_job_over_everybody_has_no_line_about_who_was_erased(
    service: Service, caller: Caller, snapshot: Snapshot
) -> None:
    gone, *others = snapshot.customer_ids
    answer = service.caller("privacy").post("/v1/erasures", json={"customer_ids": [gone]})
    assert answer.status_code == 202
    job_id = submit(caller, everybody=True, reasons=False)
    worked_off(service)
    assert [row["customer_id"] for row in rows_of(caller, job_id)] == others
    # Nobody named them: a line in the file, although it is shown to nobody, would be the only trace of them.
    written = service.models_in_use.job_files.result(job_id).read_bytes()
    assert written.count(b"\n") == len(others)


def test_a_job_over_somebody_who_was_erased_answers_as_of_who_never_was(
    service: Service, caller: Caller, snapshot: Snapshot
) -> None:
    gone, kept, *_ = snapshot.customer_ids
    service.caller("privacy").post("/v1/erasures", json={"customer_ids": [gone]})
    job_id = submit(caller, customer_ids=[gone, kept], reasons=False)
    worked_off(service)
    rows = rows_of(caller, job_id)
    assert [(row["customer_id"], row["status"] == "unknown_id") for row in rows] == [
        (None, True),
        (kept, False),
    ]


def test_a_workbook_that_a_kill_left_half_made_is_deleted_though_nobody_asks_for_another(
    service: Service,
) -> None:
    models_in_use = service.models_in_use
    left = models_in_use.workspace.spreadsheets / "left"
    left.mkdir(parents=True)
    (left / "list.xlsx").write_bytes(b"C0000017")
    long_ago = models_in_use.now() - 601
    os.utime(left, (long_ago, long_ago))
    JobRunner(models_in_use).tidy()
    assert not left.exists()
