"""Everybody's risk on an earlier day, by the model in use: who has risen since, and by how much."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack, let_go
from features.vectors.vectors import build_vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.snapshot.checkpoints import Arrays, Checkpoints
from training.families.churn.bundle import Bundle

USUAL_DAYS = 30
JUMP_POINTS = 10.0
"""A risk that has risen by so many percentage points is worth a look."""
CUSTOMERS_AT_ONCE = 65_536


def usual_start(cutoff_seconds: int, horizon_days: int, compared_days: int = USUAL_DAYS) -> int:
    """The day a change is told from where nobody asks for another.

    So many days before the cutoff, or one horizon where that is shorter; a month where they are 0.
    """
    days = min(compared_days or USUAL_DAYS, max(horizon_days, 1))
    return cutoff_seconds - days * DAY_SECONDS


def risk_before(
    bundle: Bundle,
    pack: Pack,
    keys: NDArray[np.int32],
    earlier_seconds: int,
    *,
    checkpoints: Checkpoints | None = None,
    threads: int = 1,
    progress: Progress = silent,
    at_once: int = CUSTOMERS_AT_ONCE,
) -> Floats:
    """The probabilities some customers had at an earlier instant, from what was known before it.

    ``keys`` rise. NaN for a customer of whom nothing was known then, or who was not among those the
    question is about. Their vectors are made in blocks and not kept.
    """
    found = np.full(len(keys), np.nan)
    plan = bundle.plan.compiled(pack)

    def risks(block: NDArray[np.int32]) -> Arrays:
        vectors = build_vectors(
            pack, plan, [Cutoff(earlier_seconds)], threads=threads, customers=block
        )
        values, of_block = bundle.bind(vectors), np.full(len(block), np.nan)
        judged = np.flatnonzero(bundle.eligible(values))
        if len(judged):
            log_odds = bundle.log_odds(np.ascontiguousarray(values[judged]), threads=threads)
            places = np.searchsorted(block, vectors.customer_keys[judged])
            of_block[places] = bundle.probability(log_odds)
        return {"risk": of_block}

    for first in range(0, len(keys), at_once):
        block = keys[first : first + at_once]
        compute = partial(risks, block)
        piece = (
            compute()
            if checkpoints is None
            else checkpoints.piece(f"before-{first}-{len(block)}", compute)
        )
        found[first : first + len(block)] = piece["risk"]
        let_go(pack)
        progress("Looking back at customers", first + len(block), len(keys))
    return found


def points_risen(probability: Floats, before: Floats) -> Floats:
    """By how many percentage points risks rose; NaN where there was none before.

    The difference of the two percentages as they are shown, with one decimal, so that a list and a
    customer's page say the same.

    >>> points_risen(np.array([0.62312, 0.1]), np.array([0.44049, np.nan])).tolist()
    [18.3, nan]
    """
    return np.round(np.round(100.0 * probability, 1) - np.round(100.0 * before, 1), 1)


def has_jumped(probability: Floats, before: Floats) -> NDArray[np.bool_]:
    """Whether each risk has risen by ten points or more.

    >>> has_jumped(np.array([0.5, 0.5, 0.5]), np.array([0.4, 0.45, np.nan])).tolist()
    [True, False, False]
    """
    return np.asarray(points_risen(probability, before) >= JUMP_POINTS)
