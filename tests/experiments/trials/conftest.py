"""The company of this folder's tests, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.experiments.trials.company import QUICK, copied, declare, make, run
from tests.shared_companies import made_once, shared_folder


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose tables are ingested; nobody changes it."""
    return made_once(shared_folder(tmp_path_factory), "experiments", make)


@pytest.fixture(scope="session")
def answered(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with one experiment answered, `quick`; nobody changes it."""
    folder = copied(ingested, tmp_path_factory.mktemp("answered") / "company")
    declare(folder, "quick", QUICK)
    run(folder, "quick")
    return folder
