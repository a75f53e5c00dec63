"""A bundle is opened for the first time where it can do no harm: in a process of its own that is thrown away.

A damaged LightGBM text does not raise, it kills the process or scores otherwise. So before a new bundle is taken
in it is opened in a child with bounded memory and time, and its golden rows are scored there. What was proven once
with the same libraries is not tried again.

Run as a program: ``python -m training.bundles.proving NAME FOLDER``.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

from features.vocabulary.errors import BundleRefused, RegularsError
from training.bundles.manifest import damaged

SECONDS = 60
MEMORY_BYTES = 8 << 30
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


def tried(folder: Path, name: str) -> None:
    """Open a bundle in a child process and score its golden rows there."""
    command = [sys.executable, "-m", "training.bundles.proving", name, str(folder.resolve())]
    root = Path(__file__).resolve().parents[2]
    surroundings = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
    try:
        answer = subprocess.run(
            command,
            cwd=root,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise damaged("a model that opens within a minute", "one that does not") from None
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


def _openers() -> Mapping[str, Callable[[Path], Any]]:
    from training.families.churn.bundle import open_bundle
    from training.families.items.bundle import RECOMMENDATIONS, open_item_bundle
    from training.families.offers.bundle import OFFERS, open_offer_bundle
    from training.families.segments.bundle import open_segments
    from training.families.segments.model import SEGMENTS
    from training.families.value.bundle import VALUE, open_value_bundle

    return {
        "churn": open_bundle,
        VALUE: open_value_bundle,
        SEGMENTS: open_segments,
        RECOMMENDATIONS: open_item_bundle,
        OFFERS: open_offer_bundle,
    }


def _plain(refused: RegularsError) -> dict[str, str]:
    return {"expected": refused.expected, "found": refused.found, "remedy": refused.remedy}


def main(name: str, folder: str) -> int:
    """The child: opens the bundle and says in JSON what is wrong with it, nothing when all is well."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # Opening needs none of what only training does, and loading it would take most of the time.
    for one in ("pandas", "sklearn", "matplotlib", "shap", "mlflow"):
        sys.modules[one] = None  # type: ignore[assignment]
    try:
        _openers()[name](Path(folder))
    except RegularsError as refused:
        sys.stdout.write(json.dumps(_plain(refused)) + "\n")
        return 1
    except MemoryError:
        too_large = damaged("a model of usual size", "one too large to open")
        sys.stdout.write(json.dumps(_plain(too_large)) + "\n")
        return 1
    sys.stdout.write("{}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
