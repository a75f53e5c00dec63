"""Who is probably gone: customers late by their own rhythm from such a risk on that few of them ever bought again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats

FOLLOWED_DAYS = 365
LATE = (LifecycleStatus.AT_RISK, LifecycleStatus.LAPSED)
"""Silent for longer than their own rhythm allows, or than the horizon."""


@dataclass(frozen=True)
class ProbablyGone:
    """From which risk on a late customer is called probably gone, and how often that would have been wrong.

    Of ``customers`` late at past tests, judged by what was known then, ``bought_again`` ordered within ``FOLLOWED_DAYS``
    or by the end of the data; ``low`` and ``high`` bound their share at 95 percent. They were followed for
    ``shortest_days`` to ``longest_days``.
    """

    risk_from: float
    customers: int
    bought_again: int
    low: float
    high: float
    shortest_days: int
    longest_days: int

    @classmethod
    def read(cls, said: Mapping[str, Any] | None) -> Self | None:
        """As a bundle says it; None of one that does not."""
        return None if said is None else cls(**said)

    def as_dict(self) -> dict[str, Any]:
        """The rule and its figures as plain fields."""
        return asdict(self)

    @property
    def share_bought_again(self) -> float:
        """Of those called so at past tests, the share that came back by themselves."""
        return self.bought_again / self.customers

    def status_of(self, statuses: NDArray[np.int8], probability: Floats) -> NDArray[np.int8]:
        """The statuses of customers, those who are probably gone called so.

        >>> rule = ProbablyGone(0.8, 60, 6, 0.05, 0.2, 90, 365)
        >>> late, active = LifecycleStatus.LAPSED, LifecycleStatus.ACTIVE
        >>> rule.status_of(np.array([late, late, active], np.int8), np.array([0.8, 0.7, 0.9])).tolist()
        [6, 4, 1]
        """
        is_gone = np.isin(statuses, LATE) & (probability >= self.risk_from)
        return np.where(is_gone, np.int8(LifecycleStatus.PROBABLY_GONE), statuses)
