"""Whoever was erased or objected is in no file that is made anew, and no ingest brings anybody back."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.vectors.refresh import refresh_vectors
from serving.exports.reasons import export_reasons
from serving.ledger.administration import withheld_in
from serving.nightly.forgetting import finish_erasures, forget_old_generations, still_held
from serving.nightly.run import score_everybody
from serving.snapshot.reading import open_snapshot
from tests.holding import files_holding
from tests.serving.company import Company, company_in
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
    kinds = workspace.store, workspace.vectors, workspace.scores
    current = [one.current for one in kinds]
    for one, folder in zip(kinds, current, strict=True):
        assert folder is not None
        shutil.copytree(folder, folder.with_name("g000000"))
        assert len(list(one.named())) == 2
    forget_old_generations(workspace)
    assert not (workspace.folder / "exports").exists()
    assert [list(one.named()) for one in kinds] == [[one] for one in current]
