"""Bundles that are promoted and opened again and again are tried in a child process once while no byte of them changes.

A trial loads every library in a new process, which takes seconds. A bundle of another content is tried as
ever, and one that failed its trial is tried each time. What trials themselves are held to are real ones.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from training.bundles import proving
from training.bundles.proving import tried
from training.bundles.signature import SIGNATURE_FILE
from training.registry import promotion


def try_once(patched: pytest.MonkeyPatch) -> None:
    """From now on whoever has a bundle tried relies on a trial of the same files in this process."""
    passed: set[str] = set()

    def remembered(folder: Path, name: str) -> None:
        content = hashlib.sha256(name.encode())
        # Whose signature it bears no trial asks; every workspace has a key of its own.
        files = (one for one in folder.rglob("*") if one.is_file() and one.name != SIGNATURE_FILE)
        for file in sorted(files):
            content.update(f"\n{file.relative_to(folder)}\n".encode())
            content.update(hashlib.sha256(file.read_bytes()).digest())
        if content.hexdigest() not in passed:
            tried(folder, name)
            passed.add(content.hexdigest())

    for place in (promotion, proving):
        patched.setattr(place, "tried", remembered)


def try_each_time(patched: pytest.MonkeyPatch) -> None:
    """From now on every bundle is tried whenever it is to be."""
    for place in (promotion, proving):
        patched.setattr(place, "tried", tried)
