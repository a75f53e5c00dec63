"""What came of an experiment is read back as it was written; what is damaged or was never run is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from experiments.trials.results import ExperimentResult, ResultFiles
from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused, WorkspaceRefused
from tests.experiments.trials.company import ground_of


def test_a_result_is_read_back_as_it_was_written(answered: Path, tmp_path: Path) -> None:
    result = ResultFiles(ground_of(answered).workspace).read("quick")
    other = ResultFiles(Workspace(tmp_path / "other"))
    other.write(result)
    assert other.read("quick") == result and other.all() == [result]
    assert ExperimentResult.from_dict(result.as_dict()) == result
    assert result.rung("recency rule").is_rule
    with pytest.raises(UsageRefused, match='Did you mean "recency rule"'):
        result.rung("recency rules")


def test_what_was_never_run_and_what_is_damaged_is_said(answered: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "other")
    shutil.copytree(ground_of(answered).workspace.experiments, workspace.experiments)
    files = ResultFiles(workspace)
    with pytest.raises(UsageRefused, match=r"Run `regulars experiment run slow`\. There are quick"):
        files.read("slow")
    (workspace.experiments / "quick.json").write_text('{"name": ', encoding="utf-8")
    with pytest.raises(WorkspaceRefused, match="run quick` again"):
        files.read("quick")
    assert files.known("quick") is None
