"""Whom a model learned from, so that an export can tell them from those it has never seen.

It is the workspace's alone and goes neither into a bundle nor into MLflow. A customer is eight bytes of a hash, so
the note names nobody; who was erased is taken out of it all the same, for who knows a number can ask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace

Prints = NDArray[np.uint64]
_SUFFIX = ".npy"


@dataclass(frozen=True)
class LearnedFrom:
    """The notes of a workspace, one a model by the digest of its bundle."""

    workspace: Workspace

    def keep(self, name: str, digest: str, customer_ids: Iterable[str]) -> None:
        """Note whom a model learned from."""
        _write(self._place(name, digest), _prints(customer_ids))

    def were_among(
        self, name: str, digest: str, customer_ids: Iterable[str]
    ) -> NDArray[np.bool_] | None:
        """Of each customer whether the model learned from them; None where there is no note of it."""
        place = self._place(name, digest)
        if not place.is_file():
            return None
        return np.isin(_prints(customer_ids, sort=False), np.load(place, allow_pickle=False))

    def keep_alone(self, customer_ids: Iterable[str]) -> None:
        """Take everybody but these customers out of all notes."""
        there = _prints(customer_ids)
        for place in sorted(self._folder.rglob(f"*{_SUFFIX}")):
            noted: Prints = np.load(place, allow_pickle=False)
            _write(place, noted[np.isin(noted, there)])

    @property
    def _folder(self) -> Path:
        return self.workspace.folder / "learned-from"

    def _place(self, name: str, digest: str) -> Path:
        return self._folder / name / f"{digest}{_SUFFIX}"


def _write(place: Path, prints: Prints) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = place.with_suffix(".new")
    with beside.open("wb") as file:
        np.save(file, prints)
    beside.replace(place)


def _prints(customer_ids: Iterable[str], *, sort: bool = True) -> Prints:
    found = np.array([_print(one) for one in customer_ids], np.uint64)
    return np.unique(found) if sort else found


def _print(customer_id: str) -> int:
    said = customer_id.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest())
