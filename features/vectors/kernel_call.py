"""Calling the kernel: its tables, the events and its working memory, all by address."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.plan.program import (
    FIRST_BAND,
    LAST_BAND,
    LONGEST_SUMMED,
    MEMBERS,
    SLOTS,
    TRACK_WIDTH,
    Program,
)
from features.vectors.batches import EventBatch
from features.vocabulary.arrays import Floats, Ints

__all__ = ["ask_again", "load_kernel", "run_kernel"]

_ARRAYS, _QUESTIONS = 33, 16


def load_kernel() -> None:
    """Have the kernel at hand, compiled where it is not kept yet, before anybody waits for it."""
    from features.kernel.native import entry

    entry()


def run_kernel(
    program: Program,
    batch: EventBatch,
    instants: Ints,
    entry: Ints,
    values: NDArray[np.float32],
) -> None:
    """Fill the rows of a batch of customers; ``values`` are contiguous and have a column an output."""
    from features.kernel.native import entry as kernel

    events = (batch.bounds, batch.seconds, batch.known, batch.columns)
    given = (*events, *program.tables(), instants, entry, *_working_memory(program, batch.bounds))
    arrays = [np.ascontiguousarray(one, np.int64) for one in given]
    addresses = np.array([one.ctypes.data for one in arrays], np.uintp)
    registers = np.concatenate([np.empty(len(program.instructions)), program.models.ravel(), [0.0]])
    shapes = np.array(
        [(len(one), one.shape[1] if one.ndim == 2 else 0) for one in (*arrays, registers, values)],
        np.int64,
    )
    assert values.flags.c_contiguous
    kernel()(addresses.ctypes.data, shapes.ctypes.data, registers.ctypes.data, values.ctypes.data)


def ask_again(questions: Ints, outputs: Ints, models: Floats, values: NDArray[np.float32]) -> None:
    """Ask models of buying anew about the rows of vectors, in place; see ``kernel.values``."""
    from features.kernel.native import entry as kernel

    nothing = np.empty((0, 0), np.int64)
    arrays = [nothing] * _ARRAYS
    arrays[_QUESTIONS], arrays[_QUESTIONS + 1] = questions, outputs
    registers = np.ascontiguousarray(models, np.float64).ravel()
    addresses = np.array([one.ctypes.data for one in arrays], np.uintp)
    shapes = np.array([one.shape for one in arrays] + [(len(registers), 0), values.shape], np.int64)
    assert values.flags.c_contiguous
    kernel()(addresses.ctypes.data, shapes.ctypes.data, registers.ctypes.data, values.ctypes.data)


def _working_memory(program: Program, bounds: Ints) -> tuple[Ints, ...]:
    """What the kernel writes into while it works, in the order it takes them."""
    lengths = np.diff(bounds)
    longest = int(lengths.max(initial=0))
    events = int(lengths.sum(axis=0).max(initial=0))
    summed = sum(
        int(slots[1] - slots[0]) * (min(int(most), LONGEST_SUMMED) + 1)
        for slots, most in zip(
            program.streams[:, SLOTS : SLOTS + 2], lengths.max(axis=1, initial=0), strict=True
        )
    )
    members = program.slots[:, MEMBERS]
    rows = int((members + 1).sum())
    cells = int((members * (program.slots[:, LAST_BAND] - program.slots[:, FIRST_BAND])).sum())
    return (
        np.empty(events, np.int64),  # masks
        np.empty((len(program.chains), events), np.int64),  # following
        np.empty((len(program.chains), events), np.int64),  # opening
        np.empty(
            (len(program.chains), 1 << max(2 * longest - 1, 1).bit_length()), np.int64
        ),  # places
        np.empty(summed, np.int64),  # sums
        np.empty(longest, np.int64),  # mass
        np.empty(rows, np.int64),  # ever
        np.empty(rows, np.int64),  # gathered
        np.empty(cells, np.int64),  # counted
        np.empty(len(program.edges) + 1, np.int64),  # starts
        np.empty((len(program.tracks), TRACK_WIDTH), np.int64),  # tracked
        np.empty(len(program.streams), np.int64),  # ends
        np.empty(len(program.streams), np.int64),  # laid
    )
