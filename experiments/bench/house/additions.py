"""What a change touches, tried out: additions written as data, and made in a copy of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.bench.house.structure import FLOORS, ROOT

COPIED = (*FLOORS, "tests", "docs", "README.md", "pyproject.toml")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*")


@dataclass(frozen=True)
class Insertion:
    """Lines that are put after the one line of a file that begins with ``anchor``, or before it."""

    anchor: str
    text: str
    is_before: bool = False

    def into(self, content: str) -> str:
        """The content with these lines; ``ValueError`` where there is no such line, or more than one."""
        lines = content.splitlines(keepends=True)
        place = _place(self.anchor, lines) + (0 if self.is_before else 1)
        return "".join([*lines[:place], self.text, *lines[place:]])


@dataclass(frozen=True)
class Rewording:
    """Other words within the one line of a file that begins with ``anchor``."""

    anchor: str
    old: str
    new: str

    def into(self, content: str) -> str:
        """The content with these words; ``ValueError`` where the line or the old words are not there once."""
        lines = content.splitlines(keepends=True)
        place = _place(self.anchor, lines)
        if (count := lines[place].count(self.old)) != 1:
            raise ValueError(f"expected {self.old!r} once in a line; found {count}")
        return "".join(
            [*lines[:place], lines[place].replace(self.old, self.new), *lines[place + 1 :]]
        )


def _place(anchor: str, lines: Sequence[str]) -> int:
    places = [place for place, line in enumerate(lines) if line.startswith(anchor)]
    if len(places) != 1:
        raise ValueError(f"expected one line that begins {anchor!r}; found {len(places)}")
    return places[0]


def after(anchor: str, text: str) -> Insertion:
    """Lines after the one that begins with ``anchor``."""
    return Insertion(anchor, text)


def before(anchor: str, text: str) -> Insertion:
    """Lines before the one that begins with ``anchor``."""
    return Insertion(anchor, text, is_before=True)


def within(anchor: str, old: str, new: str) -> Rewording:
    """Other words within the line that begins with ``anchor``."""
    return Rewording(anchor, old, new)


Edit = str | tuple[Insertion | Rewording, ...]
"""The text of a new file, or what becomes of one that is there."""


@dataclass(frozen=True)
class Addition:
    """Something that is added to the project.

    ``edits`` are what a person writes, by file; ``written_by`` the modules that then write the pages which follow.
    """

    name: str
    edits: Mapping[str, Edit]
    written_by: Sequence[str] = ()

    def made_in(self, folder: Path) -> set[str]:
        """Copy the tree to a folder, make the addition there, and tell which files are new or others."""
        _copy_to(folder)
        for name, edit in self.edits.items():
            _apply(edit, folder / name)
        for module in self.written_by:
            run_in(folder, "-m", module)
        return touched(folder)


def run_in(folder: Path, *arguments: str) -> str:
    """What Python prints when it is run in a copy, on the code of the copy alone."""
    answer = subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
    )
    if answer.returncode:
        raise ValueError(f"{' '.join(arguments)} failed:\n{answer.stdout}{answer.stderr}")
    return answer.stdout


def touched(folder: Path) -> set[str]:
    """The files of a copy that the tree has otherwise, or not at all, or no longer."""
    copied, present = _contents(folder), _contents(ROOT)
    return {name for name in copied.keys() | present if copied.get(name) != present.get(name)}


def _copy_to(folder: Path) -> None:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT)
        else:
            shutil.copy(ROOT / name, folder / name)


def _apply(edit: Edit, path: Path) -> None:
    if isinstance(edit, str):
        if path.exists():
            raise ValueError(f"{path.name} is there already")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit, encoding="utf-8")
        return
    content = path.read_text(encoding="utf-8")
    for change in edit:
        content = change.into(content)
    path.write_text(content, encoding="utf-8")


def _contents(root: Path) -> dict[str, bytes]:
    """The files that a copy holds, by their names in the tree."""
    paths = [path for name in COPIED for path in (root / name, *(root / name).rglob("*"))]
    inside = {path.relative_to(root): path for path in paths if path.is_file()}
    return {
        str(name): path.read_bytes()
        for name, path in inside.items()
        if not any(part.startswith((".", "__pycache__")) for part in name.parts)
    }
