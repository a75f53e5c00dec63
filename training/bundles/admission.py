"""Which bundle of a workspace may be opened: the one the pointer names, signed by a trusted key and tried apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from features.company.workspace import CURRENT, Workspace
from training.bundles.manifest import damaged
from training.bundles.proving import admit
from training.bundles.signature import Signing

HISTORY_FILE = "history.json"


def current_folder(workspace: Workspace, name: str = "churn") -> Path | None:
    """The folder of the bundle in use, or None when none was promoted yet."""
    try:
        digest = (workspace.bundles / name / CURRENT).read_text("utf-8", "replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        if (workspace.bundles / name / HISTORY_FILE).exists():
            raise damaged("a pointer that names a bundle", "none") from None
        return None
    if not _is_digest(digest):
        raise damaged("a pointer that names a bundle", "something else")
    return workspace.bundles / name / digest


def admitted_folder(workspace: Workspace, name: str = "churn") -> Path | None:
    """The same, once its signature was checked and it was opened in a process of its own.

    Raises ``BundleRefused`` for a bundle that is not to be trusted, or that does harm.
    """
    folder = current_folder(workspace, name)
    return None if folder is None else require_admitted(workspace, name, folder)


def require_admitted(workspace: Workspace, name: str, folder: Path) -> Path:
    """A bundle's folder, once it may be opened; raises ``BundleRefused``."""
    Signing(workspace).require(folder)
    admit(folder, name)
    return folder


def earlier_folders(workspace: Workspace, name: str = "churn") -> Iterator[Path]:
    """The bundles that were in use before, the latest first, as far as they are still there."""
    place = workspace.bundles / name
    try:
        history = json.loads((place / HISTORY_FILE).read_text(encoding="utf-8"))
        digests = [str(entry["digest"]) for entry in history]
        current = (place / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, ValueError, KeyError, TypeError):
        return
    for digest in dict.fromkeys(reversed(digests)):
        if _is_digest(digest) and digest != current and (place / digest).is_dir():
            yield place / digest


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
