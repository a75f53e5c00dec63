"""The company of this folder's tests, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.library.company import NotebookCompany, notebook_company_in


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> NotebookCompany:
    """A company with a model in use and scores; nobody changes it."""
    return notebook_company_in(tmp_path_factory, tmp_path_factory.mktemp("notebook") / "demo")


@pytest.fixture
def own_company(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> NotebookCompany:
    """A copy that a test may change."""
    return notebook_company_in(tmp_path_factory, tmp_path / "demo")
