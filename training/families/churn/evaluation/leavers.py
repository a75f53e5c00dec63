"""How many leave who had not left, by status: counted where enough days are known after the days asked about."""

from __future__ import annotations

import numpy as np

from features.lifecycle.stages import LifecycleSettings, LifecycleStatus, lifecycle
from features.store.pack import Attributes, EventStream
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS, Horizon
from training.families.churn.timing.leavers import Leavers, StatusLeavers
from training.questions.labels import Places

LEAST_WATCHED_DAYS, WATCHED_HORIZONS = 180, 2
"""Whoever bought nothing for so long after the days asked about, and for so many times these days, is taken to have left.

Where customers buy once a year and are asked about for a year, half a year of silence says nothing: of active donors 39 % were
silent for 180 days after a gift, 15 % for one year and 10.5 % for two.
"""
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
    another order. Cutoffs whose days were not over ``watched_days`` before the end are left out. None where too few left.
    """
    asked_days = horizon.gap_days + horizon.days
    asked_until = vectors.cutoff_seconds + asked_days * DAY_SECONDS
    watched = asked_until + watched_days(horizon) * DAY_SECONDS <= end_seconds
    if not watched.any():
        return None
    places = Places.of(purchases, np.asarray(purchases.columns["quantity_milli"]) > 0)
    before, within, ever = (
        places.before(vectors.customer_keys, until)
        for until in (vectors.cutoff_seconds, asked_until, np.full(vectors.rows, end_seconds))
    )
    silent, left = within == before, (within > before) & (ever == within)
    # Of all rows, since to select some would copy every feature of them.
    status = lifecycle(vectors, attributes, LifecycleSettings(horizon_days=horizon.days)).status
    counted = {
        one.name.lower(): StatusLeavers(
            int(mine.sum()), int((mine & silent).sum()), int((mine & left).sum())
        )
        for one in LifecycleStatus
        if (mine := watched & (status == one)).any()
    }
    if sum(one.left for one in counted.values()) < FEWEST_LEAVERS:
        return None
    shortest_days = (end_seconds - int(asked_until[watched].max())) // DAY_SECONDS
    return Leavers(counted, shortest_days)


def watched_days(horizon: Horizon) -> int:
    """For how long customers must be watched after the days asked about.

    >>> watched_days(Horizon(90)), watched_days(Horizon(365))
    (180, 730)
    """
    return max(LEAST_WATCHED_DAYS, WATCHED_HORIZONS * horizon.days)
