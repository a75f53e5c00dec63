"""What trials found, kept line by line, so that a run may be broken off and nothing is tried twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from experiments.mutants.mutant import Mutant

NOTICED = ("failed", "timeout", "crashed")
UNNOTICED = ("passed", "no tests")


@dataclass(frozen=True)
class Result:
    """How a trial ended: ``failed``, ``timeout`` and ``crashed`` mean that the tests noticed.

    A mutant that is ``not importable`` shows nothing about the tests and is not counted, unless somebody
    wrote it by hand.
    """

    outcome: str
    by: str
    processor: float
    name: str = ""

    @property
    def is_killed(self) -> bool:
        """Whether a test noticed."""
        return self.outcome in NOTICED

    @property
    def counts(self) -> bool:
        """Whether the trial tells of the tests."""
        return self.outcome in NOTICED + UNNOTICED


class Results:
    """The results of all trials so far, by what was tried."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Result] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # nothing, or what a killed run did not end
            digest = entry.pop("digest")
            self._known[digest] = Result(**entry)

    def find(self, digest: str) -> Result | None:
        """The result of an equal trial; None where there was none."""
        return self._known.get(digest)

    def keep(self, digest: str, result: Result) -> None:
        """Write a result down at once."""
        self._known[digest] = result
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            # A line of its own, whatever a killed run left before it.
            file.write("\n" + json.dumps({"digest": digest, **asdict(result)}))


def digest_of(mutant: Mutant, tests: Sequence[str], root: Path) -> str:
    """What a trial depends on: the file with its mistake and the tests that are to notice."""
    digest = hashlib.sha256(mutant.source.encode())
    for test in (mutant.file, *tests):
        path = root / test.split("::")[0]
        digest.update(f"\0{test}\0".encode() + path.read_bytes())
    return digest.hexdigest()
