"""Bundles that are promoted and opened again and again are tried in a child process once while no byte of them changes.

A trial loads every library in a new process, which takes seconds. Here one process has loaded them, and opens
each bundle of another content in a fork of its own. A bundle that does not open there is tried as ever, and each
time. What trials themselves are held to are real ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from training.bundles import proving
from training.bundles.proving import PROCESSOR_SECONDS, tried
from training.bundles.signature import SIGNATURE_FILE
from training.registry import manifests, promotion

_PLACES = (promotion, proving, manifests)
"""Whoever has a bundle tried."""
_PROJECT = Path(__file__).resolve().parents[1]
_FORKING = """
import json, os, sys
from training.families import child
for library in ("pandas", "sklearn", "matplotlib", "shap", "mlflow"):
    sys.modules[library] = None
import training.bundles.bundle, training.families.kinds
for line in sys.stdin:
    trial = os.fork()
    if not trial:
        sys.stdout = open(os.devnull, "w")
        code = 1
        try:
            code = child.main(*json.loads(line))
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(trial, 0)[1]), flush=True)
"""


class TrialRoom:
    """A process that has loaded what a trial loads, begun by the first who asks; leaving the block ends it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        if self._process is not None:
            self._process.communicate()

    def opens(self, folder: Path, name: str) -> bool:
        """Whether this bundle of this family opens in a child that is bounded as that of a trial."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _FORKING],
                cwd=_PROJECT,
                env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(_PROJECT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None and answers is not None
        asks.write(json.dumps([name, str(folder.resolve()), str(PROCESSOR_SECONDS)]) + "\n")
        asks.flush()
        return answers.readline() == "0\n"


@contextmanager
def try_once(patched: pytest.MonkeyPatch) -> Iterator[None]:
    """While the block goes on, whoever has a bundle tried relies on a trial of the same files in this process."""
    passed: set[str] = set()
    with TrialRoom() as room:

        def remembered(folder: Path, name: str) -> None:
            content = hashlib.sha256(name.encode())
            # Whose signature it bears no trial asks; every workspace has a key of its own.
            files = (
                one for one in folder.rglob("*") if one.is_file() and one.name != SIGNATURE_FILE
            )
            for file in sorted(files):
                content.update(f"\n{file.relative_to(folder)}\n".encode())
                content.update(hashlib.sha256(file.read_bytes()).digest())
            if content.hexdigest() not in passed:
                if not room.opens(folder, name):
                    tried(folder, name)
                passed.add(content.hexdigest())

        for place in _PLACES:
            patched.setattr(place, "tried", remembered)
        yield


def try_each_time(patched: pytest.MonkeyPatch) -> None:
    """From now on every bundle is tried whenever it is to be, in a process of its own."""
    for place in _PLACES:
        patched.setattr(place, "tried", tried)
