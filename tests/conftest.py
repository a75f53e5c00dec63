"""What every test may ask for."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.pictures import leave_unrendered, render
from tests.registry_tables import lay_tables_once
from tests.trials import try_once
from training.recipe.apart import note_computed

PROJECT = Path(__file__).resolve().parents[1]

# Nothing here may fail because the machine is busy: neither an example nor the making of one is timed.
# Where nobody can look, the examples are the same each time, and a failure can be repeated anywhere.
settings.register_profile(
    "regulars",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("regulars")

# A Java that lives for one table spends most of its time compiling itself, so it compiles once and plainly.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


# What is collected stays to the end: looking through it for garbage took a quarter of the time of collecting.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, and never again among the tests and the modules themselves."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Let it all be collected again, for who counts what is left at the end would count it too."""
    gc.unfreeze()


# The process of the tests has computed with threads before most commands are tried in it: none of them may fork.
note_computed()


@pytest.fixture(scope="session", autouse=True)
def registry_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """MLflow's empty tables, which take it two seconds a workspace, are made once and copied."""
    with pytest.MonkeyPatch.context() as patched:
        lay_tables_once(tmp_path_factory, patched)
        yield


@pytest.fixture(scope="session", autouse=True)
def trials() -> Iterator[None]:
    """A bundle that was tried in a child process is not tried again while it is the same to the byte."""
    with pytest.MonkeyPatch.context() as patched, try_once(patched):
        yield


@pytest.fixture(scope="session", autouse=True)
def pictures_unrendered() -> Iterator[None]:
    """The pictures of a training, a third of its time, are drawn and not rendered."""
    with pytest.MonkeyPatch.context() as patched:
        leave_unrendered(patched)
        yield


@pytest.fixture(scope="module")
def pictures(pictures_unrendered: None) -> Iterator[None]:
    """Trainings of this file render their pictures as they do outside of tests."""
    with pytest.MonkeyPatch.context() as patched:
        render(patched)
        yield


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of public data sets; the test is skipped where it is absent."""
    folder = Path(os.environ.get("REGULARS_DATA", PROJECT.parent / "shared" / "data"))
    if not (folder / "README.md").exists():
        pytest.skip(f"no public data at {folder}: set REGULARS_DATA")
    return folder
