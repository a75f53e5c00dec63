"""What a customer is expected to cost: their own past cost a day, believed the more, the longer it was seen.

Credibility (Bühlmann 1967, "Experience rating and credibility"): of a customer seen for ``T`` days the own
cost a day weighs ``T / (T + doubt_days)`` and that of all customers the rest. One factor then sets all
of them to what the latest customers with a known outcome cost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np

from features.vocabulary.arrays import Floats
from training.questions.question import Column

DOUBTS_DAYS = (15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 960.0)
"""What is tried: so many days of a customer's own weigh as much as all other customers."""
TENURE = "days_since_first_order"
LONGEST_DAYS = 365


@dataclass(frozen=True)
class CostTerm:
    """One thing that costs: the feature that counts it, over how many days, and the cost of one in cents.

    ``of`` names the feature whose share ``feature`` is, such as the orders of which some came through a
    channel; empty where ``feature`` is a count itself.
    """

    feature: str
    window_days: int
    cents: float
    of: str = ""

    def cents_a_day(self, column: Column, seen_days: Floats) -> Floats:
        """What it cost each customer's company a day, over the window or the days they were seen."""
        counts = _column(column, self.feature)
        if self.of:
            counts = counts * _column(column, self.of)
        daily: Floats = self.cents * counts / np.clip(seen_days, 1.0, self.window_days)
        return daily


@dataclass(frozen=True)
class CostModel:
    """What customers are expected to cost over a horizon, from columns of their behaviour vectors."""

    horizon_days: int
    terms: tuple[CostTerm, ...]
    usual_cents_a_day: float
    doubt_days: float
    factor: float = 1.0

    def expected(self, column: Column) -> Floats:
        """What each customer is expected to cost over the horizon, in cents; never below zero."""
        return self.factor * self._answer(column)

    def by_term(self, column: Column) -> Floats:
        """What each thing that costs has cost a day so far, one column a term, in cents."""
        seen = _seen_days(column)
        daily = [one.cents_a_day(column, seen) for one in self.terms]
        return np.stack(daily, axis=1) if daily else np.zeros((len(seen), 0))

    def _answer(self, column: Column) -> Floats:
        seen, own = _seen_days(column), self.by_term(column).sum(axis=1)
        whole = seen * own + self.doubt_days * self.usual_cents_a_day
        answer: Floats = self.horizon_days * whole / (seen + self.doubt_days)
        return answer

    @classmethod
    def fit(
        cls, horizon_days: int, terms: Sequence[CostTerm], column: Column, costs: Floats
    ) -> Self:
        """The model of customers who cost so much after their cutoffs: the doubt that errs least, squared."""
        plain = cls(horizon_days, tuple(terms), 0.0, DOUBTS_DAYS[0])
        seen = _seen_days(column)
        own = plain.by_term(column).sum(axis=1)
        usual = float((seen * own).sum() / max(float(seen.sum()), 1.0))
        tried = [replace(plain, usual_cents_a_day=usual, doubt_days=days) for days in DOUBTS_DAYS]
        return min(tried, key=lambda one: _error(one._answer(column), costs))

    def calibrated(self, column: Column, costs: Floats) -> Self:
        """The model whose sum is what these customers cost."""
        answers = float(self._answer(column).sum())
        return replace(self, factor=float(costs.sum()) / answers if answers > 0 else 1.0)

    def to_bytes(self) -> bytes:
        """The model as JSON."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """The model read back."""
        read: Mapping[str, Any] = json.loads(content)
        return cls(**{**read, "terms": tuple(CostTerm(**one) for one in read["terms"])})


def _error(answers: Floats, costs: Floats) -> float:
    """What is left over, squared, by the best factor; to twelve digits, so that sums in any order choose alike."""
    squares = float(answers @ answers)
    factor = float(answers @ costs) / squares if squares > 0 else 0.0
    return float(f"{float(np.mean((costs - factor * answers) ** 2)):.12g}")


def _seen_days(column: Column) -> Floats:
    """For how many days each customer has been seen, a year at most; none before a first order."""
    days: Floats = np.clip(np.nan_to_num(_column(column, TENURE), nan=0.0), 0.0, LONGEST_DAYS)
    return days


def _column(column: Column, name: str) -> Floats:
    found = column(name)
    assert found is not None, f"no {name}"
    return np.nan_to_num(found.astype(np.float64), nan=0.0)
