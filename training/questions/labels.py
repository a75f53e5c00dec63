"""What came of a customer after a cutoff, as plain functions of arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream
from features.vocabulary.arrays import Floats, Ints, Truths
from features.vocabulary.time import Cutoff, Horizon
from features.vocabulary.words import CONTROL

Keys = NDArray[np.int32]


def is_judged(
    orders_count_lifetime: NDArray[np.floating],
    days_since_order: NDArray[np.floating],
    *,
    minimum_orders: int,
    active_within_days: int,
) -> Truths:
    """Whether each customer is a repeat customer who ordered recently enough to be judged.

    An order exactly ``active_within_days`` before the cutoff is recent enough; a customer who never
    ordered (NaN) is not judged.
    """
    return (orders_count_lifetime >= minimum_orders) & (days_since_order <= active_within_days)


@dataclass(frozen=True)
class Places:
    """Where events lie in one sorted line: the customer first, then the second."""

    keys: Ints
    first: int
    span: int

    @classmethod
    def of(cls, stream: EventStream, chosen: Truths | None = None) -> Self:
        """The events of a stream, or the chosen ones of them, in their order."""
        seconds = np.asarray(stream.seconds)
        owners = np.repeat(np.arange(len(stream.offsets) - 1), np.diff(stream.offsets))
        if chosen is not None:
            seconds, owners = seconds[chosen], owners[chosen]
        if not len(seconds):
            return cls(np.zeros(0, np.int64), 0, 2)
        first = int(seconds.min())
        # A span wide enough for all, so that no customer's events reach into the next one's.
        span = int(seconds.max()) - first + 2
        return cls(owners.astype(np.int64) * span + (seconds - first), first, span)

    def before(self, customer_keys: Keys, seconds: Ints) -> Ints:
        """How many events come before an instant of a customer, those of earlier customers included."""
        base = customer_keys.astype(np.int64) * self.span
        return np.searchsorted(self.keys, base + np.clip(seconds - self.first, 0, self.span - 1))


def bought_between(
    purchases: EventStream, customer_keys: Keys, start_seconds: Ints, end_seconds: Ints
) -> Truths:
    """Whether each customer bought anything in ``[start, end)``, by event time; returns do not count."""
    places = Places.of(purchases, np.asarray(purchases.columns["quantity_milli"]) > 0)
    return places.before(customer_keys, end_seconds) > places.before(customer_keys, start_seconds)


def spend_between(
    purchases: EventStream, customer_keys: Keys, start_seconds: Ints, end_seconds: Ints
) -> Ints:
    """What each customer spent in ``[start, end)`` in cents, by event time, less what was returned."""
    places = Places.of(purchases)
    sums = np.zeros(purchases.rows + 1, np.int64)
    np.cumsum(purchases.columns["amount_cents"], out=sums[1:])
    last = sums[places.before(customer_keys, end_seconds)]
    spent: Ints = last - sums[places.before(customer_keys, start_seconds)]
    return spent


def inactivity(
    purchases: EventStream, customer_keys: Keys, cutoff_seconds: Ints, horizon: Horizon
) -> Floats:
    """1.0 where a customer bought nothing in ``[cutoff + gap, cutoff + gap + horizon)``, else 0.0."""
    start, end = within(cutoff_seconds, horizon)
    return (~bought_between(purchases, customer_keys, start, end)).astype(np.float64)


def spend_shrank(
    purchases: EventStream,
    customer_keys: Keys,
    cutoff_seconds: Ints,
    horizon: Horizon,
    *,
    drop_share: float,
    periods: int,
) -> Floats:
    """1.0 where a customer spends at most ``1 - drop_share`` of what was to be expected, else 0.0.

    Expected is the customer's own mean over the last periods, each as long as the horizon, times what
    everybody spends in the horizon over what everybody's own means say (the season, of the customers
    given, at each cutoff apart). NaN where the own mean is not above zero, for then nothing is expected.
    """
    start, end = within(cutoff_seconds, horizon)
    length = (end - start) * periods
    before = spend_between(purchases, customer_keys, cutoff_seconds - length, cutoff_seconds)
    own = np.where(before > 0, before / periods, np.nan)
    spent = spend_between(purchases, customer_keys, start, end).astype(np.float64)
    found = np.full(len(customer_keys), np.nan)
    for cutoff in np.unique(cutoff_seconds):
        rows = (cutoff_seconds == cutoff) & ~np.isnan(own)
        season = spent[rows].sum() / max(own[rows].sum(), 1.0)
        found[rows] = spent[rows] <= (1.0 - drop_share) * own[rows] * season
    return found


def was_treated(
    exposures: EventStream, customer_keys: Keys, cutoff_seconds: Ints, horizon: Horizon
) -> Truths:
    """Whether an offer was shown to a customer from the cutoff until the end of the horizon.

    An exposure of the arm "control" was deliberately not shown; one without an arm was.
    """
    shown = np.ones(exposures.rows, np.bool_)
    arms = list(exposures.dictionaries.get("arm", ()))
    if CONTROL in arms:
        shown = np.asarray(exposures.columns["arm"]) != arms.index(CONTROL)
    places = Places.of(exposures, shown)
    _, end = within(cutoff_seconds, horizon)
    return places.before(customer_keys, end) > places.before(customer_keys, cutoff_seconds)


def within(cutoff_seconds: Ints, horizon: Horizon) -> tuple[Ints, Ints]:
    """The first second of each horizon and the first after it."""
    zero = Cutoff(0)
    return (
        cutoff_seconds + horizon.start(zero).seconds,
        cutoff_seconds + horizon.end(zero).seconds,
    )
