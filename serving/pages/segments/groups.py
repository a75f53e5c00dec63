"""What customers come to by group: how many they are, how many are expected to leave, what is at stake and what they bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Ints, Truths
from serving.snapshot.columns import UNKNOWN
from serving.snapshot.reading import Snapshot

MOST_HABITS = 3
LEAST_SHARE = 0.2
"""A habit is told of a segment where it is a reason for so many of its customers."""


@dataclass(frozen=True)
class GroupSums:
    """What the customers of each group come to, one entry a code from 0; nobody who objected or was erased counts.

    ``expected`` is how many of the ``judged`` are expected to act, ``at_risk_cents`` the money at risk with them, and ``value_cents`` what
    all of whom a value is known are expected to bring.
    """

    customers: Ints
    judged: Ints
    expected: Floats
    at_risk_cents: Floats
    value_cents: Floats


class SnapshotGroups:
    """The customers of one set of scores, to be added up by group; computed once, whatever is asked."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def sums(self, codes: NDArray[np.integer], count: int) -> GroupSums:
        """The sums of ``count`` groups; ``codes`` has one entry a customer key, negative of whoever is in none."""
        mine = codes.astype(np.int64)
        places = self._snapshot.shown_places
        keys = self._snapshot.ranking.customer_keys[places]
        is_in = self._is_counted & (mine >= 0)
        judged = mine[keys] >= 0
        places, of_judged = places[judged], mine[keys][judged]
        risk = self._snapshot.ranking.probability[places]
        known = self._snapshot.value_cents
        values = np.where(known == UNKNOWN, 0, known).astype(np.float64)
        return GroupSums(
            np.bincount(mine[is_in], minlength=count),
            np.bincount(of_judged, minlength=count).astype(np.float64),
            np.bincount(of_judged, risk, count).astype(np.float64),
            np.bincount(of_judged, self._snapshot.at_risk_cents(places), count).astype(np.float64),
            np.bincount(mine[is_in], values[is_in], count).astype(np.float64),
        )

    @property
    def customers(self) -> int:
        """How many customers count."""
        return int(self._is_counted.sum())

    @cached_property
    def _is_counted(self) -> Truths:
        """Whether each customer is neither withheld now nor declined to be judged."""
        kept = np.asarray(self._snapshot.stage >= 0)
        for one in _named(self._snapshot):
            if (key := self._snapshot.customer_ids.find(one)) >= 0:
                kept[key] = False
        return kept


def _named(snapshot: Snapshot) -> Iterable[str]:
    return (*snapshot.withheld.objected, *snapshot.withheld.erased)


def telling_habits(habits: NDArray[np.int16], count: int) -> Sequence[tuple[int, bool]]:
    """The habits that are a reason for most of some customers, each with whether they have much of it.

    ``habits`` are the reasons that speak for the segment, a row a customer, as ``Membership`` codes them; ``count`` is how many habits there are.
    """
    told = habits[habits != 0].astype(np.int64)
    if not len(told):
        return []
    tally = np.bincount(np.where(told > 0, told, count - told), minlength=2 * count + 1)
    order = np.argsort(-tally, kind="stable")[:MOST_HABITS]
    least = LEAST_SHARE * len(habits)
    return [
        (int(one if one <= count else one - count) - 1, bool(one <= count))
        for one in order
        if tally[one] >= least
    ]
