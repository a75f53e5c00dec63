"""Companies that are made once a run of the tests, for every test and every worker that needs one.

Simulating, ingesting and training a company costs seconds, and each worker of pytest-xdist would do it
anew. So the first that asks for a company makes it, in a folder all workers of this run share; whoever
comes meanwhile waits, and each worker reads and writes a copy of its own.

This is no cache: the folder belongs to one run and is found by no other, so that a company is always the
work of the code, the packages and the data under test. One whose making fails is made anew, and fails
anew, for everybody who asks.
"""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

Learned = TypeVar("Learned")


def own_copy(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of the company of this name, as ``make`` left it, for this worker alone."""
    copy = temporary.getbasetemp() / name
    if not copy.exists():
        shutil.copytree(made_once(shared_folder(temporary), name, make), copy)
    return copy


def made_once(shared: Path, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name beneath ``shared``: made by the first who asks, found by all others."""
    company, finished = shared / name, shared / f"{name}.finished"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / f"{name}.lock"):
        if not finished.exists():
            # Made where it stays, for MLflow remembers where its files lie.
            shutil.rmtree(company, ignore_errors=True)
            company.mkdir()
            make(company)
            finished.touch()
    return company


def learned_once(
    temporary: pytest.TempPathFactory, name: str, learn: Callable[[], Learned]
) -> Learned:
    """What ``learn`` comes to, learned by the first worker that asks for this name and read by all others."""

    def make(folder: Path) -> None:
        (folder / name).write_bytes(pickle.dumps(learn()))

    found: Learned = pickle.loads(
        (made_once(shared_folder(temporary), name, make) / name).read_bytes()
    )
    return found


def shared_folder(temporary: pytest.TempPathFactory) -> Path:
    """A folder of this run: beside the folders of its workers, or in the only one there is."""
    base = temporary.getbasetemp()
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    return (base.parent if is_worker else base) / "companies"
