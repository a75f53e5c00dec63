"""A bundle is opened for the first time where it can do no harm: in a process of its own that is thrown away.

A damaged LightGBM text does not raise, it kills the process or scores otherwise. So before a new bundle is taken
in it is opened in a child with bounded memory and time, and its golden rows are scored there. What was proven once
with the same libraries is not tried again.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from features.vocabulary.errors import BundleRefused
from training.bundles.manifest import damaged

PROCESSOR_SECONDS = 60
_MOST_SECONDS = 900
"""However busy the machine is, nothing is waited for any longer."""
_CHILD = "training.families.child"
"""Named and not imported: it knows every family, and families stand on this package."""
_PROVEN_FILE = "proven.json"
_TOOLS = ("lightgbm", "numba", "numpy")
_MOST_PROVEN = 50


def admit(folder: Path, name: str) -> None:
    """Try a bundle in a child process; ``BundleRefused`` when it is refused there, or the child dies.

    ``folder`` is named by the bundle's digest and lies beside the note of what was proven.
    """
    note = folder.parent / _PROVEN_FILE
    if _proof(folder.name) in _proven(note):
        return
    # Several workers meet a new bundle at once: one tries it, the others wait for what it finds.
    with _alone(folder.parent):
        if _proof(folder.name) not in _proven(note):
            tried(folder, name)
            _remember(note, folder.name)


def remember(folder: Path) -> None:
    """Note that a bundle was tried already, under the digest its folder is named by."""
    with _alone(folder.parent):
        _remember(folder.parent / _PROVEN_FILE, folder.name)


def tried(folder: Path, name: str, *, processor_seconds: float = PROCESSOR_SECONDS) -> None:
    """Open a bundle in a child process and score its golden rows there.

    Its time is counted by the processor's, so that a sound model opens on a busy machine as well.
    """
    command = [sys.executable, "-m", _CHILD, name, str(folder.resolve()), str(processor_seconds)]
    root = Path(__file__).resolve().parents[2]
    surroundings = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
    try:
        answer = subprocess.run(
            command,
            cwd=root,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise _endless(processor_seconds) from None
    if answer.returncode == -signal.SIGPROF:
        raise _endless(processor_seconds)
    if answer.returncode < 0:
        raise damaged("a model that opens", "one that kills the process that opens it")
    try:
        said: Mapping[str, str] = json.loads(answer.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise damaged(
            "a model that opens", f"a trial that ended with {answer.returncode}"
        ) from None
    if said:
        raise BundleRefused(**said)


def _endless(seconds: float) -> BundleRefused:
    return damaged(
        f"a model that opens within {seconds:g} s of a processor's time", "one that does not"
    )


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    try:
        lock = FileLock(place / ".trial.lock", mode=0o600)
        lock.acquire()
    except OSError:
        # Bundles that may only be read are tried at every start, and by every worker for itself.
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _remember(note: Path, digest: str) -> None:
    others = [one for one in _proven(note) if one != _proof(digest)]
    beside = note.with_suffix(".new")
    with suppress(OSError):
        beside.write_text(json.dumps([*others, _proof(digest)][-_MOST_PROVEN:], indent=1))
        beside.replace(note)


def _proof(digest: str) -> str:
    return f"{digest} {_surroundings()}"


def _surroundings() -> str:
    return " ".join([platform.python_version(), *(f"{one}={version(one)}" for one in _TOOLS)])


def _proven(note: Path) -> list[str]:
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [one for one in content if isinstance(one, str)] if isinstance(content, list) else []
