"""What is served: for each family, how it is opened, and what has moved when it must be opened anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from features.company.settings.reading import Settings
from features.company.workspace import CURRENT, Workspace
from serving.items.recommending import Recommending, recommending_in
from serving.offers.offering import Offering, offering_in

Opened = TypeVar("Opened")
Pointer = tuple[str, int]
Pointers = tuple[Pointer, ...]


@dataclass(frozen=True)
class Served(Generic[Opened]):
    """How one family is served.

    ``opens`` makes what answers beside the scores out of the model and the store; None where there is no model.
    Families without it stand behind the scores and are opened with them. One that is not ``is_followed`` made
    figures of the scores: a new model of it waits for the next scores.
    """

    name: str
    opens: Callable[[Settings, Workspace], Opened | None] | None = None
    is_followed: bool = True

    def pointers(self, workspace: Workspace) -> Pointers:
        """Which model and which store it answers from, beside the scores."""
        return pointers_in(workspace.bundles / self.name, workspace.store.folder)


CHURN: Served[Any] = Served("churn")
VALUE: Served[Any] = Served("value", is_followed=False)
SEGMENTS: Served[Any] = Served("segments", is_followed=False)
OFFERS: Served[Offering] = Served(
    "offers", lambda settings, workspace: offering_in(workspace, settings.offers)
)
RECOMMENDATIONS: Served[Recommending] = Served(
    "recommendations",
    lambda settings, workspace: recommending_in(workspace, settings.recommendations.without),
)

SERVED: tuple[Served[Any], ...] = (CHURN, VALUE, SEGMENTS, OFFERS, RECOMMENDATIONS)
"""Every family that is served."""


def pointers_of_all(workspace: Workspace) -> Pointers:
    """Everything whose moving means that something must be opened anew, scores that stand ready among it."""
    models = (workspace.bundles / one.name for one in SERVED if one.is_followed)
    ready = " ".join(one.name for one in workspace.scores.named()), 0
    return (*pointers_in(*models, workspace.scores.folder, workspace.store.folder), ready)


def promoted_digests(workspace: Workspace) -> Mapping[str, str]:
    """Which bundle of each family was put to use last."""
    named = {
        one.name: _pointer(workspace.bundles / one.name / CURRENT)[0].strip() for one in SERVED
    }
    return {name: digest for name, digest in named.items() if digest}


def pointers_in(*folders: Path) -> Pointers:
    """What the pointers in some folders name, and since when."""
    return tuple(_pointer(folder / CURRENT) for folder in folders)


def _pointer(path: Path) -> Pointer:
    try:
        return path.read_text("utf-8", "replace"), path.stat().st_mtime_ns
    except OSError:
        return "", 0
