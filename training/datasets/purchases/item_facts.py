"""What is known of each item at a cutoff: how popular, how often bought again, how dear, how new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.datasets.purchases.bought import Bought, Items
from training.datasets.purchases.owned import Owned

RECENT_DAYS, SEASON_DAYS = 30, 90
FEWEST_GAPS = 5
"""An item's rhythm is its own when so many customers have bought it again; otherwise that of all items."""
_SHRUNK = 5.0
NOTHING_YET = np.float32(np.nan)


@dataclass(frozen=True)
class ItemFacts:
    """One entry an item in every column; NaN where nothing is known yet.

    ``recent_share`` and ``share`` are the parts of active and of all customers who bought it, in
    logarithms; ``trend`` compares the last 30 days with the 60 before them, in logarithms;
    ``repurchase_share`` is the part of its customers who bought it again, ``gap_days`` the median days
    between; ``age_days`` and ``idle_days`` tell when it was first and last sold; ``price`` is the logarithm
    of its usual price in cents; ``again_lately`` and ``first_lately`` tell, in logarithms, which part of
    the customers who ordered in the last 30 days took it, of those who had bought it before and of those
    who had not; ``category`` is a code, -1 without one.
    """

    recent_share: NDArray[np.float32]
    share: NDArray[np.float32]
    trend: NDArray[np.float32]
    repurchase_share: NDArray[np.float32]
    gap_days: NDArray[np.float32]
    age_days: NDArray[np.float32]
    idle_days: NDArray[np.float32]
    price: NDArray[np.float32]
    again_lately: NDArray[np.float32]
    first_lately: NDArray[np.float32]
    category: NDArray[np.int32]

    @classmethod
    def learn(cls, bought: Bought, price: NDArray[np.float32], category: NDArray[np.int32]) -> Self:
        """Count, for every item of the catalogue, what customers had done by the cutoff."""
        catalogue, owners = bought.catalogue, bought.owners
        days = (bought.as_of - bought.seconds) / DAY_SECONDS
        lately, season = days <= RECENT_DAYS, days <= SEASON_DAYS
        recent = _customers(owners[lately], bought.items[lately], catalogue)
        earlier_days = season & ~lately
        earlier = _customers(owners[earlier_days], bought.items[earlier_days], catalogue)
        owned = Owned.of(bought)
        everybody = np.bincount(owned.items, minlength=catalogue)
        again = np.bincount(owned.items[owned.times > 1], minlength=catalogue)
        first = np.full(catalogue, np.nan)
        last = np.full(catalogue, np.nan)
        ascending = np.argsort(bought.seconds, kind="stable")
        last[bought.items[ascending]] = days[ascending]
        first[bought.items[ascending[::-1]]] = days[ascending[::-1]]
        active = max(len(np.unique(owners[lately])), 1)
        again_lately, first_lately = _taken_lately(bought, lately)
        return cls(
            recent_share=np.log((recent + 0.5) / active).astype(np.float32),
            share=np.log((everybody + 0.5) / max(bought.customers, 1)).astype(np.float32),
            trend=np.log((recent + 1) / (earlier / 2 + 1)).astype(np.float32),
            repurchase_share=((again + 0.5) / (everybody + 5)).astype(np.float32),
            gap_days=_usual_gaps(owned),
            age_days=first.astype(np.float32),
            idle_days=last.astype(np.float32),
            price=price.astype(np.float32),
            again_lately=again_lately,
            first_lately=first_lately,
            category=category.astype(np.int32),
        )

    def popular(self, count: int) -> Items:
        """The items most customers bought lately, the first by place among equals."""
        return np.argsort(-self.recent_share, kind="stable")[:count].astype(np.int32)

    def arrivals(self, count: int) -> Items:
        """New items of a category: never sold yet, or for the first time in the last 30 days; the newest first."""
        is_new = (np.isnan(self.age_days) | (self.age_days <= RECENT_DAYS)) & (self.category >= 0)
        found = np.flatnonzero(is_new)
        ages = np.nan_to_num(self.age_days[found], nan=-1.0)
        return found[np.argsort(ages, kind="stable")][:count].astype(np.int32)


def usual_prices(
    purchases: EventStream, catalogue_of: Items, catalogue: int, cutoff: Cutoff
) -> NDArray[np.float32]:
    """The logarithm of each item's median price a piece in cents, NaN of what was never sold by then."""
    amounts = np.asarray(purchases.columns["amount_cents"]).astype(np.float64)
    pieces = np.asarray(purchases.columns["quantity_milli"]) / 1_000.0
    items = np.append(catalogue_of, np.int32(-1))[np.asarray(purchases.columns["item"])]
    counted = (items >= 0) & (pieces > 0) & (amounts > 0)
    counted &= np.asarray(purchases.seconds) < cutoff.seconds
    items, prices = items[counted], np.log(amounts[counted] / pieces[counted])
    return _medians(items, prices, catalogue)


def _customers(owners: NDArray[np.int64], items: Items, catalogue: int) -> NDArray[np.int64]:
    """How many different customers each item had."""
    pairs = np.unique(owners * catalogue + items)
    return np.bincount(pairs % catalogue, minlength=catalogue)


def _taken_lately(
    bought: Bought, lately: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of the active customers, the parts that took each item again and for the first time."""
    catalogue = bought.catalogue
    pairs = bought.owners * catalogue + bought.items
    now, before = np.unique(pairs[lately]), np.unique(pairs[~lately])
    is_active = np.zeros(bought.customers, np.bool_)
    is_active[now // max(catalogue, 1)] = True
    owned = before[is_active[before // max(catalogue, 1)]]
    is_again = np.isin(now, before)

    def count(keys: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(keys % max(catalogue, 1), minlength=catalogue)

    again, first, owners = count(now[is_again]), count(now[~is_again]), count(owned)
    usual = (is_again.sum() + 0.5) / (len(owned) + 1)
    others = is_active.sum() - owners
    return (
        np.log((again + _SHRUNK * usual) / (owners + _SHRUNK)).astype(np.float32),
        np.log((first + 0.5) / (others + _SHRUNK)).astype(np.float32),
    )


def _usual_gaps(owned: Owned) -> NDArray[np.float32]:
    """The median over customers of the mean days between two orders of an item."""
    again = owned.times > 1
    items = owned.items[again]
    spans = (owned.last[again] - owned.first[again]) / DAY_SECONDS
    gaps = np.maximum(spans / (owned.times[again] - 1), 1.0)
    medians = _medians(items, gaps, owned.catalogue)
    usual = np.float32(np.median(gaps)) if len(gaps) else NOTHING_YET
    few = np.bincount(items, minlength=owned.catalogue) < FEWEST_GAPS
    medians[few] = usual
    return medians


def _medians(items: Items, values: NDArray[np.float64], catalogue: int) -> NDArray[np.float32]:
    """The median value of each item, NaN of those without any."""
    sorting = np.lexsort((values, items))
    items, values = items[sorting], values[sorting]
    bounds = np.searchsorted(items, np.arange(catalogue + 1))
    counts = np.diff(bounds)
    found = np.full(catalogue, np.nan, np.float32)
    some = np.flatnonzero(counts)
    low = bounds[some] + (counts[some] - 1) // 2
    high = bounds[some] + counts[some] // 2
    found[some] = (values[low] + values[high]) / 2
    return found
