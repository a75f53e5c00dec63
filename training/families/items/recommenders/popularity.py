"""What everybody buys: lately, in this season, and among customers of the same segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.time import DAY_SECONDS
from training.datasets.purchases.bought import Bought
from training.families.items.recommenders.recommender import Because, Recommender, Scores

RECENT_DAYS = 30
SEASON_DAYS = 30
YEAR_DAYS = 365
SEGMENT_WEIGHT = 50.0
"""So many customers of a segment weigh as much as everybody else's taste."""
_SEASON_SHARE = 0.5


@dataclass(frozen=True)
class Popularity(Recommender):
    """The share of customers who bought an item lately, by segment; one row a segment, the last for all.

    Where the history reaches back a year and a month, the weeks to come a year ago count half. Small
    segments lean on everybody.
    """

    family: ClassVar[str] = "popularity"

    shares: NDArray[np.float32]
    segment_of: NDArray[np.int32] | None = None
    """The segment of each customer asked about, -1 unknown; given with the question, never written."""

    @classmethod
    def fit(
        cls,
        bought: Bought,
        segment_of: NDArray[np.integer] | None = None,
        *,
        recent_days: int = RECENT_DAYS,
    ) -> Self:
        """Count each item's customers; ``segment_of`` has one entry a customer, -1 of those without one."""
        days = (bought.as_of - bought.seconds) / DAY_SECONDS
        lately = _shares_by_segment(bought, days <= recent_days, segment_of)
        ahead = (days <= YEAR_DAYS) & (days > YEAR_DAYS - SEASON_DAYS)
        if len(days) and float(days.max()) >= YEAR_DAYS + SEASON_DAYS and ahead.any():
            season = _shares_by_segment(bought, ahead, segment_of)
            lately = (1 - _SEASON_SHARE) * lately + _SEASON_SHARE * season
        return cls(lately.astype(np.float32))

    @classmethod
    def ever(cls, bought: Bought) -> Self:
        """The share of all customers who ever bought an item, whenever that was."""
        shares = bought.buyers_of() / max(len(bought.buyers), 1)
        return cls(shares[None, :].astype(np.float32))

    def asked_for(self, segment_of: NDArray[np.integer]) -> Popularity:
        """The same for customers of these segments, in the order they will be asked for."""
        return Popularity(self.shares, np.asarray(segment_of, np.int32))

    def scores(self, bought: Bought) -> Scores:
        """The share of the customer's segment, or of everybody."""
        return self.shares[self._rows(bought.customers)]

    def because(self, bought: Bought, item: int) -> Because:
        """All of it is the item's own."""
        base = float(self.shares[self._rows(1)[0], item])
        return Because(base, np.empty(0, np.int32), np.empty(0))

    def _rows(self, customers: int) -> NDArray[np.intp]:
        everybody = len(self.shares) - 1
        if self.segment_of is None:
            return np.full(customers, everybody)
        known = (self.segment_of >= 0) & (self.segment_of < everybody)
        return np.where(known, self.segment_of, everybody)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The shares."""
        return {"shares": self.shares}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The shares read back."""
        return cls(arrays["shares"])


def _shares_by_segment(
    bought: Bought, counted: NDArray[np.bool_], segment_of: NDArray[np.integer] | None
) -> NDArray[np.float64]:
    owners, items = bought.owners[counted], bought.items[counted]
    pairs = np.unique(owners * bought.catalogue + items)
    owners, items = pairs // bought.catalogue, pairs % bought.catalogue
    everybody = np.bincount(items, minlength=bought.catalogue) / max(len(np.unique(owners)), 1)
    if segment_of is None or not (segment_of >= 0).any():
        return everybody[None, :]
    segments = int(segment_of.max()) + 1
    shares = np.empty((segments + 1, bought.catalogue))
    shares[segments] = everybody
    for segment in range(segments):
        mine = segment_of[owners] == segment
        people = len(np.unique(owners[mine]))
        found = np.bincount(items[mine], minlength=bought.catalogue)
        shares[segment] = (found + SEGMENT_WEIGHT * everybody) / (people + SEGMENT_WEIGHT)
    return shares
