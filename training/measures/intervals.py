"""How sure a figure is: intervals from resampled customers, and figures as they are kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.learners.sorted_scores import SortedScores

RESAMPLES = 300
_TWO_SIDED = 1.96


def auc_interval(
    outcomes: Floats, scores: Floats, customer_keys: NDArray[np.int32]
) -> tuple[float, float]:
    """The AUC's 95 % interval where a customer may have several rows, in closed form.

    What resampling customers gives, at the price of one sort: each row's share in the AUC, summed by
    customer (DeLong 1988 with the clusters of Obuchowski, Biometrics 53, 1997). NaN where the AUC is.
    """
    ranking = SortedScores.of(outcomes, scores)
    held = ranking.auc(np.ones(len(outcomes)))
    if math.isnan(held):
        return math.nan, math.nan
    group = np.zeros(len(outcomes), np.intp)
    group[ranking.ties[1:]] = 1
    group = np.cumsum(group)
    left = np.add.reduceat(ranking.left, ranking.ties)
    stayed = np.add.reduceat(1.0 - ranking.left, ranking.ties)
    below = (np.cumsum(stayed) - stayed / 2.0) / stayed.sum()
    above = (left.sum() - np.cumsum(left) + left / 2.0) / left.sum()
    share = np.where(
        ranking.left > 0.5,
        (below[group] - held) / left.sum(),
        (above[group] - held) / stayed.sum(),
    )
    _, customer = np.unique(customer_keys[ranking.order], return_inverse=True)
    spread = _TWO_SIDED * math.sqrt(float(np.sum(np.bincount(customer, weights=share) ** 2)))
    return max(0.0, held - spread), min(1.0, held + spread)


def customer_resamples(customers: int, *, resamples: int = RESAMPLES, seed: int = 1) -> Floats:
    """How often each customer is drawn in each resample: one row a resample, customers with return."""
    drawn = np.empty((resamples, customers), np.float32)
    draws = customer_draws(customers, resamples=resamples, seed=seed)
    for row, draw in zip(drawn, draws, strict=True):
        row[:] = draw
    return drawn  # type: ignore[return-value]


def customer_draws(
    customers: int, *, resamples: int = RESAMPLES, seed: int = 1
) -> Iterator[Floats]:
    """The same, one resample after the other, for whoever need not hold them all."""
    generator = np.random.default_rng(seed)
    for _ in range(resamples):
        drawn = np.bincount(generator.integers(0, customers, customers), minlength=customers)
        yield drawn.astype(np.float64)


@dataclass(frozen=True)
class Resamples:
    """The same customers drawn again for every figure, so that differences between figures are paired."""

    everybody: NDArray[np.int32]
    drawn: Floats

    @classmethod
    def of(cls, customer_keys: NDArray[np.int32], *, resamples: int = RESAMPLES) -> Self:
        """Resamples of all customers of these rows."""
        everybody = np.unique(customer_keys)
        return cls(everybody, customer_resamples(len(everybody), resamples=resamples))

    def places(self, customer_keys: NDArray[np.int32]) -> NDArray[np.intp]:
        """Where in a resample each row's customer stands."""
        return np.searchsorted(self.everybody, customer_keys)

    def weights(self, customer_keys: NDArray[np.int32]) -> Iterator[Floats]:
        """How often each row counts, in one resample after the other."""
        places = self.places(customer_keys)
        for draw in self.drawn:
            yield draw[places].astype(np.float64)


@dataclass(frozen=True)
class Resampled:
    """One figure as it was measured, and the same of each resample."""

    figure: float
    replicates: Floats

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of its 95 % interval."""
        return interval(self.replicates)

    def over(self, other: Resampled) -> tuple[float, float, float]:
        """How much higher it is than another, and the ends of that difference's 95 % interval."""
        return self.figure - other.figure, *interval(self.replicates - other.replicates)


def interval(replicates: Floats) -> tuple[float, float]:
    """The middle 95 % of bootstrap replicates; those without an answer are left out."""
    found = replicates[~np.isnan(replicates)]
    if not len(found):
        return math.nan, math.nan
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def mean_interval(values: Floats) -> tuple[float, float]:
    """The ends of the 95 % interval of a mean over customers; NaN of fewer than two."""
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return float("nan"), float("nan")
    half = _TWO_SIDED * float(known.std(ddof=1)) / len(known) ** 0.5
    return float(known.mean()) - half, float(known.mean()) + half


def share_interval(found: int, of: int) -> tuple[float, float]:
    """The 95 percent interval of a share that was found among so many (Wilson 1927); all there is of nobody.

    >>> [round(end, 3) for end in share_interval(10, 50)]
    [0.112, 0.33]
    """
    if not of:
        return 0.0, 1.0
    share, spread = found / of, _TWO_SIDED**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = _TWO_SIDED * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def finite(figures: Mapping[str, float]) -> dict[str, float | None]:
    """The figures with None where there is no answer, rounded to eight digits for the record."""
    return {
        name: float(f"{value:.8g}") if math.isfinite(value) else None
        for name, value in figures.items()
    }


def mean_figures(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each figure over several tests."""
    return {name: math.fsum(one[name] for one in figures) / len(figures) for name in figures[0]}
