"""The predictions a workspace keeps: one file a training by the digest of its bundle, without whoever was erased.

They lie in the workspace alone, never in a bundle or in MLflow. A customer stands in them by eight bytes of the name
that only this workspace can give.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from features.company.erased import short_names
from features.company.erased_names import ErasedNames, read_tombstones
from features.company.workspace import Workspace
from features.store.pack import TextColumn
from features.vocabulary.arrays import Ints
from features.vocabulary.errors import WorkspaceRefused
from training.measures.predictions.predictions import Predictions
from training.measures.predictions.table import (
    FILE,
    keep_rows,
    read_predictions,
    read_rows,
    write_predictions,
)

if TYPE_CHECKING:
    import pyarrow as pa

STORED_TRAININGS = 3
"""So many of the latest trainings of a family are kept beside those whose bundles stand in the workspace."""


@dataclass(frozen=True)
class StoredPredictions:
    """The folder of predictions of a workspace."""

    workspace: Workspace

    def write(self, path: Path, predictions: Predictions, customer_ids: TextColumn) -> None:
        """Write predictions into a draft, by the names of this workspace."""
        with closing(ErasedNames(self.workspace.erased)) as names:
            write_predictions(path, predictions, customer_ids, names.name)

    def keep(self, name: str, digest: str, draft: Path) -> None:
        """Put a draft in its place once its training is on record, and let go of what is too old.

        Whoever was erased while it trained is left out.
        """
        if erased := self._erased():
            gone = np.array(sorted(erased), np.int64)
            keep_rows(draft, lambda customers: ~np.isin(customers, gone))
        place = self.place(name, digest)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.replace(place)
        self._let_go(name, place)

    def place(self, name: str, digest: str) -> Path:
        """Where the predictions of a bundle lie, or would."""
        return self._folder / name / digest / FILE

    def read(self, name: str, digest: str) -> Predictions:
        """The predictions of a bundle without those of whoever was erased; ``WorkspaceRefused`` where there are none."""
        return read_predictions(self._there(name, digest), self._erased())

    def rows(self, name: str, digest: str) -> pa.Table:
        """The same as a table."""
        return read_rows(self._there(name, digest), self._erased())

    def places(self) -> list[tuple[str, Path]]:
        """Every file there is, with the name of its family."""
        found = sorted(self._folder.glob(f"*/*/{FILE}"))
        return [(place.parent.parent.name, place) for place in found]

    def keep_alone(self, customer_ids: Iterable[str]) -> None:
        """Take everybody but these customers out of all files."""
        places = self.places()
        kept = self.names(customer_ids if places else ())
        for _, place in places:
            keep_rows(place, lambda customers: np.isin(customers, kept))

    def names(self, customer_ids: Iterable[str]) -> Ints:
        """The names by which customers stand in the files, in the order given."""
        with closing(ErasedNames(self.workspace.erased)) as names:
            return short_names(map(names.name, customer_ids))

    @property
    def _folder(self) -> Path:
        return self.workspace.folder / "predictions"

    def _erased(self) -> frozenset[int]:
        """Whoever was erased counts as gone from that moment on, though the file is made anew by night."""
        return frozenset(short_names(read_tombstones(self.workspace.erased).names).tolist())

    def _there(self, name: str, digest: str) -> Path:
        place = self.place(name, digest)
        if not place.is_file():
            raise WorkspaceRefused(
                expected=f"the predictions of {name} {digest[:12]} in the workspace",
                found="none: they are kept with the models that were in use and with the latest "
                f"{STORED_TRAININGS} trainings, and are in no backup",
                remedy=f"Run `regulars train {name}` and ask about that model.",
            )
        return place

    def _let_go(self, name: str, newest: Path) -> None:
        in_use = {path.name for path in (self.workspace.bundles / name).glob("*/")}
        others = [
            path
            for path in (self._folder / name).glob(f"*/{FILE}")
            if path != newest and path.parent.name not in in_use
        ]
        others.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in others[STORED_TRAININGS - 1 :]:
            shutil.rmtree(path.parent, ignore_errors=True)
