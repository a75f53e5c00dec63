"""How many leave who had not left, by status: counted where enough days are known after the days asked about."""

from __future__ import annotations

import numpy as np

from features.lifecycle.stages import LifecycleSettings, LifecycleStatus, lifecycle
from features.store.pack import Attributes, EventStream
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS, Horizon
from training.families.churn.timing.leavers import Leavers, StatusLeavers
from training.questions.labels import Places

WATCHED_DAYS = 180
"""Whoever bought nothing for so long after an order, to the end of the data, is taken to have left."""
FEWEST_LEAVERS = 30
"""Of fewer leavers nothing is said."""


def leavers_by_status(
    vectors: Vectors,
    attributes: Attributes,
    purchases: EventStream,
    *,
    end_seconds: int,
    horizon: Horizon,
) -> Leavers | None:
    """Of customers at cutoffs, by status: how many bought in ``[cutoff, cutoff + gap + days)`` and not since, up to ``end_seconds``.

    Those bought in the days asked about and left in them or soon after; as many, by and large, leave in these days without
    another order. Cutoffs whose days were not over ``WATCHED_DAYS`` before the end are left out. None where too few left.
    """
    asked_days = horizon.gap_days + horizon.days
    asked_until = vectors.cutoff_seconds + asked_days * DAY_SECONDS
    watched = asked_until + WATCHED_DAYS * DAY_SECONDS <= end_seconds
    if not watched.any():
        return None
    seen, asked_until = vectors.select(watched), asked_until[watched]
    places = Places.of(purchases, np.asarray(purchases.columns["quantity_milli"]) > 0)
    before, within, ever = (
        places.before(seen.customer_keys, until)
        for until in (seen.cutoff_seconds, asked_until, np.full(seen.rows, end_seconds))
    )
    silent, left = within == before, (within > before) & (ever == within)
    status = lifecycle(seen, attributes, LifecycleSettings(horizon_days=horizon.days)).status
    counted = {
        one.name.lower(): StatusLeavers(
            int(mine.sum()), int((mine & silent).sum()), int((mine & left).sum())
        )
        for one in LifecycleStatus
        if (mine := status == one).any()
    }
    if sum(one.left for one in counted.values()) < FEWEST_LEAVERS:
        return None
    shortest_days = (end_seconds - int(asked_until.max())) // DAY_SECONDS
    return Leavers(counted, shortest_days)
