"""How long customers wait until their next order, as far as it could be watched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.time import DAY_SECONDS
from training.questions.labels import Keys, Places


@dataclass(frozen=True)
class Waits:
    """Days from a cutoff to the next order, or how long it was watched for in vain.

    A wait is over at ``days`` where ``ordered``; where not, nothing was ordered in ``[0, days)`` and
    nobody knows what came then (the wait is censored). ``watched_days`` is how long each would have
    been watched had no order come; None stands for longer than anybody asks.
    """

    days: Floats
    ordered: Truths
    watched_days: Floats | None = None

    def select(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Waits:
        """Some of the waits."""
        watched = None if self.watched_days is None else self.watched_days[rows]
        return Waits(self.days[rows], self.ordered[rows], watched)

    def known_by(self, days: float) -> Truths:
        """Whether it is known of each if they ordered within so many days."""
        return (self.ordered & (self.days < days)) | (self.days >= days)

    def watched_for(self, days: Floats) -> Floats:
        """The chance that a wait is watched for so many days, had no order ended it before.

        By Kaplan and Meier (1958), with the end of watching in the place of death; where an order and
        the end of watching fall on one instant the order came first.
        """
        times, place = np.unique(self.days, return_inverse=True)
        cut = np.bincount(place, weights=~self.ordered, minlength=len(times))
        orders = np.bincount(place, weights=self.ordered, minlength=len(times))
        present = np.cumsum((cut + orders)[::-1])[::-1] - orders
        left = 1.0 - np.divide(cut, present, out=np.zeros_like(cut), where=present > 0)
        return np.asarray(np.r_[1.0, np.cumprod(left)][np.searchsorted(times, days)])


def waits(
    purchases: EventStream, customer_keys: Keys, cutoff_seconds: NDArray[np.int64], end_seconds: int
) -> Waits:
    """The wait of each customer from each cutoff on, watched until just before the end.

    An order in the very second of the cutoff ends the wait at once; returns are no orders.
    """
    is_order = np.asarray(purchases.columns["quantity_milli"]) > 0
    places = Places.of(purchases, is_order)
    seconds = np.r_[np.asarray(purchases.seconds)[is_order], np.iinfo(np.int64).max]
    first = places.before(customer_keys, cutoff_seconds)
    later = places.before(customer_keys, np.full(len(customer_keys), end_seconds))
    ordered = (later > first) & (cutoff_seconds < end_seconds)
    until = np.where(ordered, seconds[np.minimum(first, len(seconds) - 1)], end_seconds)
    watched = np.maximum(end_seconds - cutoff_seconds, 0) / DAY_SECONDS
    return Waits(np.maximum(until - cutoff_seconds, 0) / DAY_SECONDS, ordered, watched)


def silence_error(waited: Waits, silent: Floats, days: float) -> float:
    """The Brier score of the chance of no order within ``days``, waits cut short weighed out.

    ``silent`` is that chance for each wait. Each wait whose outcome is known counts for those like it
    that were cut short (IPCW; Graf et al., Statistics in Medicine 18, 1999).
    """
    came = waited.ordered & (waited.days < days)
    still = waited.days >= days
    weights = np.zeros(len(silent))
    weights[came] = 1.0 / waited.watched_for(waited.days[came])
    weights[still] = 1.0 / waited.watched_for(np.full(int(still.sum()), days))
    return float(np.sum(weights * (still - silent) ** 2) / len(silent))
