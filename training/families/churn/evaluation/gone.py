"""Who is probably gone: from which risk on, of customers late by their own rhythm, few ever bought again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.lifecycle.stages import LifecycleSettings, lifecycle
from features.store.pack import Attributes, EventStream
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS
from training.families.churn.timing.probably_gone import FOLLOWED_DAYS, LATE, ProbablyGone
from training.families.churn.timing.waits import waits
from training.ladder.tested import Tested
from training.measures.intervals import share_interval

MOST_BOUGHT_AGAIN = 0.2
"""Of those called gone no more than this share may have bought again."""
FEWEST_DAYS = 180
"""Whoever was followed for less may well come back after the data end, and tells nothing."""
FEWEST_CUSTOMERS = 50
"""Of fewer customers nothing is said."""


def probably_gone(
    tested: Sequence[Tested],
    vectors: Sequence[Vectors],
    attributes: Attributes,
    purchases: EventStream,
    *,
    end_seconds: int,
    horizon_days: int,
) -> ProbablyGone | None:
    """The lowest risk from which on no more than a fifth of late customers bought again; None where there is none.

    ``tested`` are the answers of one rung and ``vectors`` those they were given for. Each customer counts once, at the
    earliest test at which they were late, which is followed longest.
    """
    rules = LifecycleSettings(horizon_days=horizon_days)
    keys = np.concatenate([one.customer_keys for one in vectors])
    cutoffs = np.concatenate([one.cutoff_seconds for one in vectors])
    statuses = np.concatenate([lifecycle(one, attributes, rules).status for one in vectors])
    risk = np.concatenate([one.probability for one in tested])
    followed_days = (end_seconds - cutoffs) / DAY_SECONDS
    late = np.flatnonzero(np.isin(statuses, LATE) & (followed_days >= FEWEST_DAYS))
    late = late[np.lexsort((cutoffs[late], keys[late]))]
    late = late[np.r_[True, np.diff(keys[late]) != 0][: len(late)]]
    waited = waits(purchases, keys[late], cutoffs[late], end_seconds)
    came_back = waited.ordered & (waited.days < FOLLOWED_DAYS)
    followed = np.minimum(followed_days[late], FOLLOWED_DAYS)
    order = np.argsort(-risk[late], kind="stable")
    counts = np.arange(1, len(late) + 1)
    shares = np.cumsum(came_back[order]) / counts
    # A risk that several share is told of all of them.
    is_last = np.r_[np.diff(risk[late][order]) != 0, True][: len(late)]
    enough = (shares <= MOST_BOUGHT_AGAIN) & (counts >= FEWEST_CUSTOMERS) & is_last
    if not enough.any():
        return None
    count = int(counts[enough][-1])
    called = order[:count]
    bought_again = int(np.count_nonzero(came_back[called]))
    low, high = share_interval(bought_again, count)
    return ProbablyGone(
        risk_from=float(risk[late][called[-1]]),
        customers=count,
        bought_again=bought_again,
        low=low,
        high=high,
        shortest_days=int(followed[called].min()),
        longest_days=int(followed[called].max()),
    )
