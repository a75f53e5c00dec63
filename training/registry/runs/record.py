"""Everything one training leaves behind in MLflow, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class LoggedBooster(Protocol):
    """Boosted trees as their own library has them, of which MLflow can log a copy."""

    def num_feature(self) -> int:
        """How many features they read."""


@dataclass(frozen=True)
class ChildRun:
    """A nested run, such as one test or one rung: its figures, and how it was set up."""

    name: str
    metrics: Mapping[str, float]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LearnedTable:
    """The table a model was learned from, by everything but its rows.

    ``digest`` names tables, features and cutoffs.
    """

    name: str
    digest: str
    columns: Sequence[str]
    rows: int
    customers: int


@dataclass(frozen=True)
class RunRecord:
    """Everything one training leaves behind in MLflow.

    ``folder`` is logged as it stands and holds the bundle in ``bundle/``. ``command`` is what was run, ``headlines``
    are the figures that MLflow's table of runs shows first, and ``seconds_before`` is how long was worked before anything
    is recorded.
    """

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    children: Sequence[ChildRun]
    folder: Path
    description: str
    command: str = ""
    learned_from: LearnedTable | None = None
    headlines: Sequence[str] = ()
    seconds_before: float = 0.0
