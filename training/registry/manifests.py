"""What a version says of itself: the manifest of the model in use, or of any other that was registered."""

from __future__ import annotations

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
from training.bundles.sealing import verified
from training.bundles.signature import Signing
from training.registry.registry import CHALLENGER, Registry


def manifest_of_version(
    settings: Settings, workspace: Workspace, kind: Kind[Any, Asked], version: int | None = None
) -> Manifest[Asked]:
    """The signed manifest of a version; without one, of the model in use, or of the newest where none is in use.

    Raises ``ModelRefused`` when there is no such version and ``BundleRefused`` for one that was changed.
    """
    if version is None:
        folder = current_folder(workspace, kind.name)
    else:
        folder = PromotedBundles(workspace, kind).known(str(version))
    if folder is not None:
        found = _read(workspace, kind, folder)
        return found if version is None else replace(found, version=str(version))
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
        found = _read(workspace, kind, registry.fetch_bundle(chosen, draft))
    return replace(found, version=chosen)


def _read(workspace: Workspace, kind: Kind[Any, Asked], folder: Path) -> Manifest[Asked]:
    Signing(workspace).require(folder)
    return verified(folder)[0].asking(kind.task)
