"""Pieces of a long run that are kept as they are done, so that a run that was killed goes on behind the last one.

Pieces are taken up again only by a run of the same identity: the same models, data, cutoff and settings. A piece
is on the disk before it counts, and what a killed run had half written is written again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


class Checkpoints:
    """The pieces of one run, in a folder of their own; others' pieces are thrown away."""

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        said = json.dumps(identity, sort_keys=True, default=str).encode()
        self._folder = folder / hashlib.sha256(said).hexdigest()[:32]
        if folder.is_dir():
            for one in folder.iterdir():
                if one != self._folder:
                    shutil.rmtree(one, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def piece(self, name: str, compute: Callable[[], Arrays]) -> Arrays:
        """A piece that was kept, or computed now and kept; one that is damaged is computed again."""
        path = self._folder / f"{name}.npz"
        # A piece is an archive that knows the checksums of what is in it; whatever else damage does is no matter.
        with suppress(Exception), np.load(path, allow_pickle=False) as kept:
            return {one: kept[one] for one in kept.files}
        found = compute()
        beside = path.with_suffix(".part")
        with beside.open("wb") as file:
            np.savez(file, **found)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        return found

    def done(self) -> None:
        """Throw the pieces away: what they were for is published."""
        shutil.rmtree(self._folder.parent, ignore_errors=True)
