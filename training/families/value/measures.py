"""How good an expected value is: plain functions of what customers brought and what was expected, in cents."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.measures.estimates import Estimate
from training.measures.intervals import share_interval

BINS = 10
_DRAWS_AT_ONCE = 8


def normalised_gini(brought: Floats, expected: Floats) -> float:
    """How well the order by expected value finds the money: 0 is no order at all, 1 the best possible.

    Twice the area between the gains curve and the diagonal, over that of the perfect order; equal
    expectations share their places. NaN when all brought the same.

    >>> normalised_gini(np.array([0.0, 1.0, 5.0]), np.array([1.0, 2.0, 3.0]))
    1.0
    """
    return MoneyRanking.of(brought, expected).gini(np.ones(len(brought)))


@dataclass(frozen=True)
class MoneyRanking:
    """Customers sorted once by expected value and once by what they brought, the best first."""

    brought: Floats
    by_expected: Order
    by_brought: Order

    @classmethod
    def of(cls, brought: Floats, expected: Floats) -> MoneyRanking:
        """Sort once, so that the Gini of many reweighted samples costs little."""
        return cls(brought, Order.of(expected), Order.of(brought))

    def gini(self, weights: Floats) -> float:
        """The normalised Gini where each row counts ``weights`` times."""
        if not len(self.brought):
            return math.nan
        best = self.by_brought.concentration(self.brought, weights)
        found = self.by_expected.concentration(self.brought, weights)
        return found / best if best > 1e-12 else math.nan


@dataclass(frozen=True)
class Order:
    """Positions from the highest score to the lowest, and where each distinct score begins."""

    positions: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, scores: Floats) -> Order:
        """Sort scores, the highest first."""
        positions = np.argsort(-scores, kind="stable")
        if not len(positions):
            return cls(positions, positions)
        return cls(positions, np.flatnonzero(np.r_[True, np.diff(scores[positions]) != 0]))

    def concentration(self, brought: Floats, weights: Floats) -> float:
        """The area between the gains curve and the diagonal."""
        held = weights[self.positions]
        people = np.add.reduceat(held, self.starts)
        money = np.add.reduceat(held * brought[self.positions], self.starts)
        everybody, everything = float(people.sum()), float(money.sum())
        if everybody <= 0 or everything <= 0:
            return math.nan
        middle = np.cumsum(money) - money / 2.0
        return float(people @ middle) / (everybody * everything) - 0.5

    def concentrations(self, brought: Floats, draws: Floats, columns: NDArray[np.intp]) -> Floats:
        """The same for many reweighted samples: one row of ``draws`` a sample, one column a customer.

        ``columns`` says where in a row each customer's weight stands.
        """
        placed, money_of = columns[self.positions], brought[self.positions]
        found = np.empty(len(draws))
        for first in range(0, len(draws), _DRAWS_AT_ONCE):
            held = draws[first : first + _DRAWS_AT_ONCE, placed].astype(np.float64)
            people, money = held, held * money_of
            if len(self.starts) < len(placed):
                people = np.add.reduceat(people, self.starts, axis=1)
                money = np.add.reduceat(money, self.starts, axis=1)
            middle = np.cumsum(money, axis=1) - money / 2.0
            whole = people.sum(axis=1) * money.sum(axis=1)
            areas = np.einsum("ij,ij->i", people, middle)
            found[first : first + len(held)] = np.divide(
                areas, whole, out=np.full(len(held), np.nan), where=whole > 0
            )
        return found - 0.5


def spearman(brought: Floats, expected: Floats) -> float:
    """The correlation of ranks; equal values share theirs. NaN when one side is all the same."""
    first, second = _ranks(brought), _ranks(expected)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return math.nan
    return float(np.corrcoef(first, second)[0, 1])


def top_share(brought: Floats, expected: Floats, *, share: float = 0.1) -> float:
    """The share of all money that the customers with the highest expectation brought.

    >>> top_share(np.array([1.0, 1.0, 2.0, 6.0]), np.array([1.0, 2.0, 3.0, 4.0]), share=0.25)
    0.6
    """
    everything = float(brought.sum())
    if everything <= 0:
        return math.nan
    chosen = max(1, math.ceil(share * len(brought)))
    edge = np.partition(expected, len(expected) - chosen)[len(expected) - chosen]
    above, level = expected > edge, expected == edge
    places = chosen - int(above.sum())
    return (float(brought[above].sum()) + places * float(brought[level].mean())) / everything


@dataclass(frozen=True)
class ValueBin:
    """Customers of like expected value: how many, mean expected and mean brought, in cents."""

    customers: int
    expected: float
    observed: float


def value_bins(brought: Floats, expected: Floats, *, bins: int = BINS) -> list[ValueBin]:
    """Customers in bins of equal size by rising expected value; equal ones keep their order."""
    order = np.argsort(expected, kind="stable")
    return [
        ValueBin(len(one), float(expected[one].mean()), float(brought[one].mean()))
        for one in np.array_split(order, min(bins, len(order)))
        if len(one)
    ]


def decile_error(brought: Floats, expected: Floats, *, bins: int = BINS) -> float:
    """By how much the expectation of ten bins of equal size misses what they brought, on average.

    A share of what each bin brought (MAPE). A bin that brought nothing has no such share and is left
    out; NaN when none is left.

    >>> decile_error(np.array([10.0, 10.0, 20.0, 20.0]), np.array([11.0, 11.0, 18.0, 18.0]), bins=2)
    0.1
    """
    misses = [
        abs(one.expected - one.observed) / one.observed
        for one in value_bins(brought, expected, bins=bins)
        if one.observed > 0
    ]
    return math.fsum(misses) / len(misses) if misses else math.nan


def bias(brought: Floats, expected: Floats) -> float:
    """The sum expected over the sum brought, less one: 0.05 is five percent too much."""
    everything = float(brought.sum())
    return float(expected.sum()) / everything - 1.0 if everything > 0 else math.nan


def coverage(brought: Floats, low: Floats, high: Floats) -> float:
    """The share of customers who brought between ``low`` and ``high``, both included."""
    return float(np.mean((brought >= low) & (brought <= high))) if len(brought) else math.nan


def held_ranges(
    brought: Floats, expected: Floats, low: Floats, high: Floats, *, bins: int = BINS
) -> list[Estimate]:
    """The share of customers who brought between ``low`` and ``high``, in bins of equal size by rising expected value.

    Each with its 95 % interval by the number of customers (Wilson).
    """
    inside = (brought >= low) & (brought <= high)
    order = np.argsort(expected, kind="stable")
    return [
        Estimate(float(inside[one].mean()), *share_interval(int(inside[one].sum()), len(one)))
        for one in np.array_split(order, min(bins, len(order)))
        if len(one)
    ]


def measure_value(brought: Floats, expected: Floats) -> dict[str, float]:
    """All figures of one set of customers."""
    return {
        "gini": normalised_gini(brought, expected),
        "spearman": spearman(brought, expected),
        "top_decile_share": top_share(brought, expected),
        "decile_mape": decile_error(brought, expected),
        "bias": bias(brought, expected),
        "mae_cents": float(np.mean(np.abs(brought - expected))),
    }


def _ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles: Floats = np.cumsum(counts) - (counts - 1) / 2.0
    return middles[inverse]
