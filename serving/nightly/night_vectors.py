"""The vectors a model scores: those of the workspace, filled by what its own training fitted, or built for it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from features.company.block_digests import DIGESTS_FILE, require_whole
from features.company.disk import mapped_file
from features.company.workspace import Workspace
from features.store.pack import Pack
from features.store.store import Store
from features.vectors.refresh import natural_cutoff, published_vectors
from features.vectors.vectors import (
    Vectors,
    build_for_scoring,
    open_vectors,
    write_names,
    write_vectors,
)
from features.vocabulary.errors import WorkspaceRefused
from features.vocabulary.time import Cutoff
from training.bundles.own_plan import OwnPlan
from training.families.churn.bundle import Bundle

_VALUES, _NAMES = "values.npy", "vectors.json"
_ROWS_AT_ONCE = 65_536
_NOTHING = Vectors(
    "", (), np.empty(0, np.int32), np.empty(0, np.int64), np.empty((0, 0), np.float32)
)


@dataclass(frozen=True)
class NightVectors:
    """What there is to score: vectors that are published, or nothing but the day they are to be of."""

    cutoff_seconds: int
    vectors: Vectors
    folder: Path | None = None

    @classmethod
    def published(cls, workspace: Workspace, pack: Pack) -> Self:
        """The vectors of the workspace, which must have been made from the present data."""
        folder, summary = workspace.vectors.current, published_vectors(workspace)
        if folder is None or summary is None:
            raise WorkspaceRefused(
                expected="behaviour vectors in the workspace",
                found="none",
                remedy="Run `regulars vectors` first.",
            )
        if summary.data_digest != pack.digest:
            raise WorkspaceRefused(
                expected="behaviour vectors of the present data",
                found="vectors of earlier data",
                remedy="Run `regulars vectors` again.",
            )
        require_whole(folder, "behaviour vectors", "Run `regulars vectors` again.")
        vectors = open_vectors(folder)
        cutoff = int(vectors.cutoff_seconds[0]) if vectors.rows else 0
        return cls(cutoff, vectors, folder)

    @classmethod
    def to_build(cls, store: Store) -> Self:
        """Those of the end of the data, which nobody has built yet."""
        return cls(natural_cutoff(store.manifest.last_known_seconds).seconds, _NOTHING)

    def put(self, bundle: Bundle, pack: Pack, into: Path) -> Vectors:
        """Put the vectors a model reads into a folder and open them; nothing is copied that is the same.

        What other parameters were fitted for is computed anew from the vectors themselves. Vectors of other
        features are of no use to the model: its own are built from the events.
        """
        into.mkdir(mode=0o700)
        if self.folder is None or not bundle.plan.suits(self.vectors):
            plan = bundle.plan.compiled(pack)
            write_vectors(build_for_scoring(pack, plan, Cutoff(self.cutoff_seconds)), into)
            return open_vectors(into)
        is_filled = bundle.plan.fills(self.vectors) or not self.vectors.rows
        _link(self.folder, into, without=() if is_filled else (_VALUES, _NAMES))
        if is_filled:
            return self.vectors
        _write_filled(bundle.plan, self.vectors, into)
        return open_vectors(into)


def _write_filled(
    plan: OwnPlan, vectors: Vectors, into: Path, rows_at_once: int = _ROWS_AT_ONCE
) -> None:
    """Write a large company's vectors some rows at a time, with the model's own fitted features."""
    written = mapped_file(into / _VALUES, np.float32, vectors.values.shape)
    for first in range(0, vectors.rows, rows_at_once):
        some = slice(first, first + rows_at_once)
        written[some] = plan.bound(vectors.select(some), vectors.feature_names)
    written.flush()
    own = replace(vectors, plan_hash=plan.plan_hash, fitted=plan.fitted)
    write_names(own, into)


def _link(vectors: Path, into: Path, without: tuple[str, ...]) -> None:
    for file in vectors.iterdir():
        if file.name in (DIGESTS_FILE, *without):
            continue
        try:
            os.link(file, into / file.name)
        except OSError:
            shutil.copy2(file, into / file.name)
