"""A nursery tries a mistake in a child and leaves its copy as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.mutants.trials import Nursery

YOUNG = "def young(age):\n    return age < 18\n"
TESTS = """
from ages import young


def test_slow():
    assert young(3)


def test_grown_up():
    assert not young(18)


def test_quick():
    assert young(17)
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("tree")
    (tree / "ages.py").write_text(YOUNG)
    (tree / "test_ages.py").write_text(TESTS)
    (tree / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nmarkers = ["slow", "browser", "spark", "postgres"]\n'
    )
    return tree


@pytest.fixture(scope="module")
def nursery(tree: Path) -> Iterator[Nursery]:
    nursery = Nursery(tree, "json")
    yield nursery
    nursery.close()


def task(tree: Path, source: str = "", **changes: Any) -> dict[str, Any]:
    said = {
        "file": "ages.py" if source else "",
        "source": source,
        "tests": ["test_ages.py"],
        "known": {"test_ages.py::test_slow": 9.0, "test_ages.py::test_quick": 0.1},
        "left_out": [],
        "processor": 60.0,
        "seconds": 600.0,
        "still_seconds": 60.0,
        "companies": "",
        "machine_code": str(tree / "machine-code"),
        "forgotten": None,
    }
    return said | changes


def test_the_code_as_it_is_passes_and_every_test_is_timed(tree: Path, nursery: Nursery) -> None:
    said = nursery.tried(task(tree))
    assert (said["outcome"], said["failed"]) == ("passed", [])
    names = [f"test_ages.py::test_{name}" for name in ("quick", "grown_up", "slow")]
    assert list(said["known"]) == names


def test_a_mistake_is_noticed_in_what_a_library_has_loaded_of_ours_beforehand(tree: Path) -> None:
    """As MLflow does, which looks for plugins when it is loaded and finds ours."""
    early = Nursery(tree, "json", "ages")
    try:
        said = early.tried(task(tree, YOUNG.replace("<", ">=")))
        assert (said["outcome"], said["failed"]) == ("failed", ["test_ages.py::test_quick"])
        assert early.tried(task(tree))["outcome"] == "passed"
    finally:
        early.close()


def test_a_mistake_is_noticed_by_the_first_test_that_fails(tree: Path, nursery: Nursery) -> None:
    said = nursery.tried(task(tree, YOUNG.replace("<", ">=")))
    assert (said["outcome"], said["failed"]) == ("failed", ["test_ages.py::test_quick"])


def test_the_copy_is_as_it_was_when_a_mistake_was_tried(tree: Path, nursery: Nursery) -> None:
    before = (tree / "ages.py").stat().st_mtime_ns
    assert nursery.tried(task(tree, YOUNG.replace("18", "19")))["outcome"] == "failed"
    assert (tree / "ages.py").read_text() == YOUNG
    assert (tree / "ages.py").stat().st_mtime_ns == before
    assert nursery.tried(task(tree))["outcome"] == "passed"


@pytest.mark.parametrize(
    ("source", "changes", "outcome"),
    [
        (YOUNG.replace("18", "17.5"), {}, "passed"),
        (YOUNG.replace("18", "19"), {"left_out": ["test_ages.py::test_grown_up"]}, "passed"),
        ("raise ValueError", {}, "not importable"),
        ("import os\nos._exit(7)", {}, "crashed"),
        (YOUNG, {"machine_code": None}, "never begun"),
        ("while True: pass", {"processor": 1.0}, "timeout"),
        ("import threading\nthreading.Event().wait()", {"still_seconds": 2.0}, "timeout"),
        (YOUNG, {"left_out": [f"test_ages.py::test_{n}" for n in ("slow", "grown_up", "quick")]}, "no tests"),
    ],
)  # fmt: skip
def test_every_end_of_a_trial_has_its_word(
    tree: Path, nursery: Nursery, source: str, changes: dict[str, Any], outcome: str
) -> None:
    assert nursery.tried(task(tree, source, **changes))["outcome"] == outcome
