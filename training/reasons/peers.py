"""Whom a customer is compared with: steady customers of the same standing, by name.

Peers have been customers for as long: up to a year, up to two, or longer; and they belong to the half of
their band with the lower risk, for they show what it is to stay. Where too few of a band are known, and
where nothing tells since when somebody is a customer, everybody is the measure.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, SomeRows
from training.reasons.tendency import tendencies

BANDS_DAYS = (365.0, 730.0)
LEAST_PEERS = 50
EVERYBODY = 0
NOTICEABLE = 0.1
"""A rank correlation with the risk from so much on says which way a fact points."""
SINCE = ("days_since_first_order", "days_since_first_contract", "days_since_registration")
"""The features that tell since when somebody is a customer; the first that is there counts."""


@dataclass(frozen=True)
class Peers:
    """What is typical of each group of peers: one row a group, everybody first, one column a feature.

    ``sorted_by`` is the position of the feature that tells since when somebody is a customer, -1 where
    there is none. A row of missing values stands for a band of too few. ``tendency`` tells of each feature
    whether more of it goes with a higher risk (1), a lower one (-1) or neither (0); bundles of before do not know.
    """

    typical: NDArray[np.float32]
    sorted_by: int
    tendency: NDArray[np.int8] | None = None

    @classmethod
    def learn(
        cls, values: NDArray[np.float32], feature_names: Sequence[str], risk: Floats,
        everybody: NDArray[np.float32],
    ) -> Peers:  # fmt: skip
        """Medians of the calmer half of each band, and which way features go with the risk.

        ``everybody`` is typical of all customers.
        """
        found = [name for name in SINCE if name in feature_names]
        sorted_by = list(feature_names).index(found[0]) if found else -1
        rows = [everybody.astype(np.float32)]
        band = _bands(SomeRows(values), sorted_by)
        for place in range(1, len(BANDS_DAYS) + 2):
            members = np.flatnonzero(band == place)
            calm = members[np.argsort(risk[members], kind="stable")[: len(members) // 2]]
            rows.append(medians(values[calm]))
        return cls(np.vstack(rows), sorted_by, tendencies(values, risk, clear=NOTICEABLE))

    @classmethod
    def everybody(cls, typical: NDArray[np.float32]) -> Peers:
        """No groups at all."""
        return cls(np.atleast_2d(typical).astype(np.float32), -1)

    def group_of(self, values: NDArray[np.float32]) -> NDArray[np.intp]:
        """The group of peers of each row; 0 stands for everybody."""
        return self.group_among(SomeRows(values))

    def group_among(self, values: SomeRows) -> NDArray[np.intp]:
        """The same of some rows of a table."""
        band = _bands(values, self.sorted_by)
        return np.where(self._known[band], band, EVERYBODY)

    def group_of_one(self, row: Sequence[float]) -> int:
        """The group of peers of one row."""
        since = math.nan if self.sorted_by < 0 else row[self.sorted_by]
        if math.isnan(since):
            return EVERYBODY
        band = 1 + bisect_right(BANDS_DAYS, since)
        return band if self._known[band] else EVERYBODY

    @cached_property
    def _known(self) -> NDArray[np.bool_]:
        """Whether anything is typical of each group."""
        return np.array([not np.isnan(row).all() for row in self.typical])


def _bands(values: SomeRows, sorted_by: int) -> NDArray[np.intp]:
    if sorted_by < 0:
        return np.zeros(len(values), np.intp)
    since = values.column(sorted_by)
    band = 1 + np.searchsorted(BANDS_DAYS, since, side="right")
    return np.where(np.isnan(since), EVERYBODY, band)


def medians(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The middle value of each feature that at least fifty of these know; missing otherwise."""
    found = np.full(values.shape[1], np.nan, np.float32)
    known = (~np.isnan(values)).sum(axis=0)
    for column in np.flatnonzero(known >= LEAST_PEERS):
        present = values[:, column]
        # The nearest value, not one between two: a count stays whole.
        found[column] = np.quantile(present[~np.isnan(present)], 0.5, method="nearest")
    return found
