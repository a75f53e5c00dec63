"""A served score once more: the same to the last digit, or said precisely why not."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused
from regulars.scoring import replay_outcome
from serving.ledger.administration import find_decision
from serving.ledger.decisions import Decision
from serving.ledger.ledger import Ledger
from serving.scores.replay import Replay, replay
from tests.serving.calling import Service
from tests.serving.company import Company
from training.bundles.admission import current_folder


def no_registry(name: str, digest: str, folder: Path) -> None:
    return None


@pytest.fixture
def own(demo_workspace: Company, tmp_path: Path) -> Company:
    """The company in a workspace of its own, to be changed by one test."""
    workspace = Workspace(tmp_path / "workspace")
    shutil.copytree(demo_workspace.workspace.folder, workspace.folder)
    return replace(demo_workspace, workspace=workspace)


@pytest.fixture
def decided(own: Company) -> list[Decision]:
    """What the service answered about the riskiest customer, one who is not judged and a third."""
    service = Service(own, own.workspace.folder)
    snapshot = service.models_in_use.in_use.snapshot  # type: ignore[union-attr]
    others = [key for key in range(len(snapshot.status)) if snapshot.status[key] != 0][:2]
    keys = [*snapshot.ranking.customer_keys[:3], *others]
    ids = [snapshot.customer_ids[int(key)] for key in keys]
    answer = service.caller("score").score(rows=[{"customer_id": one} for one in ids])
    service.close()
    return [find_decision(own.workspace, one["decision_id"]) for one in answer["rows"]]


def test_every_answer_is_reproduced_to_the_last_digit(
    own: Company, decided: list[Decision]
) -> None:
    for one in decided:
        again = replay(own.workspace, one.decision_id, no_registry)
        assert again.is_reproduced and again.changed == ()
        assert again.difference in (0.0, None)
        assert again.said.startswith("Reproduced: ")
        assert one.customer_id not in str(replay_outcome(again))
    first = replay(own.workspace, decided[0].decision_id, no_registry)
    assert first.said == f"Reproduced: {decided[0].probability:.4f}, difference 0"


def test_an_unknown_decision_is_refused(own: Company) -> None:
    with pytest.raises(UsageRefused, match="does not know"):
        replay(own.workspace, "nothing", no_registry)


def test_a_model_that_left_the_workspace_comes_from_the_registry_or_is_missed(
    own: Company, decided: list[Decision], tmp_path: Path
) -> None:
    folder = current_folder(own.workspace)
    assert folder is not None
    kept = tmp_path / "kept"
    folder.rename(kept)
    missed = replay(own.workspace, decided[0].decision_id, no_registry)
    assert not missed.is_reproduced and missed.again is None
    assert "neither in the workspace nor in the registry" in missed.said
    assert replay_outcome(missed).exit_code == 1
    asked: list[tuple[str, str]] = []

    def registry(name: str, digest: str, _: Path) -> Path:
        asked.append((name, digest))
        return kept

    assert replay(own.workspace, decided[0].decision_id, registry).is_reproduced
    assert asked == [("churn", decided[0].model_digest)]


def test_what_changed_is_said(own: Company, decided: list[Decision]) -> None:
    def told(**changes: object) -> Replay:
        other = replace(decided[0], decision_id="changed", **changes)  # type: ignore[arg-type]
        ledger = Ledger(own.workspace.ledger)
        ledger.append([other])
        ledger.close()
        found = replay(own.workspace, "changed", no_registry)
        with sqlite3.connect(own.workspace.ledger) as connection:
            connection.execute("DELETE FROM decisions WHERE decision_id = 'changed'")
        connection.close()
        return found

    other_data = told(data_digest="f" * 64)
    assert (
        other_data.is_reproduced and "The data have changed since: ffffffffffff" in other_data.said
    )
    erased = told(customer_id="nobody at all")
    assert erased.again is None and "erased" in erased.said
    moved = told(probability=0.5, vector_digest="e" * 64)
    assert "0.5000 was answered" in moved.said and "known otherwise now" in moved.said
    assert not moved.is_reproduced
    assert "computes otherwise" in told(probability=0.5).said
    earlier = told(cutoff_seconds=decided[0].cutoff_seconds - 60 * 86_400)
    assert not earlier.is_reproduced or earlier.changed
    assert "keeps no digest" in told(vector_digest="").said


def test_a_ledger_of_an_older_version_is_given_its_new_columns(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE decisions (decision_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, "
            "status TEXT NOT NULL, probability FLOAT, model_version TEXT NOT NULL, "
            "model_digest TEXT NOT NULL, cutoff_seconds INTEGER NOT NULL, decided_at INTEGER NOT NULL)"
        )
        connection.execute("INSERT INTO decisions VALUES ('a', 'anna', 'ok', 0.2, '1', 'd', 5, 6)")
    connection.close()
    for _ in range(2):
        ledger = Ledger(path)
        assert ledger.decision("a") == Decision("a", "anna", "ok", 0.2, "1", "d", 5, 6)
        ledger.close()
    ledger = Ledger(path)
    new = Decision("b", "anna", "ok", 0.2, "1", "d", 5, 6, "data", "vector")
    ledger.append([new])
    assert ledger.decision("b") == new
    ledger.close()
