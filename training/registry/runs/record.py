"""Everything one training leaves behind in MLflow, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class LoggedBooster(Protocol):
    """Boosted trees as their own library has them, of which MLflow can log a copy."""

    def num_feature(self) -> int:
        """How many features they read."""


@dataclass(frozen=True)
class ChildRun:
    """A nested run: one test cutoff and its figures."""

    name: str
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class RunRecord:
    """Everything one training leaves behind in MLflow.

    ``folder`` is logged as it stands and holds the bundle in ``bundle/``.
    """

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    children: Sequence[ChildRun]
    folder: Path
    description: str
