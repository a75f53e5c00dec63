"""Two models over the same customers of one day, in figures of all of them together, and what came of a day of before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.store.store import Store
from features.vectors.refresh import natural_cutoff
from features.vectors.vectors import build_vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.snapshot.consent import refused_profiling
from serving.snapshot.reading import Snapshot
from training.families.churn.bundle import Bundle
from training.learners.columns import SHARED_BY
from training.questions.stated import Stated

RISKIEST = 1_000
"""Of so many riskiest customers of each model it is told how many both name."""


@dataclass(frozen=True)
class NightBeside:
    """One day of a champion and its challenger: means and shares of those whom both judged.

    ``above`` is the share whose risk is at least that of the last customer on the champion's list, ``agreement``
    the share of the ``RISKIEST`` (or of all, where they are fewer) whom both name.
    """

    cutoff_seconds: int
    customers: int
    champion_mean: float
    challenger_mean: float
    champion_above: float
    challenger_above: float
    agreement: float


def beside(champion: Snapshot, challenger: Snapshot, *, list_size: int = 0) -> NightBeside | None:
    """Compare the scores two models made of one day; None where fewer than ten customers were judged by both.

    ``list_size`` is how many fit on a list; 0 means the riskiest tenth.
    """
    keys, mine, theirs = np.intersect1d(
        champion.ranking.customer_keys, challenger.ranking.customer_keys, return_indices=True
    )
    if len(keys) < SHARED_BY:
        return None
    held, tried = champion.ranking.probability[mine], challenger.ranking.probability[theirs]
    size = min(list_size or -(-len(keys) // 10), len(keys))
    limit = float(np.sort(held)[-size])
    return NightBeside(
        cutoff_seconds=champion.cutoff_seconds,
        customers=len(keys),
        champion_mean=float(held.mean()),
        challenger_mean=float(tried.mean()),
        champion_above=float((held >= limit).mean()),
        challenger_above=float((tried >= limit).mean()),
        agreement=_agreement(mine, theirs),
    )


def _agreement(mine: NDArray[np.intp], theirs: NDArray[np.intp]) -> float:
    """The share of the riskiest that two rankings name alike; both give a customer's place in each."""
    most = min(RISKIEST, len(mine))
    first, second = (np.argsort(one, kind="stable")[:most] for one in (mine, theirs))
    return len(np.intersect1d(first, second)) / most


def happened_after(
    bundle: Bundle, store: Store, pack: Pack, cutoff_seconds: int, *, threads: int = 2
) -> float | None:
    """The share of those a model judges as of a past day with whom it came true; None while that is not known, or of fewer than ten.

    Who is judged is seen anew, as the data are known today and without those who have said no to it. What a table of
    outcomes states is not looked for: it is asked at days of its own.
    """
    question, end = bundle.question, natural_cutoff(pack.last_known)
    settled = question.horizon.end(Cutoff(cutoff_seconds)).seconds
    settled += question.settling_days * DAY_SECONDS
    if isinstance(question, Stated) or settled > end.seconds:
        return None
    vectors = build_vectors(
        pack, bundle.plan.compiled(pack), [Cutoff(cutoff_seconds)], threads=threads
    )
    judged = bundle.eligible(bundle.bind(vectors))
    judged &= ~np.isin(vectors.customer_keys, refused_profiling(store, pack))
    outcomes: Floats = question.answers(pack, vectors.select(judged)).outcomes
    known = outcomes[~np.isnan(outcomes)]
    return float(known.mean()) if len(known) >= SHARED_BY else None
