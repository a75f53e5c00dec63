"""A day on which nothing happened: the reasons of a customer should be those of the day before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.vectors import build_vectors
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.learners.model import Model
from training.safeguards.trust.subjects import Subjects, strongest

FEWEST = 30


@dataclass(frozen=True)
class Persistence:
    """The share of listed customers without events whose reasons one day later are the same.

    The same are the same groups among the three strongest, whatever their order.
    """

    customers: int
    same: float


def persistence(model: Model, subjects: Subjects, pack: Pack, plan: Plan) -> Persistence | None:
    """Compare a day with the next for listed customers of whom nothing was learned in between.

    None where fewer than thirty such customers are listed, or vectors of the day after cannot be had.
    """
    listed = subjects.listed_vectors
    if not listed.rows or len(np.unique(listed.cutoff_seconds)) > 1:
        return None
    today = int(listed.cutoff_seconds[0])
    if pack.last_known < today + DAY_SECONDS:
        return None
    later = build_vectors(
        pack,
        plan,
        [Cutoff(today + DAY_SECONDS)],
        threads=1,
        customers=np.sort(listed.customer_keys),
    )
    calm = ~_heard_of(pack, later.customer_keys, today, today + DAY_SECONDS)
    places = {int(key): row for row, key in enumerate(listed.customer_keys)}
    known = np.array([int(key) in places for key in later.customer_keys], np.bool_)
    kept = np.flatnonzero(calm & known)
    if len(kept) < FEWEST:
        return None
    before = listed.select(np.array([places[int(later.customer_keys[row])] for row in kept]))
    first, second = (
        strongest(subjects.raising(model, one)) for one in (before, later.select(kept))
    )
    same = (np.sort(first, axis=1) == np.sort(second, axis=1)).all(axis=1)
    return Persistence(len(kept), float(same.mean()))


def _heard_of(
    pack: Pack, customer_keys: NDArray[np.int32], first: int, end: int
) -> NDArray[np.bool_]:
    """Whether anything of a customer happened, or became known, in ``[first, end)``."""
    found = np.zeros(len(customer_keys), np.bool_)
    for stream in pack.streams.values():
        known = stream.seconds if stream.known is None else stream.known
        for place, key in enumerate(customer_keys.tolist()):
            rows = slice(int(stream.offsets[key]), int(stream.offsets[key + 1]))
            for times in (stream.seconds[rows], known[rows]):
                found[place] |= bool(((times >= first) & (times < end)).any())
    return found
