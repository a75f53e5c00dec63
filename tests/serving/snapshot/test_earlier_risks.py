"""Everybody's risk on an earlier day: the same as one customer is told, and counted as it is shown."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from features.company.workspace import Workspace
from features.store.store import open_store
from features.vocabulary.time import DAY_SECONDS
from serving.in_use.models_in_use import InUse
from serving.nightly.run import score_everybody
from serving.scores.score import Status
from serving.snapshot.checkpoints import Checkpoints
from serving.snapshot.earlier_risks import has_jumped, points_risen, risk_before, usual_start
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.serving.calling import Service
from tests.serving.company import Company
from training.families.churn.bundle import current_bundle
from training.reasons.languages.known import language_of

ENGLISH = language_of("en")


@pytest.fixture
def in_use(service: Service) -> InUse:
    found = service.models_in_use.in_use
    assert found is not None and found.changes is not None
    return found


def test_the_earlier_risk_of_everybody_is_the_one_each_customer_is_told(in_use: InUse) -> None:
    snapshot, changes = in_use.snapshot, in_use.changes
    assert changes is not None
    ranking = snapshot.ranking
    statuses = set()
    for position in range(0, snapshot.judged, 3):
        customer = snapshot.customer_ids[int(ranking.customer_keys[position])]
        told = changes.since(customer, snapshot.earlier_seconds, ENGLISH)
        statuses.add(told.status_before)
        before = ranking.risk_before[position]
        if told.before is None:
            assert np.isnan(before)
        else:
            assert before == pytest.approx(told.before, abs=1e-9)
            risen = points_risen(ranking.probability[[position]], ranking.risk_before[[position]])
            assert risen[0] == pytest.approx(told.shown_now - told.shown_before, abs=1e-9)
    assert Status.OK in statuses and len(statuses) > 1


@pytest.mark.parametrize("size", [1, 2, 8, 9, 10])
def test_blocks_of_customers_make_no_difference(
    demo_workspace: Company, snapshot: Snapshot, tmp_path: Path, size: int
) -> None:
    pack = open_store(demo_workspace.workspace).pack()
    keys = np.sort(snapshot.ranking.customer_keys[:: snapshot.judged // 9][:9])
    bundle = current_bundle(demo_workspace.workspace)
    whole = risk_before(bundle, pack, keys, snapshot.earlier_seconds)
    told: list[int] = []
    for checkpoints in (None, Checkpoints(tmp_path / "run", {}), Checkpoints(tmp_path / "run", {})):
        blocks = risk_before(
            bundle,
            pack,
            keys,
            snapshot.earlier_seconds,
            checkpoints=checkpoints,
            threads=2,
            progress=lambda _, done, __: told.append(done),
            at_once=size,
        )
        assert_array_equal(blocks, whole)
        assert told[-1] == len(keys)
    assert told[0] == min(size, 9) and len(told) == 3 * -(-9 // size)
    assert len(set(whole[~np.isnan(whole)].tolist())) > 3, "no two blocks may look alike"


def test_before_the_first_event_nobody_had_a_risk(
    demo_workspace: Company, snapshot: Snapshot
) -> None:
    pack = open_store(demo_workspace.workspace).pack()
    keys = np.sort(snapshot.ranking.customer_keys)
    found = risk_before(current_bundle(demo_workspace.workspace), pack, keys, DAY_SECONDS)
    assert np.isnan(found).all()


def test_the_earlier_day_is_a_month_ago_or_a_shorter_horizon() -> None:
    day = 1_000 * DAY_SECONDS
    assert usual_start(day, 90) == day - 30 * DAY_SECONDS
    assert usual_start(day, 14) == day - 14 * DAY_SECONDS
    assert usual_start(day, 0) == day - DAY_SECONDS
    assert usual_start(day, 90, 7) == day - 7 * DAY_SECONDS
    # Where nobody is compared, a customer's page still tells the month.
    assert usual_start(day, 90, 0) == day - 30 * DAY_SECONDS


def test_a_company_may_leave_the_comparison_out(demo_workspace: Company, tmp_path: Path) -> None:
    shutil.copytree(demo_workspace.workspace.folder, tmp_path / "workspace")
    workspace, settings = Workspace(tmp_path / "workspace"), demo_workspace.settings
    alone = replace(settings, reasons=replace(settings.reasons, compared_days=0))
    summary = score_everybody(alone, workspace)
    assert (summary.reused, summary.compared, summary.jumped) == (False, 0, 0)
    assert np.isnan(open_snapshot(workspace).ranking.risk_before).all()
    again = score_everybody(settings, workspace)
    assert not again.reused and again.compared > 100


def test_a_jump_is_judged_by_what_is_shown() -> None:
    before = np.array([0.1004, 0.1, 0.1006, 0.5])
    now = np.array([0.2005, 0.19996, 0.2, 0.1])
    # 10.0 to 20.0 or 20.1 reads ten or more; 10.1 to 20.0 does not, and a fall is none.
    assert points_risen(now, before).tolist() == [10.0, 10.0, 9.9, -40.0]
    assert has_jumped(now, before).tolist() == [True, True, False, False]


def test_the_manifest_counts_who_was_compared_and_who_jumped(snapshot: Snapshot) -> None:
    ranking = snapshot.ranking
    there = ~np.isnan(ranking.risk_before)
    assert snapshot.compared == np.count_nonzero(there) > 100
    risen = points_risen(ranking.probability, ranking.risk_before)
    assert snapshot.manifest["jumped"] == sum(one >= 10 for one in risen[there]) > 5
    assert snapshot.cutoff_seconds - snapshot.earlier_seconds == 30 * DAY_SECONDS
