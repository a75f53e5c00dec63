"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of public data sets; the test is skipped where it is absent."""
    folder = Path(os.environ.get("REGULARS_DATA", PROJECT.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        pytest.skip(f"no public data at {folder}: set REGULARS_DATA")
    return folder
