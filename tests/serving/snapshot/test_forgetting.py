"""Whoever was erased or objected is in no file that is made anew, and no ingest brings anybody back."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from features.company.learned_from import LearnedFrom
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.pack import TextColumn
from features.vectors.refresh import refresh_vectors
from serving.exports.reasons import export_reasons
from serving.ledger.administration import withheld_in
from serving.ledger.ledger import ledger_of
from serving.nightly.run import score_everybody
from serving.snapshot.forgetting import (
    erasures_sentence,
    finish_erasures,
    forget_old_generations,
    name_the_erased,
    still_held,
)
from serving.snapshot.reading import open_snapshot
from tests.holding import files_holding
from tests.serving.company import Company, company_in
from training.measures.predictions.predictions import Predictions, RungPredictions
from training.measures.predictions.stored import StoredPredictions
from training.reasons.languages.known import ENGLISH


@pytest.fixture
def own_company(demo_workspace: Company, tmp_path: Path) -> Company:
    """A copy of the company that a test may change."""
    shutil.copytree(demo_workspace.settings_path.parent, tmp_path / "own")
    return company_in(tmp_path / "own")


def test_to_forget_makes_every_file_anew_and_no_ingest_brings_anybody_back(
    own_company: Company,
) -> None:
    from serving.ledger.ledger import Ledger

    workspace, config = own_company.workspace, own_company.settings
    snapshot = open_snapshot(workspace)
    gone = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:3]]
    ledger = Ledger(workspace.ledger)
    erasure = ledger.privacy.erase(gone, at=1)
    assert still_held(workspace, gone) == set(gone)
    made = ingest(config, workspace)
    refresh_vectors(workspace, plan_for=standard_plan, threads=1)
    score_everybody(config, workspace)
    assert made.store.manifest.customers == len(snapshot.customer_ids) - 3
    assert finish_erasures(workspace, at=2) == []
    forget_old_generations(workspace)
    assert finish_erasures(workspace, at=3) == [erasure.erasure_id]
    assert ledger.privacy.withheld.erased == frozenset()
    ledger.close()
    for one in gone:
        assert files_holding(workspace.folder, one) == []
    shutil.rmtree(workspace.folder / "store")
    again = ingest(config, workspace).store
    assert all(again.pack().customer_ids.find(one) < 0 for one in gone)


@pytest.mark.parametrize("left", ["store/.draft", "vectors/.draft", "scores/.draft", "scores/.run"])
def test_what_a_killed_run_left_holds_the_erased_until_it_is_cleared_away(
    own_company: Company, left: str
) -> None:
    workspace = own_company.workspace
    (workspace.folder / left).mkdir()
    (workspace.folder / left / "ids.npy").write_bytes(b"nobody who is in any generation")
    assert still_held(workspace, ["somebody else"]) == {"somebody else"}
    forget_old_generations(workspace)
    assert not (workspace.folder / left).exists()
    assert still_held(workspace, ["somebody else"]) == frozenset()
    assert workspace.scores.current is not None


def test_scores_and_exports_made_after_an_objection_leave_the_objector_out(
    own_company: Company, tmp_path: Path
) -> None:
    from serving.ledger.ledger import Ledger

    workspace, config = own_company.workspace, own_company.settings
    snapshot = open_snapshot(workspace)
    objector = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    ledger = Ledger(workspace.ledger)
    ledger.privacy.decide([(objector, True)], at=1)
    ledger.close()
    file = tmp_path / "reasons.csv"
    export_reasons(workspace, file, ENGLISH, currency="EUR")
    assert objector not in file.read_text() and withheld_in(workspace).objected == {objector}
    ledger = Ledger(workspace.ledger)
    ledger.privacy.decide([("somebody who never bought", True)], at=2)
    ledger.close()
    score_everybody(config, workspace)
    after = open_snapshot(workspace)
    assert after.status[after.find(objector)] == 4 and after.judged == snapshot.judged - 1
    # Whoever objects without being a customer objects in nobody's place.
    others = np.arange(len(after.status)) != after.find(objector)
    assert after.status[others].tolist() == snapshot.status[others].tolist()


def test_notes_of_what_was_exported_and_older_generations_are_forgotten_too(
    own_company: Company, tmp_path: Path
) -> None:
    workspace = own_company.workspace
    export_reasons(workspace, tmp_path / "reasons.csv", ENGLISH, currency="EUR")
    assert (workspace.folder / "exports").is_dir()
    somebody, known = open_snapshot(workspace).customer_ids[0], LearnedFrom(workspace)
    known.keep("churn", "digest", [somebody, "somebody erased"])
    kept, draft = StoredPredictions(workspace), tmp_path / "draft"
    answered = RungPredictions(
        "rule", "", np.arange(2, dtype=np.int32), np.zeros(2, np.int64), np.zeros(2), {}
    )
    ids = TextColumn.of([somebody, "somebody erased"])
    kept.write(draft, Predictions.of("churn", [answered], {}), ids)
    kept.keep("churn", "digest", draft)
    kinds = workspace.store, workspace.vectors, workspace.scores
    current = [one.current for one in kinds]
    for one, folder in zip(kinds, current, strict=True):
        assert folder is not None
        shutil.copytree(folder, folder.with_name("g000000"))
        assert len(list(one.named())) == 2
    forget_old_generations(workspace)
    assert not (workspace.folder / "exports").exists()
    noted = known.were_among("churn", "digest", [somebody, "somebody erased"])
    assert noted is not None and noted.tolist() == [True, False]
    there, gone = kept.names([somebody, "somebody erased"]).tolist()
    tested = parquet.read_table(kept.place("churn", "digest"))["customer"].to_pylist()
    assert there in tested and gone not in tested
    assert [list(one.named()) for one in kinds] == [[one] for one in current]


@pytest.mark.parametrize("older", [False, True])
def test_whoever_is_to_be_erased_stays_out_where_the_file_of_their_names_was_lost(
    own_company: Company, older: bool
) -> None:
    workspace = own_company.workspace
    gone = open_snapshot(workspace).customer_ids[7]
    with ledger_of(workspace) as ledger:
        ledger.privacy.erase([gone], at=1)
    for file in workspace.folder.glob("erased.db*"):
        file.unlink()
    if older:
        workspace.erased.with_name("erased.json").write_text('{"salt": "5a17", "names": []}')
    name_the_erased(workspace)
    assert (
        ingest(own_company.settings, workspace, threads=1).store.pack().customer_ids.find(gone) < 0
    )
    with ledger_of(workspace) as ledger:
        assert ledger.privacy.erased_among([gone]) == {gone}


def test_a_workspace_without_a_service_needs_no_ledger_to_ingest(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    name_the_erased(workspace)
    assert not workspace.folder.exists()


def test_what_is_told_of_erasures_tells_of_those_that_are_not_done(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    assert erasures_sentence(workspace, []) == "No erasure was pending"
    with ledger_of(workspace) as ledger:
        erasures = [ledger.privacy.erase([one], at=1).erasure_id for one in ("anna", "bert")]
        still = "for a file of the workspace may still hold their customers"
        assert erasures_sentence(workspace, []) == f"0 erasures are done; 2 are pending, {still}"
        assert ledger.privacy.finish(frozenset({"bert"}), at=2) == erasures[:1]
        said = erasures_sentence(workspace, erasures[:1])
        assert said == f"1 erasure is done; 1 is pending, {still}"
        ledger.privacy.finish(frozenset(), at=3)
    nothing = "no file of the workspace holds their customers"
    assert erasures_sentence(workspace, erasures) == f"2 erasures are done, {nothing}"
