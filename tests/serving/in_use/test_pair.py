"""Models and scores that belong together: what made the scores shown is in use, and nothing newer beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from features.company.workspace import Workspace
from serving.in_use.pair import InUse, open_pair
from serving.snapshot.scores_of_model import MANIFEST_FILE
from tests.republishing import republished
from tests.serving.company import Company


def models(in_use: InUse) -> list[str]:
    return [one.name for one in in_use.manifests]


def test_the_models_behind_the_scores_are_in_use(
    demo_workspace: Company, valued_company: Company
) -> None:
    plain = open_pair(demo_workspace.settings, demo_workspace.workspace)
    assert models(plain) == ["churn"]
    valued = open_pair(valued_company.settings, valued_company.workspace)
    assert models(valued) == ["churn", "value", "segments"]
    assert valued.past is not None and valued.changes is not None and valued.what_ifs is not None


@pytest.mark.parametrize(
    ("part", "left"), [("value", ["churn", "segments"]), ("segments", ["churn", "value"])]
)
def test_a_model_that_did_not_make_the_scores_is_not_in_use_beside_them(
    valued_company: Company, tmp_path: Path, part: str, left: list[str]
) -> None:
    shutil.copytree(valued_company.workspace.folder, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    assert workspace.scores.current is not None
    file = workspace.scores.current / MANIFEST_FILE
    content = json.loads(file.read_text(encoding="utf-8"))
    content[part]["digest"] = "0" * 64
    file.write_text(json.dumps(content), encoding="utf-8")
    republished(file.parent)
    assert models(open_pair(valued_company.settings, workspace)) == left


def test_without_the_events_the_scores_were_made_from_nothing_is_said_of_other_times(
    demo_workspace: Company, tmp_path: Path
) -> None:
    shutil.copytree(demo_workspace.workspace.folder, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    assert workspace.scores.current is not None
    file = workspace.scores.current / MANIFEST_FILE
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(content | {"data_digest": "other"}), encoding="utf-8")
    republished(file.parent)
    for _ in range(2):
        found = open_pair(demo_workspace.settings, workspace)
        assert (found.past, found.changes, found.what_ifs) == (None, None, None)
        shutil.rmtree(workspace.store.folder, ignore_errors=True)
