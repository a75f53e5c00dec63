"""The company of this folder's tests, made and walked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.backtests.running import FinishedBacktest
from tests.experiments.backtests.company import WALKED, walked
from tests.experiments.trials.company import copied, declare, ingested_once


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose tables are ingested, and which declares one experiment; nobody changes it."""
    folder = copied(ingested_once(tmp_path_factory), tmp_path_factory.mktemp("walked") / "company")
    declare(folder, "walked", WALKED)
    return folder


@pytest.fixture(scope="session")
def whole(company: Path, tmp_path_factory: pytest.TempPathFactory) -> FinishedBacktest:
    """Its back-test, done at one go in a copy."""
    return walked(copied(company, tmp_path_factory.mktemp("whole") / "company"))
