"""Vectors straight from the customer-sorted Parquet file: decoded in batches, each handed to the kernel.

A batch may end in the middle of a customer, whose lines are carried over into the next. One cutoff is
kept in memory whole; of several, each block is dropped once it is computed, as a trainer that takes
blocks would do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.bench.vectors.company import CODED
from features.plan.plan import Plan
from features.vectors.batches import EventBatch
from features.vectors.vectors import fill_values
from features.vocabulary.time import Cutoff

BATCH_LINES = 1 << 14
_STREAM = "purchases"


def blocks(
    file: Path, plan: Plan, cutoffs: list[Cutoff]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """The customers of each batch, once for each of their vectors, and the vectors."""
    instants = np.array([cutoff.seconds for cutoff in cutoffs], np.int64)
    for keys, lines in _lines(file, plan):
        begins = np.flatnonzero(np.diff(keys, prepend=-1))
        # The last customer of a batch is whole only when the file ends there: then a stub follows.
        events = EventBatch(begins[None, :], lines[0], lines[0], lines[1:])
        customers = keys[begins[:-1]]
        entry = np.searchsorted(instants, lines[0][begins[:-1]], side="right")
        repeats = len(instants) - entry
        values = np.empty((int(repeats.sum()), len(plan.declarations)), np.float32)
        fill_values(events, plan, instants, entry, values)
        yield np.repeat(customers, repeats), values


def _lines(file: Path, plan: Plan) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Customers, seconds and the plan's columns of a batch; a stub of the next customer ends it."""
    import pyarrow.parquet as parquet

    names = [f"{name}_code" if name in CODED else name for name in plan.columns[_STREAM]]
    wanted = ["customer_key", "seconds", *names]
    opened = parquet.ParquetFile(file)
    held = np.empty((len(wanted), 0), np.int64)
    for batch in opened.iter_batches(BATCH_LINES, columns=wanted, use_threads=False):
        table = np.empty((len(wanted), held.shape[1] + batch.num_rows), np.int64)
        table[:, : held.shape[1]] = held
        for place, name in enumerate(wanted):
            table[place, held.shape[1] :] = batch.column(name).to_numpy()
        held = table[:, np.searchsorted(table[0], table[0, -1]) :].copy()
        yield table[0], table[1:]
    stub = np.full((len(wanted), 1), np.iinfo(np.int32).max, np.int64)
    last = np.concatenate([held, stub], axis=1)
    yield last[0], last[1:]
