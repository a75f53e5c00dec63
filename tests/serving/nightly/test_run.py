"""Everybody's scores: complete, in order, the same whenever they are made, and never half there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.lifecycle.stages import LifecycleStatus, Stage
from features.store.store import open_store
from features.vocabulary.errors import WorkspaceRefused
from serving.nightly import run
from serving.nightly.run import _actions, _named, score_everybody
from serving.scores.score import Status
from serving.scores.scoring import Scorer
from serving.snapshot import reading
from serving.snapshot.columns import SCHEMA_VERSION
from serving.snapshot.reading import Snapshot, open_snapshot
from tests.oracles.published import Published
from tests.serving.company import CUSTOMERS, Company
from training.families.churn.bundle import current_bundle
from training.families.churn.timing.leavers import Leavers, StatusLeavers


@pytest.fixture
def copied(demo_workspace: Company, tmp_path: Path) -> Workspace:
    """A workspace of its own, to be changed."""
    shutil.copytree(demo_workspace.workspace.folder, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


def published(company: Company) -> Published:
    folder = company.workspace.scores.current
    assert folder is not None
    return Published(folder, company.settings_path.parent)


def test_everybody_has_a_score_or_a_status(snapshot: Snapshot) -> None:
    counts = snapshot.manifest["statuses"]
    assert sum(counts.values()) == len(snapshot.customer_ids) == CUSTOMERS
    assert counts["ok"] == snapshot.judged == np.count_nonzero(snapshot.status == Status.OK)
    assert counts["not_eligible"] > 0 and counts["unknown_id"] == 0


def test_everybody_has_a_stage_and_a_status_but_those_who_declined(snapshot: Snapshot) -> None:
    declined = snapshot.status == Status.NO_CONSENT
    assert (snapshot.stage[declined] == -1).all() and declined.any()
    assert (snapshot.lifecycle_status[declined] == -1).all()
    assert snapshot.standing(int(np.flatnonzero(declined)[0])) is None
    assert set(snapshot.stage[~declined].tolist()) <= set(Stage)
    assert set(snapshot.lifecycle_status[~declined].tolist()) <= set(LifecycleStatus)


def test_the_stages_agree_with_the_orders_and_the_statuses_with_the_last_order(
    snapshot: Snapshot,
) -> None:
    orders = np.zeros(len(snapshot.customer_ids))
    known = snapshot.vector_rows >= 0
    orders[known] = snapshot.vectors.column("orders_count_lifetime")[snapshot.vector_rows[known]]
    told = snapshot.status != Status.NO_CONSENT
    assert set(snapshot.stage[told & (orders == 0)]) <= {Stage.SUSPECT, Stage.PROSPECT}
    assert (snapshot.stage[told & (orders > 0)] >= Stage.FIRST_TIME).all()
    assert (snapshot.stage[told & (orders > 1)] >= Stage.REPEAT).all()
    assert len(set(snapshot.stage[told].tolist())) >= 6
    silent = snapshot.cutoff_seconds - snapshot.last_order_seconds >= 90 * 86_400
    lapsed = snapshot.lifecycle_status == LifecycleStatus.LAPSED
    np.testing.assert_array_equal(lapsed, told & (orders > 0) & silent)


def test_contacts_keep_of_those_whom_the_training_counted_as_leaving(
    demo_workspace: Company,
) -> None:
    bundle = current_bundle(demo_workspace.workspace)
    counted = Leavers({"active": StatusLeavers(4_000, 800, 320)}, 200)
    evaluation = {**bundle.manifest.evaluation, "leavers": counted.as_dict()}
    actions = _actions(load_settings(demo_workspace.settings_path), evaluation)
    assert {one.leaving for one in actions} == {counted.beside_rule}
    # By 320 of the 640 whom the rule takes, half of those who leave are left to be kept.
    assert actions[0].retention_chance(LifecycleStatus.ACTIVE, 0.2) == pytest.approx(
        actions[0].keeps[LifecycleStatus.ACTIVE] * 0.16 / 2
    )


def test_the_ranking_runs_from_the_highest_risk_down(snapshot: Snapshot) -> None:
    ranking = snapshot.ranking
    assert (np.diff(ranking.probability) <= 0).all()
    assert len(np.unique(ranking.customer_keys)) == snapshot.judged
    assert (snapshot.status[ranking.customer_keys] == Status.OK).all()


def test_points_of_all_groups_lead_from_the_base_to_the_risk(snapshot: Snapshot) -> None:
    reached = 100 * snapshot.base + snapshot.ranking.points.sum(axis=1)
    assert reached == pytest.approx(100 * snapshot.ranking.probability, abs=1e-9)


def test_who_declined_to_be_scored_has_no_score(
    demo_workspace: Company, snapshot: Snapshot
) -> None:
    table = parquet.read_table(open_store(demo_workspace.workspace).table("customers"))
    declined = [
        customer
        for customer, agreed in zip(
            table["customer_id"].to_pylist(), table["profiling_consent"].to_pylist(), strict=True
        )
        if agreed is False
    ]
    keys = [snapshot.customer_ids.find(customer) for customer in declined]
    assert len(keys) > 10
    assert (snapshot.status[keys] == Status.NO_CONSENT).all()


def test_the_snapshot_says_what_the_scorer_says(
    demo_workspace: Company, snapshot: Snapshot
) -> None:
    scorer = Scorer(current_bundle(demo_workspace.workspace), snapshot, "EUR")
    ids = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys]
    answers = scorer.score_ids(ids, with_reasons=False)
    assert [one.probability for one in answers] == snapshot.ranking.probability.tolist()


def test_the_same_scores_are_kept(demo_workspace: Company) -> None:
    before = demo_workspace.workspace.scores.current
    summary = score_everybody(demo_workspace.settings, demo_workspace.workspace)
    assert summary.reused and demo_workspace.workspace.scores.current == before


def test_scores_of_another_version_are_refused_and_made_anew_by_the_command_that_is_named(
    demo_workspace: Company, copied: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (run, reading):
        monkeypatch.setattr(one, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(
        WorkspaceRefused, match=rf"those of version {SCHEMA_VERSION}\. Run `regulars score`"
    ):
        open_snapshot(copied)
    assert not score_everybody(demo_workspace.settings, copied).reused
    assert open_snapshot(copied).manifest["schema_version"] == SCHEMA_VERSION + 1


def test_scoring_again_from_nothing_gives_the_same_bytes(
    demo_workspace: Company, copied: Workspace
) -> None:
    shutil.rmtree(copied.scores.folder)
    score_everybody(demo_workspace.settings, copied)
    first, second = demo_workspace.workspace.scores.current, copied.scores.current
    assert first is not None and second is not None
    names = sorted(one.relative_to(first) for one in first.rglob("*") if one.is_file())
    assert len(names) > 15
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_a_snapshot_outlives_the_vectors_it_was_made_from(copied: Workspace) -> None:
    shutil.rmtree(copied.vectors.folder)
    snapshot = open_snapshot(copied)
    assert snapshot.vectors.rows > 0


def test_vectors_of_other_data_are_refused(demo_workspace: Company, copied: Workspace) -> None:
    folder = copied.vectors.current
    assert folder is not None
    summary = json.loads((folder / "refresh.json").read_text(encoding="utf-8"))
    changed = json.dumps(summary | {"data_digest": "other"})
    (folder / "refresh.json").write_text(changed, encoding="utf-8")
    with pytest.raises(WorkspaceRefused, match="earlier data"):
        score_everybody(demo_workspace.settings, copied)


@pytest.mark.parametrize("said", [None, "[", "{}", "7"])
def test_vectors_that_say_nothing_of_themselves_are_none(
    demo_workspace: Company, copied: Workspace, said: str | None
) -> None:
    folder = copied.vectors.current
    assert folder is not None
    (folder / "refresh.json").unlink()
    if said is not None:
        (folder / "refresh.json").write_text(said, encoding="utf-8")
    with pytest.raises(WorkspaceRefused, match="behaviour vectors in the workspace; found none"):
        score_everybody(demo_workspace.settings, copied)


def test_whoever_is_left_out_changes_the_name_of_a_run_and_is_not_named_by_it() -> None:
    assert _named([]) == ""
    assert _named(["anna", "bert"]) == _named(["bert", "anna"])
    names = {_named(some) for some in ([], ["anna"], ["bert"], ["anna", "bert"], ["annabert"])}
    assert len(names) == 5 and not any("anna" in one for one in names)


@pytest.mark.parametrize(
    ("gone", "remedy"),
    [("vectors", "regulars vectors"), ("store", "regulars ingest"), ("bundles", "regulars train")],
)
def test_what_is_absent_is_named_with_the_command_that_makes_it(
    demo_workspace: Company, copied: Workspace, gone: str, remedy: str
) -> None:
    shutil.rmtree(copied.folder / gone)
    with pytest.raises(WorkspaceRefused, match=remedy):
        score_everybody(demo_workspace.settings, copied)


@pytest.mark.parametrize("name", ["snapshot.json", "points.npy", "vectors/values.npy"])
def test_an_incomplete_snapshot_is_refused_in_words(copied: Workspace, name: str) -> None:
    folder = copied.scores.current
    assert folder is not None
    (folder / name).unlink()
    with pytest.raises(WorkspaceRefused):
        open_snapshot(copied)


def test_scoring_that_fails_in_the_middle_leaves_the_last_scores(
    demo_workspace: Company, copied: Workspace
) -> None:
    before = copied.scores.current
    manifest = before / "snapshot.json" if before else Path()
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"model_version": "0"}), encoding="utf-8")

    def failing(step: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_everybody(demo_workspace.settings, copied, failing)
    assert copied.scores.current == before
    assert not list(copied.scores.folder.glob(".draft*"))


def test_what_is_told_of_all_together_is_counted_over_the_files(
    demo_workspace: Company, valued_company: Company
) -> None:
    words = ("ok", "unknown_id", "insufficient_data", "not_eligible", "no_consent", "error", "degraded")  # fmt: skip
    for company in (demo_workspace, valued_company):
        told = published(company)
        statuses = told["status"].tolist()
        assert told.manifest["statuses"] == {
            word: statuses.count(code) for code, word in enumerate(words)
        }
        values = told["value_cents"].tolist()
        assert told.manifest["valued"] == sum(one >= 0 for one in values)
        assert told.manifest["value_cents"] == sum(one for one in values if one >= 0)
        assert told.manifest["expected_leavers"] == pytest.approx(told["probability"].sum())
        moved = [told.moved_points(place) for place in range(told.judged)]
        assert told.manifest["compared"] == sum(one is not None for one in moved)
        assert told.manifest["jumped"] == sum((one or 0.0) >= 10.0 for one in moved)
        assert told.manifest["segmented"] == sum(told["segment_segment"] >= 0)
