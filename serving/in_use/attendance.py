"""Which processes serve a workspace now, and what each of them answers from, so that others can wait for it.

Each has a file of its own and holds a lock beside it for as long as it lives; the system lets go of the lock of one
that was killed. So what stands there is true of whoever still holds its lock, in whatever container it runs.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from features.company.workspace import Workspace
from training.bundles.manifest import Manifest

_SAYS, _LOCK = ".json", ".lock"


@dataclass(frozen=True)
class NamedModel:
    """Which model is meant: the version it answers under, its content, and what it is called."""

    version: str
    digest: str
    title: str

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """The model a manifest names."""
        return cls(manifest.version, manifest.digest, manifest.title)

    @property
    def name(self) -> str:
        """Its content, and the version it answers under, as a process says that it answers from it."""
        return f"{self.digest}/{self.version}"


@dataclass(frozen=True)
class Attending:
    """What one process says of itself: by family, which models it answers from, was pointed at, and what it refused.

    ``answering`` holds names of models, as ``NamedModel`` has them, and ``pointed_at`` by their digests; ``faults`` say why one
    that was pointed at does not answer.
    """

    answering: Mapping[str, str]
    pointed_at: Mapping[str, str]
    faults: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """What a process wrote; None where that cannot be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


class Attendance:
    """The place of one process among those that serve a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._path = _folder(workspace) / f"{secrets.token_hex(8)}{_SAYS}"
        self._lock: FileLock | None = None
        # A workspace that may only be read is served all the same.
        with suppress(OSError):
            workspace.create()
            self._path.parent.mkdir(exist_ok=True, mode=0o700)
            # Who looks for held locks must not meet one that is not held yet.
            taking = self._path.with_suffix(".taking")
            lock = FileLock(taking, mode=0o600, thread_local=False)
            lock.acquire(timeout=0)
            taking.rename(self._path.with_suffix(_LOCK))
            self._lock = lock

    def say(self, attending: Attending) -> None:
        """Say what is answered from now."""
        if self._lock is None:
            return
        beside = self._path.with_suffix(".new")
        with suppress(OSError):
            beside.write_text(json.dumps(asdict(attending)), encoding="utf-8")
            beside.replace(self._path)

    def leave(self) -> None:
        """Serve no longer."""
        if self._lock is not None:
            self._path.unlink(missing_ok=True)
            self._lock.release()
            self._path.with_suffix(_LOCK).unlink(missing_ok=True)


def attending(workspace: Workspace) -> list[Attending]:
    """Everything that serves the workspace now; what was killed is cleared away."""
    found = []
    for lock in sorted(_folder(workspace).glob(f"*{_LOCK}")):
        says = lock.with_suffix(_SAYS)
        if _is_held(lock):
            said = Attending.read(says)
            found.append(said or Attending({}, {}, {}))
        else:
            says.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
    return found


def lacks_workers(workspace: Workspace, workers: int) -> bool:
    """Whether fewer processes answer about a workspace than were started to; one that is still starting answers not yet."""
    if workers == 1:
        return False
    answering = [one for one in attending(workspace) if one.answering]
    # Where nobody can say that they serve, as in a workspace that is only read, nobody is missing.
    return 0 < len(answering) < workers


def _is_held(path: Path) -> bool:
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def _folder(workspace: Workspace) -> Path:
    return workspace.folder / "serving"
