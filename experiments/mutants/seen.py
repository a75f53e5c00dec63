"""What the tests were seen to do: those that pass, and how long they take, and those that fail without any mistake."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any


class SeenTests:
    """What earlier trials told of tests, as long as nothing that a test's file imports has changed.

    A test that passed in spite of a mistake passes without it as well, or would not have passed there.
    """

    def __init__(self, path: Path, digest: Callable[[str], str]) -> None:
        self._path = path
        self._digest = digest
        self._files: dict[str, dict[str, Any]] = {}
        if path.exists():
            self._files = json.loads(path.read_text(encoding="utf-8"))
        self._knowing = threading.RLock()

    def times(self, files: Iterable[str]) -> dict[str, float]:
        """The seconds of each test of these files that was seen to pass."""
        with self._knowing:
            return {test: time for file in files for test, time in self._of(file)["passed"].items()}

    def failing(self, files: Iterable[str]) -> list[str]:
        """The tests of these files that fail on the unchanged code."""
        with self._knowing:
            return [test for file in files for test in self._of(file)["failing"]]

    @property
    def all_failing(self) -> list[str]:
        """Every test that was seen to fail on the unchanged code."""
        with self._knowing:
            return sorted(test for one in self._files.values() for test in one["failing"])

    def has_passed(self, test: str) -> bool:
        """Whether a test was seen to pass."""
        with self._knowing:
            return test in self._of(file_part(test))["passed"]

    def note(self, times: Mapping[str, float], failed: Iterable[str], *, is_changed: bool) -> None:
        """Remember what passed, with its time; and what failed, where no mistake was in the code."""
        fell = set(failed)
        with self._knowing:
            for test, time in times.items():
                if test not in fell:
                    self._of(file_part(test))["passed"].setdefault(test, round(time, 3))
            for test in [] if is_changed else fell:
                self._of(file_part(test))["failing"].append(test)
            self._path.write_text(json.dumps(self._files), encoding="utf-8")

    def note_whole(self, files: Iterable[str]) -> None:
        """Remember that every test of these files was seen."""
        with self._knowing:
            for file in files:
                self._of(file)["is_whole"] = True

    def are_whole(self, files: Iterable[str]) -> bool:
        """Whether every test of these files was seen, so that their times are known."""
        with self._knowing:
            return all(self._of(file)["is_whole"] for file in files)

    def _of(self, file: str) -> dict[str, Any]:
        digest = self._digest(file)
        if self._files.get(file, {}).get("digest") != digest:
            self._files[file] = {"digest": digest, "is_whole": False, "passed": {}, "failing": []}
        return self._files[file]


def file_part(test: str) -> str:
    """The file of a test.

    >>> file_part("tests/test_ages.py::test_young[17]")
    'tests/test_ages.py'
    """
    return test.split("::")[0]
