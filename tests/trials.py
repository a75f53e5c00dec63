"""Bundles that are promoted again and again are tried in a child process once, as long as no byte of them changes.

A trial loads every library in a new process, which takes seconds. Promoting a bundle of another content
tries it as ever, and one that failed its trial is tried each time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from training.bundles.proving import tried
from training.bundles.signature import SIGNATURE_FILE
from training.registry import promotion


def try_once(patched: pytest.MonkeyPatch) -> None:
    """From now on promotion relies on a trial of the same files in this process."""
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

    patched.setattr(promotion, "tried", remembered)
