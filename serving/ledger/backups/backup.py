"""A copy of all in a workspace that cannot be made again: the ledger, who was erased, keys, models and their records.

Store, vectors and scores are made again from a company's own tables, so no event of anybody lies in a backup. Whoever
serves, trains or promotes meanwhile is not kept waiting, but for a promotion while the models are copied.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from features.company.workspace import TOMBSTONES, Workspace
from features.vocabulary.errors import UsageRefused, WorkspaceRefused

MANIFEST = "backup.json"
VERSION = 1
LEDGER = "ledger.db"
_PLAIN = ("signing.key", "trusted-keys.json")
# Where the record of calls ends is copied before the calls: rows ahead of it are whole, and missing ones are not.
_BESIDE_LEDGER = ("ledger.seal", "ledger.head")
_BEGINNING = "ledger.base"
# Who was erased comes after the ledger: it names everybody whom the ledger has as to be erased.
_DATABASES = (LEDGER, TOMBSTONES, "mlflow/mlflow.db")
_PIECE = 1 << 20


@dataclass(frozen=True)
class Backup:
    """What was copied: so many files, and how large they are together."""

    folder: Path
    files: int
    size_bytes: int


def back_up(workspace: Workspace, folder: Path) -> Backup:
    """Copy a workspace into a new or empty folder, readable by its owner alone: all of it, or nothing.

    Raises ``UsageRefused`` for a folder that holds something, ``WorkspaceRefused`` where there is nothing to copy.
    """
    require_empty(folder)
    if not workspace.ledger.exists() and not workspace.bundles.exists():
        raise WorkspaceRefused(
            expected="a workspace with keys or models",
            found="neither",
            remedy="Run `regulars train churn` or `regulars keys create` first.",
        )
    draft = _draft_of(folder)
    try:
        _copy(workspace, draft)
        digests = digests_of(draft)
        said = {"version": VERSION, "files": digests}
        (draft / MANIFEST).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
        flush(draft)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sizes = [(folder / name).stat().st_size for name in digests]
    return Backup(folder, len(sizes), sum(sizes))


def require_empty(folder: Path) -> None:
    """Refuse a folder that holds something already: nothing is written over."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageRefused(
            expected=f"{folder} to be empty, or not there yet",
            found="something in it",
            remedy="Name another folder, or move what is in it away.",
        )


def _draft_of(folder: Path) -> Path:
    """An empty folder beside the one that is wanted, which takes its place in one step."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    return draft


def _copy(workspace: Workspace, draft: Path) -> None:
    for name in (*_PLAIN, *_BESIDE_LEDGER):
        if (workspace.folder / name).exists():
            copy_file(workspace.folder / name, draft / name)
    for name in _DATABASES:
        if (workspace.folder / name).exists():
            copy_database(workspace.folder / name, draft / name)
    # Where the record of calls begins is copied after the calls: rows before it count no more.
    if (workspace.folder / _BEGINNING).exists():
        copy_file(workspace.folder / _BEGINNING, draft / _BEGINNING)
    if workspace.bundles.is_dir():
        # What is in use and what the history says of it belong together.
        with FileLock(workspace.bundles / ".lock"):
            _copy_folder(workspace, "bundles", draft)
    _copy_folder(workspace, "mlflow/artifacts", draft)


def _copy_folder(workspace: Workspace, name: str, draft: Path) -> None:
    for path in _settled(workspace.folder / name):
        copy_file(path, draft / path.relative_to(workspace.folder))


def _settled(folder: Path) -> Iterator[Path]:
    """The files of a folder but for locks and whatever is not finished."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(one.startswith(".") for one in parts):
            yield path


def copy_file(path: Path, to: Path) -> None:
    """Copy a file for its owner's eyes alone."""
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(path, to)
    to.chmod(0o600)


def copy_database(path: Path, to: Path) -> None:
    """Copy a database as it is at one moment, whoever writes to it meanwhile."""
    to.parent.mkdir(exist_ok=True, mode=0o700)
    os.close(os.open(to, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
        # One file, without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def digests_of(folder: Path) -> Mapping[str, str]:
    """The SHA-256 of every file in a folder, by its name there."""
    return {
        str(path.relative_to(folder)): _digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def flush(folder: Path) -> None:
    """Bring a folder with all that is in it onto the disk."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
