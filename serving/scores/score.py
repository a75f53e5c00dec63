"""What is answered about one customer: a status and, where there is one, the score with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from features.vocabulary.arrays import Floats
from serving.scores.next_order import NextOrder
from serving.scores.subject import Caution
from serving.snapshot.segments import CustomerSegment
from training.actions.best import BestAction
from training.families.value.reasons.explanation import ValueExplanation
from training.reasons.explanation import Explanation

HIGH_PERCENTILE = 90.0
MEDIUM_PERCENTILE = 70.0


class Status(IntEnum):
    """What became of one row."""

    OK = 0
    UNKNOWN_ID = 1
    INSUFFICIENT_DATA = 2
    NOT_ELIGIBLE = 3
    NO_CONSENT = 4
    ERROR = 5
    DEGRADED = 6

    @property
    def word(self) -> str:
        """The status as the CRM reads it."""
        return self.name.lower()


class Score(NamedTuple):
    """One customer's answer; everything but the statuses and the stage is absent without a score.

    Only what was known before ``as_of_seconds`` counted, None where nobody can tell for a given vector;
    ``interval`` is where the share among many customers with that probability lies, nine times in ten.
    ``stage`` and ``lifecycle_status`` are absent for unknown customers and for those who declined.
    ``spend_cents`` is what the customer spent, net of returns, in the 365 days before the cutoff.
    ``value`` is what they are expected to bring, where a value model is in use, and ``at_risk_cents``
    the risk times what they bring if kept; ``value_explanation`` says why. ``next_order`` is there where
    the model in use tells when, ``segment`` where segments are in use and the customer has one, ``best_action`` where
    something can be done about what the model tells.
    """

    customer_id: str
    status: Status
    as_of_seconds: int | None = None
    cautions: tuple[Caution, ...] = ()
    stage: str | None = None
    lifecycle_status: str | None = None
    probability: float | None = None
    interval: tuple[float, float] | None = None
    percentile: float | None = None
    band: str | None = None
    base: float | None = None
    spend_cents: int | None = None
    at_risk_cents: int | None = None
    value: Mapping[str, int] | None = None
    next_order: NextOrder | None = None
    explanation: Explanation | None = None
    value_explanation: ValueExplanation | None = None
    segment: CustomerSegment | None = None
    best_action: BestAction | None = None
    vector_digest: str = ""


def band(percentile: float) -> str:
    """How a risk compares with that of other customers: high is the top tenth, medium the next fifth.

    >>> band(90.0), band(89.9), band(12.0)
    ('high', 'medium', 'low')
    """
    if percentile >= HIGH_PERCENTILE:
        return "high"
    return "medium" if percentile >= MEDIUM_PERCENTILE else "low"


def bands(percentiles: Floats) -> list[str]:
    """The same of many."""
    lower = np.where(percentiles >= MEDIUM_PERCENTILE, "medium", "low")
    found: list[str] = np.where(percentiles >= HIGH_PERCENTILE, "high", lower).tolist()
    return found
