"""What a version says of itself: the manifest of the model in use, or of any other that was registered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.errors import ModelRefused
from training.bundles.admission import current_folder
from training.bundles.kind import Asked, Kind
from training.bundles.manifest import Manifest
from training.bundles.promoted import PromotedBundles
from training.bundles.proving import admit, tried
from training.bundles.sealing import verified
from training.bundles.signature import Signing
from training.registry.registry import CHALLENGER, Registry


@contextmanager
def version_at(
    settings: Settings, workspace: Workspace, kind: Kind[Any, Asked], version: int | None = None
) -> Iterator[tuple[Manifest[Asked], Path]]:
    """The signed manifest of a version and where its bundle lies, while the block goes on.

    Without a version, of the model in use, or of the newest where none is in use.
    The bundle was opened once in a process that may die. Raises ``ModelRefused`` when there is no such version and
    ``BundleRefused`` for one that was changed.
    """
    if version is None:
        folder = current_folder(workspace, kind.name)
    else:
        folder = PromotedBundles(workspace, kind).known(str(version))
    if folder is not None:
        found = _read(workspace, kind, folder)
        admit(folder, kind.name)
        yield (found if version is None else replace(found, version=str(version))), folder
        return
    registry = Registry(settings, workspace, kind.name)
    chosen = str(version) if version is not None else registry.version_of(CHALLENGER)
    if chosen is None:
        raise ModelRefused(
            expected=f"a trained {kind.name} model",
            found="none",
            remedy=f"Run `regulars train {kind.name}`.",
        )
    work = f"looking at {kind.name}"
    with workspace.scratch(f"evaluation-{kind.name}", work=work) as draft:
        fetched = registry.fetch_bundle(chosen, draft)
        found = _read(workspace, kind, fetched)
        tried(fetched, kind.name)
        yield replace(found, version=chosen), fetched


def _read(workspace: Workspace, kind: Kind[Any, Asked], folder: Path) -> Manifest[Asked]:
    Signing(workspace).require(folder)
    return verified(folder)[0].asking(kind.task)
