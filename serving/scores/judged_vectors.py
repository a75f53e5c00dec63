"""The vectors some rows are judged by: stored with the scores, computed anew with fresh events, or given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from serving.process.waiter import look_up
from serving.scores.fresh_events import last_known
from serving.scores.subject import Subject

if TYPE_CHECKING:
    from serving.scores.earlier_vector import Past
    from serving.snapshot.reading import Snapshot


@dataclass(frozen=True)
class Behaviour:
    """What some rows are judged by: one entry a row in every column.

    ``keys`` is -1 of whom the store does not know. Where ``is_there`` is False there is no vector and the
    values mean nothing; where ``is_stored`` is False it is newer than the scores, or was given.
    """

    values: NDArray[np.float32]
    keys: NDArray[np.int64]
    is_there: NDArray[np.bool_]
    is_stored: NDArray[np.bool_]
    as_of: Sequence[int | None]


def behaviour_of(
    subjects: Sequence[Subject], snapshot: Snapshot, stored: NDArray[np.float32], past: Past | None
) -> Behaviour:
    """The behaviour each row asks about; ``stored`` are the snapshot's vectors, bound to the model.

    With fresh events it is that of the instant after the last of them, so that the answer follows from what
    was told and not from the clock.
    """
    keys = np.array([_key(subject, snapshot) for subject in subjects], np.int64)
    rows = np.full(len(keys), -1, np.int64)
    rows[keys >= 0] = snapshot.vector_rows[keys[keys >= 0]]
    values = np.full((len(keys), stored.shape[1]), np.nan, np.float32)
    values[rows >= 0] = stored[rows[rows >= 0]]
    cutoff = snapshot.cutoff_seconds
    as_of: list[int | None] = [cutoff] * len(subjects)
    is_there, is_stored = rows >= 0, np.ones(len(subjects), np.bool_)
    for row, subject in enumerate(subjects):
        look_up()
        if subject.vector is not None:
            is_there[row], is_stored[row], as_of[row] = True, False, None
            values[row] = np.nan if subject.vector.values is None else subject.vector.values
        elif subject.fresh and past is not None:
            until = max(cutoff, last_known(subject.fresh) + 1)
            # Of an erased customer nothing counts that the store may still hold.
            known_as = subject.customer_id if keys[row] >= 0 else ""
            values[row] = past.vector(known_as, until, subject.fresh)
            is_there[row], is_stored[row], as_of[row] = True, False, until
    return Behaviour(values, keys, is_there, is_stored, as_of)


def _key(subject: Subject, snapshot: Snapshot) -> int:
    return snapshot.find(subject.customer_id) if subject.customer_id else -1
