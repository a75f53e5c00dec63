"""How much of what follows groups of customers tell: shares of variance, and RFM scores to beat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.families.segments.clusters import Labels

RESAMPLES = 200
_SEED = 20_100_101


def rfm_scores(silence_days: Floats, orders: Floats, spend: Floats) -> NDArray[np.int64]:
    """Quintiles of recency, frequency and money added up: 3 the worst, 15 the best customer.

    >>> rfm_scores(np.array([9.0, 1.0]), np.array([1.0, 7.0]), np.array([10.0, 20.0])).tolist()
    [9, 15]
    """
    return quintiles(-silence_days) + quintiles(orders) + quintiles(spend)


def quintiles(values: Floats) -> NDArray[np.int64]:
    """1 to 5 by rank, equal values alike: the fifth that the last of a value's ties falls into."""
    ordered = np.sort(values)
    above = np.searchsorted(ordered, values, side="right")
    return np.maximum(1, np.ceil(5 * above / len(values) - 1e-9)).astype(np.int64)


def equal_groups(scores: NDArray[np.int64], count: int) -> Labels:
    """Customers cut into about equal groups by a score; equal scores stay together."""
    ordered = np.sort(scores)
    middle = np.searchsorted(ordered, scores) + np.searchsorted(ordered, scores, side="right")
    groups: Labels = np.minimum(count - 1, middle * count // (2 * len(scores)))
    return groups


def explained(groups: Labels, outcome: Floats) -> float:
    """Eta²: the share of an outcome's variance that lies between groups, 0 to 1.

    >>> explained(np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 3.0, 3.0]))
    1.0
    """
    _, group = np.unique(groups, return_inverse=True)
    size = np.bincount(group)
    mean = np.bincount(group, weights=outcome) / size
    whole = float(((outcome - outcome.mean()) ** 2).sum())
    between = float((size * (mean - outcome.mean()) ** 2).sum())
    return between / whole if whole > 0 else 0.0


def gain_interval(own: Labels, rule: Labels, outcome: Floats) -> tuple[float, float]:
    """How much more of an outcome one grouping explains than another: a 95 % interval.

    A paired bootstrap of customers: both explain the same people each time.
    """
    generator = np.random.default_rng(_SEED)
    gains = []
    for _ in range(RESAMPLES):
        drawn = generator.integers(0, len(outcome), len(outcome))
        gains.append(explained(own[drawn], outcome[drawn]) - explained(rule[drawn], outcome[drawn]))
    low, high = np.quantile(gains, (0.025, 0.975))
    return float(low), float(high)


def held_spend(spend_cents: NDArray[np.int64]) -> Floats:
    """Spend held to its 99th percentile, so that one buyer does not decide what explains it."""
    spend = np.maximum(spend_cents, 0).astype(np.float64)
    return np.minimum(spend, np.quantile(spend, 0.99))
