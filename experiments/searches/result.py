"""What is told of a search, without a row of any customer, and where the workspace has it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.searches.studying import TriedParameters
from features.company.workspace import Workspace, write_whole


@dataclass(frozen=True)
class OpenedCutoff:
    """The reserved cutoff, opened at the end: the best settings beside the learner as it is without a search.

    ``differences`` has by the figure its value without and with them, how much more it is with them, and the ends of the
    95 % interval of that. ``openings`` is how often this cutoff was opened for settings of this experiment, with this time.
    """

    cutoff: str
    differences: Mapping[str, Sequence[float | None]]
    openings: int


@dataclass(frozen=True)
class SearchResult:
    """What came of a search: everything that was tried in its order, the best, and what of the parameters mattered.

    ``key`` names all that the trials depend on, the budget aside. ``usual`` is the figure of the learner without a search, over
    the same cutoffs; ``opened`` is None where every cutoff had to choose.
    """

    name: str
    key: str
    definition: Mapping[str, Any]
    data: Mapping[str, Any]
    rung: str
    figure: str
    choosing: Sequence[str]
    trials: Sequence[TriedParameters]
    best: TriedParameters
    usual: float
    mattered: Mapping[str, float] = field(default_factory=dict)
    opened: OpenedCutoff | None = None
    seconds: float = 0.0
    run_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> SearchResult:
        """The result read back; ``TypeError`` or ``KeyError`` for anything else."""
        opened = content["opened"]
        return replace(
            cls(**content),
            trials=tuple(TriedParameters(**one) for one in content["trials"]),
            best=TriedParameters(**content["best"]),
            opened=None if opened is None else OpenedCutoff(**opened),
        )


@dataclass(frozen=True)
class SearchFiles:
    """The searches of a workspace by the names of their experiments, each with the file of all that was tried."""

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.workspace.experiments / "searches"

    def tried(self, name: str) -> Path:
        """The file of all that was tried for an experiment."""
        return self.folder / f"{name}.db"

    def known(self, name: str) -> SearchResult | None:
        """The search of an experiment; None where there is none that can be read."""
        try:
            return SearchResult.from_dict(json.loads((self.folder / f"{name}.json").read_bytes()))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, found: SearchResult) -> None:
        """Keep a search in the place of the one before it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = self.folder / f"{found.name}.json"
        write_whole(place, json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
        place.chmod(0o600)
