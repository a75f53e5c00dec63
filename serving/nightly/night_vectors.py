"""The vectors a model scores: those of the workspace, filled by what its own training fitted."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from features.store.pack import Pack
from features.vectors.vectors import (
    Vectors,
    build_vectors,
    open_vectors,
    write_names,
    write_vectors,
)
from features.vocabulary.time import Cutoff
from training.families.churn.bundle import Bundle

_VALUES, _NAMES = "values.npy", "vectors.json"
_ROWS_AT_ONCE = 65_536


def put_vectors(bundle: Bundle, published: Path, pack: Pack, into: Path) -> Vectors:
    """Put the vectors a model reads into a folder and open them; nothing is copied that is the same.

    What other parameters were fitted for is computed anew from the vectors themselves. Vectors of other features
    are of no use to the model: its own are built from the events.
    """
    vectors = open_vectors(published)
    into.mkdir(mode=0o700)
    if not bundle.plan.suits(vectors):
        plan, cutoff = bundle.plan.compiled(pack), Cutoff(int(vectors.cutoff_seconds[0]))
        write_vectors(build_vectors(pack, plan, [cutoff]), into)
        return open_vectors(into)
    is_filled = bundle.plan.fills(vectors)
    _link(published, into, without=() if is_filled else (_VALUES, _NAMES))
    if is_filled:
        return vectors
    _write_filled(bundle, vectors, into)
    return open_vectors(into)


def _write_filled(bundle: Bundle, vectors: Vectors, into: Path) -> None:
    """Write a large company's vectors some rows at a time, with the model's own fitted features."""
    filled = replace(vectors, plan_hash=bundle.plan.plan_hash, fitted=bundle.plan.fitted)
    written = np.lib.format.open_memmap(
        into / _VALUES, mode="w+", dtype=np.float32, shape=vectors.values.shape
    )
    for first in range(0, vectors.rows, _ROWS_AT_ONCE):
        some = slice(first, first + _ROWS_AT_ONCE)
        written[some] = bundle.plan.bound(vectors.select(some), vectors.feature_names)
    written.flush()
    write_names(filled, into)


def _link(vectors: Path, into: Path, without: tuple[str, ...]) -> None:
    for file in vectors.iterdir():
        if file.name in without:
            continue
        try:
            os.link(file, into / file.name)
        except OSError:
            shutil.copy2(file, into / file.name)
