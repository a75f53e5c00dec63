"""The notebooks run as they stand, and say what they say there."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.experiments.notebooks.company import make
from tests.experiments.notebooks.notebook import notebooks, read, run, said
from tests.shared_companies import made_once, shared_folder

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the company in `demo`, made once for all notebooks."""
    made = made_once(shared_folder(tmp_path_factory), "notebooks", make)
    beside = tmp_path_factory.mktemp("notebooks")
    shutil.copytree(made, beside / "demo")
    return beside


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_runs_and_says_what_it_keeps(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")]))  # fmt: skip
    assert said(run(path, folder)) == said(read(path)), (
        "Run `python -m tests.experiments.notebooks.notebook` and look at what has changed."
    )


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_what_is_kept_names_no_machine_and_was_run_from_above_to_below(path: Path) -> None:
    kept = read(path)
    cells = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert (
        re.findall(r"/home/|/root/|/tmp/|/work/|\[stderr\]|https?://", " ".join(said(kept))) == []
    )
    assert "version" not in kept.metadata.language_info
    assert kept.cells[0].cell_type == "markdown" and path.stat().st_size < 400_000


def test_there_are_the_three() -> None:
    assert [path.stem for path in notebooks()] == ["churn", "offers", "recommendations"]
