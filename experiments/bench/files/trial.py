"""A case tried as a person would: copied, proposed or mapped, checked and ingested by the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NO_TABLES = ("README.md", "expected.json", "request.json", "ids.json")
_TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Run:
    """One call of the command line: its exit code, its answer and all it said."""

    verb: str
    exit_code: int
    answer: Mapping[str, Any]
    said: str

    @property
    def crashed(self) -> bool:
        """Whether it ended in a way nobody meant."""
        return _TRACEBACK in self.said or self.exit_code not in (0, 1, 2)


@dataclass(frozen=True)
class CaseTrial:
    """What became of a case under one file of settings."""

    folder: Path
    runs: tuple[Run, ...]

    @property
    def refusing(self) -> Run | None:
        """The call that refused, the first of them."""
        return next((one for one in self.runs if one.exit_code != 0), None)

    @property
    def crashed(self) -> Run | None:
        """The call that ended in a traceback."""
        return next((one for one in self.runs if one.crashed), None)

    @property
    def said(self) -> str:
        """All that was said, the settings that were written and their reasons too."""
        settings = self.folder / "regulars.toml"
        written = settings.read_text(encoding="utf-8") if settings.is_file() else ""
        return "\n".join([*(one.said for one in self.runs), written])

    def summary(self, table: str) -> Mapping[str, Any]:
        """What the check counted of a table."""
        for one in self.runs:
            if one.verb == "check":
                found: Mapping[str, Any] = one.answer.get("summary", {}).get(table, {})
                return found
        return {}


def tables_of(folder: Path) -> list[str]:
    """The names of a case's own files."""
    return sorted(
        one.name
        for one in folder.iterdir()
        if one.is_file() and one.name not in _NO_TABLES and one.suffix != ".toml"
    )


def tried(case: Path, scratch: Path, settings: str, init: Sequence[str]) -> CaseTrial:
    """Try a copy of a case: with settings of its own where it has some, else with those init proposes."""
    folder = scratch / f"{case.name}-{Path(settings).stem}" if settings else scratch / case.name
    shutil.copytree(case, folder)
    # What is shared may be read only, and so would be its copy.
    for one in (folder, *folder.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)
    runs: list[Run] = []
    if settings:
        if settings != "regulars.toml":
            shutil.copy(folder / settings, folder / "regulars.toml")
    else:
        (folder / "regulars.toml").unlink(missing_ok=True)
        runs.append(_called(folder, "init", *init))
    if (folder / "regulars.toml").is_file():
        runs.append(_called(folder, "check"))
        if runs[-1].exit_code == 0:
            runs.append(_called(folder, "ingest"))
    return CaseTrial(folder, tuple(runs))


def _called(folder: Path, verb: str, *more: str) -> Run:
    house = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-m", "regulars", verb, *more, "--json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    return Run(verb, done.returncode, answer, done.stdout + done.stderr)
