"""A small simulated company with a model in use and scores, as a notebook opens it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from regulars.main import main
from tests.shared_companies import made_once, shared_folder

SPEC = WorldSpec(customers=400, seed=3, lines_per_customer=14, days=480)


@dataclass(frozen=True)
class NotebookCompany:
    """Where the company lies."""

    folder: Path

    @property
    def settings_path(self) -> Path:
        return self.folder / "regulars.toml"

    @property
    def workspace(self) -> Workspace:
        return Workspace(load_settings(self.settings_path).workspace_folder)

    def run(self, *words: str) -> str:
        """What a command says that does what it is asked."""
        result = CliRunner().invoke(main, [*words, "--settings", str(self.settings_path)])
        assert result.exit_code == 0, result.output
        return result.output


def make(folder: Path) -> None:
    """Simulate, ingest, train and score, by the commands a user has."""
    simulate(SPEC, folder)
    company = NotebookCompany(folder)
    for words in (["ingest"], ["train", "churn"], ["vectors"], ["score"]):
        company.run(*words)


def notebook_company_in(temporary: pytest.TempPathFactory, folder: Path) -> NotebookCompany:
    """A copy of the company in a folder of one's own."""
    made = made_once(shared_folder(temporary), "notebook", make)
    return NotebookCompany(Path(shutil.copytree(made, folder)))
