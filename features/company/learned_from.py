"""Whom a model learned from, so that an export can tell them from those it has never seen.

It is the workspace's alone and goes neither into a bundle nor into MLflow. A customer is eight bytes of the name only this
workspace can give, so the note tells nobody anything; who was erased is taken out of it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.company.erased import short_names
from features.company.erased_names import ErasedNames
from features.company.workspace import Workspace
from features.vocabulary.arrays import Ints

_SUFFIX = ".npy"


@dataclass(frozen=True)
class LearnedFrom:
    """The notes of a workspace, one a model by the digest of its bundle."""

    workspace: Workspace

    def keep(self, name: str, digest: str, customer_ids: Iterable[str]) -> None:
        """Note whom a model learned from."""
        _write(self._place(name, digest), np.unique(self._named(customer_ids)))

    def were_among(
        self, name: str, digest: str, customer_ids: Iterable[str]
    ) -> NDArray[np.bool_] | None:
        """Of each customer whether the model learned from them; None where there is no note of it."""
        place = self._place(name, digest)
        if not place.is_file():
            return None
        return np.isin(self._named(customer_ids), np.load(place, allow_pickle=False))

    def keep_alone(self, customer_ids: Iterable[str]) -> None:
        """Take everybody but these customers out of all notes."""
        places = sorted(self._folder.rglob(f"*{_SUFFIX}"))
        there = self._named(customer_ids if places else ())
        for place in places:
            noted: Ints = np.load(place, allow_pickle=False)
            _write(place, noted[np.isin(noted, there)])

    @property
    def _folder(self) -> Path:
        return self.workspace.folder / "learned-from"

    def _place(self, name: str, digest: str) -> Path:
        return self._folder / name / f"{digest}{_SUFFIX}"

    def _named(self, customer_ids: Iterable[str]) -> Ints:
        with closing(ErasedNames(self.workspace.erased)) as names:
            return short_names(map(names.name, customer_ids))


def _write(place: Path, noted: Ints) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = place.with_suffix(".new")
    with beside.open("wb") as file:
        np.save(file, noted)
    beside.replace(place)
