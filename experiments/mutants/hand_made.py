"""The mutants that people wrote by hand, and those of the sample that change nothing one can see."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.bench.house.structure import ROOT
from experiments.mutants.mutant import Mutant, one_line

HAND_MADE = Path("tests/mutants.toml")
EQUIVALENT = Path("tests/equivalent_mutants.toml")
_ASKED = {"file", "before", "after", "rule", "tests"}
_EXCUSED = {"file", "before", "after", "reason"}


@dataclass(frozen=True)
class Equivalent:
    """A mutant nobody can tell from the code as it is, and why."""

    file: str
    before: str
    after: str
    reason: str


def hand_made(root: Path = ROOT) -> list[Mutant]:
    """The mutants of the list; ``ValueError`` says everything that is wrong with it."""
    entries = _entries(root / HAND_MADE, "mutant")
    faults = [f"{place}: {fault}" for place, one in entries for fault in faults_of(one, root)]
    if faults:
        raise ValueError("\n".join(faults))
    return [_mutant(one, root) for _, one in entries]


def faults_of(entry: Mapping[str, Any], root: Path = ROOT) -> Iterator[str]:
    """What is wrong with an entry of the list: nothing, where it still fits the code."""
    if entry.keys() != _ASKED:
        yield f"expected {sorted(_ASKED)}; found {sorted(entry)}"
        return
    path = root / entry["file"]
    if not path.is_file():
        yield f"there is no {entry['file']}"
        return
    count = path.read_text(encoding="utf-8").count(entry["before"])
    if count != 1:
        yield f"expected {entry['before']!r} once in {entry['file']}; found {count}"
    if entry["before"] == entry["after"]:
        yield f"{entry['before']!r} is not changed"
    if not entry["rule"].strip() or not entry["tests"]:
        yield "the rule and its tests are missing"
    yield from (f"there is no {test}" for test in entry["tests"] if not _stands(test, root))


def _stands(test: str, root: Path) -> bool:
    """Whether there is such a test file and, where a test of it is named, such a function."""
    file, _, name = test.partition("::")
    path = root / file
    if not path.is_file():
        return False
    return not name or f"def {name.split('[')[0]}(" in path.read_text(encoding="utf-8")


def equivalents(root: Path = ROOT) -> list[Equivalent]:
    """The mutants that are not counted; ``ValueError`` where one is not whole."""
    found = []
    for place, entry in _entries(root / EQUIVALENT, "equivalent"):
        if entry.keys() != _EXCUSED or not entry["reason"].strip():
            raise ValueError(f"{place}: expected {sorted(_EXCUSED)}; found {sorted(entry)}")
        lines = (one_line(entry["before"]), one_line(entry["after"]))
        found.append(Equivalent(entry["file"], *lines, entry["reason"]))
    return found


def is_excused(mutant: Mutant, excused: list[Equivalent]) -> bool:
    """Whether a mutant stands among those."""
    mine = (mutant.file, one_line(mutant.before), one_line(mutant.after))
    return any(mine == (one.file, one.before, one.after) for one in excused)


def _entries(path: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    if not path.exists():
        return []
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        (f"{path.name}, {kind} {number}", one)
        for number, one in enumerate(content.get(kind, []), 1)
    ]


def _mutant(entry: Mapping[str, Any], root: Path) -> Mutant:
    source = (root / entry["file"]).read_text(encoding="utf-8")
    line = source[: source.index(entry["before"])].count("\n") + 1
    made = source.replace(entry["before"], entry["after"])
    tests = tuple(entry["tests"])
    return Mutant(entry["file"], line, entry["before"], entry["after"], made, entry["rule"], tests)
