"""What the latest look at a company has found, read from the workspace: nothing of it is about a single customer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from features.company.workspace import Workspace

LATEST = "latest.json"
KINDS = ("stopped", "fell", "rose", "emptied", "late", "shrank", "input", "scores")
"""Of which kind a finding may be: what is wrong with a feed, rows that are lost, and what moved."""

Look = Mapping[str, Any]
"""What a look found, as plain fields: ``end``, ``alarms``, ``inputs``, ``scores``, ``estimated``, ``realised`` and more."""


@dataclass(frozen=True)
class Finding:
    """One thing somebody should know: of which of the ``KINDS``, what it is about, and the figures its sentence tells.

    ``since`` is the day of the data of the look that found it first.
    """

    kind: str
    about: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    since: str = ""

    @property
    def subject(self) -> tuple[str, str]:
        """What stays the same of it from look to look: of inputs another one of the group may be the furthest next week."""
        return self.kind, str(self.figures.get("group", self.about))

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Self:
        """A finding out of a kept look."""
        return cls(
            str(found["kind"]),
            str(found["about"]),
            found.get("figures", {}),
            found.get("since", ""),
        )


@dataclass(frozen=True)
class Findings:
    """The latest look: the day of its data, what it found, and how good the model is by it.

    ``looked_at_seconds`` is when it was written; ``look`` has all of its fields.
    """

    end: str
    found: Sequence[Finding]
    looked_at_seconds: int
    look: Look

    @property
    def by_kind(self) -> Mapping[str, int]:
        """How many there are of each kind, also of those there are none of."""
        counts = Counter(one.kind for one in self.found)
        return {kind: counts[kind] for kind in KINDS}


class LatestFindings:
    """The findings of a workspace, followed as later looks replace them; safe to share between threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._path = workspace.monitoring / LATEST
        self._read: tuple[tuple[int, int], Findings | None] | None = None

    @property
    def now(self) -> Findings | None:
        """What the latest look found; None where there was none, or none that can be read."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        signature = (status.st_mtime_ns, status.st_ino)
        known = self._read
        if known is None or known[0] != signature:
            known = (signature, _findings(self._path, int(status.st_mtime)))
            self._read = known
        return known[1]


def latest_look(workspace: Workspace) -> Look:
    """What the latest look found; empty where there was none, or none that can be read."""
    return _look_in(workspace.monitoring / LATEST)


def _look_in(path: Path) -> Look:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _findings(path: Path, looked_at_seconds: int) -> Findings | None:
    look = _look_in(path)
    try:
        found = [Finding.from_dict(one) for one in look["alarms"]]
        return Findings(str(look["end"]), found, looked_at_seconds, look)
    except (KeyError, TypeError):
        return None
