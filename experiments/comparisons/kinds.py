"""By the kind of customer: how far the surprise of sides differs, and how well their probabilities hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.comparisons.differences import WithEnds
from experiments.comparisons.paired import PairedAnswers
from features.vocabulary.arrays import Floats
from training.measures.metrics import auc, calibration_error, log_losses, reliability

FEWEST_ROWS = 50
"""A kind of fewer rows, or with one outcome alone, is too small to say anything of."""
_TWO_SIDED = 1.96


@dataclass(frozen=True)
class KindDifference(WithEnds):
    """One kind of customer: how a side's mean log loss differs from the first's, with 95 % ends, customers together.

    Less is better. ``auc`` and ``observed_over_expected`` are those of the side.
    """

    kind: str
    name: str
    side: str
    rows: int
    difference: float
    low: float
    high: float
    auc: float
    base_auc: float
    observed_over_expected: float
    base_observed_over_expected: float

    def as_dict(self) -> dict[str, Any]:
        """The row as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class SideCalibration:
    """How well a side's probabilities hold over all rows: expected and observed by tenths, and their mean distance."""

    side: str
    error: float
    observed_over_expected: float
    expected: Sequence[float]
    observed: Sequence[float]

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain fields."""
        return asdict(self)


def kind_differences(paired: PairedAnswers) -> list[KindDifference]:
    """Every stage, status and segment with enough rows; the interval counts customers, not rows."""
    return [
        _of_kind(paired, kind, name, codes == code, side)
        for kind, (names, codes) in paired.kinds.items()
        for code, name in names.items()
        if _is_large_enough(paired.outcomes[codes == code])
        for side in range(1, len(paired.sides))
    ]


def calibrations(paired: PairedAnswers) -> Iterator[SideCalibration]:
    """How well the probabilities of each side hold."""
    for side, probability in zip(paired.sides, paired.probability, strict=True):
        bins = reliability(paired.outcomes, probability)
        yield SideCalibration(
            side,
            calibration_error(paired.outcomes, probability),
            _came(paired.outcomes, probability),
            [one.expected for one in bins],
            [one.observed for one in bins],
        )


def clustered_interval(values: Floats, customers: NDArray[np.intp]) -> tuple[float, float, float]:
    """The mean of some rows' values and the ends of its 95 % interval, a customer's rows counting together.

    >>> mean, low, high = clustered_interval(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
    >>> mean, round(high - mean, 3)
    (2.0, 1.386)
    """
    mean = float(values.mean())
    sums = np.bincount(customers, weights=values - mean)
    half = _TWO_SIDED * float(np.sqrt((sums**2).sum())) / len(values)
    return mean, mean - half, mean + half


def _is_large_enough(outcomes: Floats) -> bool:
    return len(outcomes) >= FEWEST_ROWS and 0 < outcomes.sum() < len(outcomes)


def _of_kind(
    paired: PairedAnswers, kind: str, name: str, rows: NDArray[np.bool_], side: int
) -> KindDifference:
    outcomes = paired.outcomes[rows]
    base, mine = paired.probability[0][rows], paired.probability[side][rows]
    more = log_losses(outcomes, mine) - log_losses(outcomes, base)
    return KindDifference(
        kind,
        name,
        paired.sides[side],
        len(outcomes),
        *clustered_interval(more, paired.customers[rows]),
        auc(outcomes, mine),
        auc(outcomes, base),
        _came(outcomes, mine),
        _came(outcomes, base),
    )


def _came(outcomes: Floats, probability: Floats) -> float:
    return float(outcomes.sum() / probability.sum())
