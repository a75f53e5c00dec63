"""The model of before stays at hand, with its own scores of the same day: going back to it needs no second opening."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from features.company.workspace import CURRENT, Workspace
from serving.in_use.served import CHURN, SERVED
from serving.snapshot.scores_of_model import OF_THE_DAY, said_of, scores_of
from training.bundles.admission import admitted_folder, require_admitted
from training.bundles.manifest import MANIFEST_FILE, sha256

MOST_PREVIOUS = 2
T = TypeVar("T")


@dataclass(frozen=True)
class Basis:
    """Everything a pair is made from, by name: the churn model, all others, and which scores are shown."""

    model: str
    others: tuple[str, ...]
    scores: str = ""


def basis_of(workspace: Workspace, beside: Path | None = None) -> Basis | None:
    """What the pointers name now, or would with a model beside; None where there is no model yet.

    Raises ``BundleRefused`` for a model whose signature is not to be trusted, or not any more.
    """
    if beside is None:
        folder = admitted_folder(workspace)
    else:
        folder = require_admitted(workspace, CHURN.name, beside)
    if folder is None:
        return None
    behind = (one.name for one in SERVED if not one.is_followed)
    others = [_named(workspace.bundles / name) for name in behind]
    shown = scores_of(workspace, folder.name) or workspace.scores.current
    said = said_of(shown)
    others += [_text(workspace.store.folder / CURRENT), *(str(said.get(one)) for one in OF_THE_DAY)]
    scores = "" if shown is None else shown.name
    return Basis(f"{folder.name} {_stamp(folder)}", tuple(others), scores)


class PreviousModels(Generic[T]):
    """The last two pairs of different models, as long as all others and the day of the scores are what they were."""

    def __init__(self) -> None:
        self._pairs: dict[Basis, T] = {}

    def of(self, basis: Basis | None) -> T | None:
        """The pair made from this; None when it is not at hand."""
        return None if basis is None else self._pairs.get(basis)

    def keep(self, basis: Basis, pair: T) -> None:
        """Keep a pair, and let go of those of another day: they may tell of people who were erased."""
        same = [
            (one, kept)
            for one, kept in self._pairs.items()
            if one.others == basis.others and one.model != basis.model
        ]
        newest = [*same, (basis, pair)][-MOST_PREVIOUS:]
        self._pairs = dict(newest)


def _named(place: Path) -> str:
    digest = _text(place / CURRENT).strip()
    return f"{digest} {_stamp(place / digest)}" if digest else ""


def _stamp(folder: Path) -> str:
    """The manifest as it stands: a later promotion of the same content has another version in it."""
    try:
        return sha256((folder / MANIFEST_FILE).read_bytes())
    except OSError:
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
