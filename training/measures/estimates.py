"""Figures with their intervals, and money as it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from features.vocabulary.arrays import Floats
from training.measures.intervals import interval


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, mean: float, replicates: Floats) -> Self:
        """The figure as measured, with the middle of what resampled customers give around it."""
        return cls(mean, *interval(replicates))

    @property
    def is_above_zero(self) -> bool:
        """Whether chance alone does not explain a figure above zero."""
        return self.low > 0


def money(cents: float, currency: str) -> str:
    """An amount in whole units of its currency.

    >>> money(-412_345.0, "EUR")
    '−4,123 EUR'
    """
    return f"{'−' if round(cents / 100) < 0 else ''}{abs(round(cents / 100)):,} {currency}"


def money_range(estimate: Estimate, currency: str) -> str:
    """An amount with its interval.

    >>> money_range(Estimate(410_000, -90_000, 900_000), "EUR")
    '4,100 EUR (−900 … 9,000)'
    """
    low, high = (
        money(one, currency).removesuffix(f" {currency}") for one in (estimate.low, estimate.high)
    )
    return f"{money(estimate.mean, currency)} ({low} … {high})"
