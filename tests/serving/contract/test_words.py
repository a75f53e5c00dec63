"""A word that comes from elsewhere is one that the contract knows, and the contract promises no other."""

from __future__ import annotations

from typing import get_args

from features.lifecycle.stages import LifecycleStatus, Stage
from serving.contract.job_messages import JobStatus
from serving.contract.messages import RowStatus
from serving.contract.offer_messages import Arm, Step
from serving.contract.row_messages import LifecycleWord, StageWord
from serving.ledger.jobs import CANCELLED, DONE, EXPIRED, FAILED, RUNNING, WAITING
from serving.ledger.offer_decisions import DECIDED, EXPLORED, HOLD_OUT
from serving.offers.arbitration import STEP_OF
from serving.scores.score import Status


def test_the_statuses_of_rows_are_those_of_scores() -> None:
    assert set(get_args(RowStatus)) == {one.word for one in Status}


def test_stages_and_lifecycle_are_those_of_the_rules() -> None:
    assert set(get_args(StageWord)) == {one.word for one in Stage}
    assert set(get_args(LifecycleWord)) == {one.word for one in LifecycleStatus}


def test_the_arms_and_steps_of_offers_are_those_of_the_decisions() -> None:
    assert set(get_args(Arm)) == {DECIDED, EXPLORED, HOLD_OUT}
    assert set(get_args(Step)) == set(STEP_OF.values())


def test_the_statuses_of_jobs_are_those_of_the_ledger() -> None:
    assert set(get_args(JobStatus)) == {WAITING, RUNNING, DONE, FAILED, CANCELLED, EXPIRED}
