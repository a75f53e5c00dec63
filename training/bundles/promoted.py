"""The bundles of one family in a workspace: which were put to use, and which is in use now."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

from filelock import FileLock

from features.company.workspace import CURRENT, Workspace, point_at, pointing
from features.vocabulary.errors import BundleRefused
from training.bundles.admission import HISTORY_FILE, current_folder
from training.bundles.kind import Asked, Kind, Model
from training.bundles.manifest import MANIFEST_FILE, Manifest
from training.bundles.sealing import verified
from training.bundles.signature import SIGNATURE_FILE

_REMEMBERED = ("version", "digest", "run_id", "action", "reason")
LAST_VERSION_FILE = "last-version"


@dataclass(frozen=True)
class PromotedBundles(Generic[Model, Asked]):
    """Where the bundles of one family stand, each in a folder named by its digest."""

    workspace: Workspace
    kind: Kind[Model, Asked]

    @property
    def name(self) -> str:
        """The name of the family's models."""
        return self.kind.name

    @property
    def folder(self) -> Path:
        """The folder of this name's bundles."""
        return self.workspace.bundles / self.name

    def champion_manifest(self) -> Manifest[Asked] | None:
        """The manifest of the bundle in use; None when there is none, or it is damaged.

        A damaged champion must not keep a sound challenger out.
        """
        try:
            folder = current_folder(self.workspace, self.name)
            return None if folder is None else verified(folder)[0].asking(self.kind.task)
        except (BundleRefused, KeyError, TypeError):
            return None

    def is_in_use(self, digest: str) -> bool:
        """Whether the bundle of this digest is the one in use, and whole."""
        champion = self.champion_manifest()
        return champion is not None and champion.digest == digest

    def champions(self) -> list[Mapping[str, str]]:
        """The champions still standing, the present one last: a rollback takes the last one away."""
        stack: list[Mapping[str, str]] = []
        for entry in self._history():
            if entry["action"] == "rollback":
                del stack[-1:]
            else:
                stack.append(entry)
        return stack

    def known(self, version: str) -> Path | None:
        """Where the bundle of a version lies that was in use before; None where it was not, or is gone."""
        digests = [one["digest"] for one in self._history() if one["version"] == version]
        folder = self.exported(digests[-1]) if digests else None
        return folder if folder is not None and folder.is_dir() else None

    def last_version(self) -> int:
        """The highest version that was registered from this workspace, as far as it knows; 0 where none was.

        It needs no registry, and so holds where that was lost.
        """
        said = [one["version"] for one in self._history()]
        with suppress(FileNotFoundError):
            said.append((self.folder / LAST_VERSION_FILE).read_text(encoding="ascii").strip())
        for path in self.folder.glob(f"*/{MANIFEST_FILE}"):
            with suppress(BundleRefused, OSError):
                said.append(Manifest.from_bytes(path.read_bytes()).version)
        return max((int(one) for one in said if one.isdecimal()), default=0)

    def note_version(self, version: str) -> None:
        """Remember the version that was registered last, whether or not it will ever be in use."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        point_at(self.folder / LAST_VERSION_FILE, version)

    def exported(self, digest: str) -> Path:
        """Where a bundle of this digest lies once it was put to use."""
        return self.folder / digest

    def export(self, folder: Path, manifest: Manifest[Any]) -> None:
        """Move a stamped bundle to its digest's folder; of the same content only the stamp is replaced."""
        place = self.exported(manifest.digest)
        if place.exists():
            try:
                verified(place)
            except BundleRefused:
                shutil.rmtree(place)
            else:
                for one in (MANIFEST_FILE, SIGNATURE_FILE):
                    (folder / one).replace(place / one)
                return
        folder.rename(place)

    def put_to_use(self, manifest: Manifest[Any], *, action: str, reason: str) -> None:
        """Point readers at an exported bundle, in one step, and remember it as champion."""
        entry = {
            "version": manifest.version,
            "digest": manifest.digest,
            "run_id": manifest.run_id,
            "action": action,
            "reason": reason,
        }
        path = self.folder / HISTORY_FILE
        beside = path.with_suffix(".new")
        history = [*self._history(), entry]
        beside.write_text(json.dumps(history, indent=1, ensure_ascii=False), encoding="utf-8")
        # On a full disk neither is changed: what was in use stays so, in the history too.
        with pointing(self.folder / CURRENT, manifest.digest):
            beside.replace(path)

    @contextmanager
    def promoting(self) -> Iterator[Path]:
        """One promotion at a time: yields an empty draft folder, removed at the end."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.workspace.bundles / ".lock"):
            draft = self.folder / ".draft"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            try:
                yield draft
            finally:
                shutil.rmtree(draft, ignore_errors=True)

    def _history(self) -> list[dict[str, str]]:
        """The promotions as they were written down; none where that cannot be read: what is in use says so itself."""
        try:
            history = json.loads((self.folder / HISTORY_FILE).read_text(encoding="utf-8"))
            return [{name: str(one[name]) for name in _REMEMBERED} for one in history]
        except (OSError, ValueError, KeyError, TypeError):
            return []
