"""The files a night leaves for other programs: what each was made of, and that none of an earlier night is taken for tonight's.

From the beginning of a night to its end a file lies under its name only once it is known to be right: it is set aside
at first, and comes back where the night finds that it was made of the same, or is made anew. However a night ends, whoever
looks for the file finds tonight's or none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace, write_whole
from serving.ledger.administration import demands_in
from training.bundles.admission import current_folder
from training.families.kinds import KINDS

STALE = ".stale"
"""What is behind the name of a file of an earlier night that this one has not found to be right, or not yet."""
_BYTES_AT_ONCE = 1 << 20

Counts = Mapping[str, int]


class NightFiles:
    """The files of a workspace's nights, by their names relative to a folder."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._note, self._folder = workspace.nightly, folder

    def set_aside(self, names: Iterable[str]) -> None:
        """Take the files of earlier nights from their names, under which others would take them for tonight's."""
        for path in (self._folder / name for name in names):
            if path.is_file():
                path.replace(_stale(path))

    def right(self, name: str, made_of: str) -> Counts | None:
        """What a file of an earlier night holds, which is put back; None where it has to be made anew.

        It may stay where it was made of the same and lies as it was written.
        """
        path, noted = self._folder / name, self._noted().get(name)
        if noted is None or noted.get("made_of") != made_of or not _stale(path).is_file():
            return None
        if noted.get("sha256") != _digest(_stale(path)):
            return None
        _stale(path).replace(path)
        return {str(one): int(count) for one, count in noted["counts"].items()}

    def made(self, name: str, made_of: str, make: Callable[[Path], Counts]) -> Counts:
        """Make a file anew and note of what; whatever was set aside goes."""
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        counts = make(path)
        note = {"made_of": made_of, "sha256": _digest(path), "counts": dict(counts)}
        self._write({**self._noted(), name: note})
        _stale(path).unlink(missing_ok=True)
        return counts

    def _noted(self) -> dict[str, Any]:
        try:
            content = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # Without a note everything is made anew.
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self, notes: Mapping[str, Any]) -> None:
        write_whole(self._note, json.dumps(notes, indent=1))


def made_of_now(settings: Settings, workspace: Workspace) -> str:
    """A name for all that files about customers are made of: tables, vectors, scores, models, settings, demands and program.

    It is another one as soon as any of them is, and gives none of them away.
    """
    generations = (workspace.store, workspace.vectors, workspace.scores)
    current = [one.current for one in generations]
    models = [current_folder(workspace, name) for name in sorted(KINDS)]
    said = [
        *(None if one is None else one.name for one in (*current, *models)),
        repr(replace(settings, folder=Path())),
        demands_in(workspace),
        version("regulars"),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _stale(path: Path) -> Path:
    return path.with_name(path.name + STALE)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BYTES_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()
