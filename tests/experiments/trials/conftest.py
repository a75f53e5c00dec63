"""The company of this folder's tests, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.experiments.trials.company import QUICK, copied, declare, ingested_once, run


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose tables are ingested; nobody changes it."""
    return ingested_once(tmp_path_factory)


@pytest.fixture(scope="session")
def answered(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with one experiment answered, `quick`; nobody changes it."""
    folder = copied(ingested, tmp_path_factory.mktemp("answered") / "company")
    declare(folder, "quick", QUICK)
    run(folder, "quick")
    return folder
