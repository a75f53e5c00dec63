"""From a model's log-odds to a probability that holds: learned from customers not seen, stored as numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.learners.crossing import crossing
from training.learners.repeated import Repeated, clustered_covariance, moved_between_cutoffs

ISOTONIC_FROM = 1_000
"""With so many who left, the shape of the curve is learned; with fewer, only its level and slope."""

_BLOCK = 50
_SLOPES = (0.05, 1.0)
_SURE = 1.6448536269514722
"""Nine in ten: the normal quantile of 95 %."""
_BAND_POINTS = 21
_FARTHEST = 8.0


@dataclass(frozen=True)
class Band:
    """How far the true share may lie from the curve, nine times in ten: distances in log-odds at some points.

    Between the points distances are straight lines, beyond them those of the nearest.
    """

    log_odds: Floats
    below: Floats
    above: Floats

    def as_dict(self) -> dict[str, list[float]]:
        """The band as plain JSON."""
        return {
            "log_odds": self.log_odds.tolist(),
            "below": self.below.tolist(),
            "above": self.above.tolist(),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Band:
        """The band read back."""
        return cls(*(np.array(content[name], np.float64) for name in cls.__dataclass_fields__))


NO_BAND = Band(np.zeros(1), np.zeros(1), np.zeros(1))
"""That of a curve of which nothing more is known."""


def sigmoid(log_odds: NDArray[np.floating]) -> Floats:
    """The probability of log-odds, safe for any size.

    >>> sigmoid(np.array([0.0, 800.0])).tolist()
    [0.5, 1.0]
    """
    small = np.exp(-np.abs(log_odds))
    probability: Floats = np.where(log_odds >= 0, 1.0, small) / (1.0 + small)
    return probability


def logit(probability: NDArray[np.floating]) -> Floats:
    """The log-odds of a probability between 0 and 1, both excluded."""
    log_odds: Floats = np.log(probability) - np.log1p(-probability)
    return log_odds


@dataclass(frozen=True)
class Calibration:
    """A rising curve from log-odds to probability, never quite 0 or 1.

    Between its knots the curve is straight; beyond the first and last it follows
    ``sigmoid(logit(p) + slope * (z - knot))``. A single knot therefore is a sigmoid, and more are an
    isotonic fit joined between the centres of its blocks, so two customers with different log-odds
    never tie.
    """

    kind: str
    log_odds: Floats
    probability: Floats
    slope: float
    band: Band = field(default=NO_BAND)

    def interval(
        self, log_odds: Floats, probability: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Where the true share among customers with these log-odds lies, nine times in ten.

        It is about the curve, which was learned from so many customers and no more: one customer leaves
        or stays. ``probability`` is what ``apply`` gives, where it is known already.
        """
        known = self.apply(log_odds) if probability is None else probability
        middle = logit(np.clip(known, 1e-12, 1 - 1e-12))
        band = self.band
        return (
            sigmoid(middle - np.interp(log_odds, band.log_odds, band.below)),
            sigmoid(middle + np.interp(log_odds, band.log_odds, band.above)),
        )

    def apply(self, log_odds: Floats) -> Floats:
        """The calibrated probability of each log-odds."""
        inside = np.interp(log_odds, self.log_odds, self.probability)
        first, last = self.log_odds[0], self.log_odds[-1]
        below = logit(self.probability[:1]) + self.slope * (np.minimum(log_odds, first) - first)
        above = logit(self.probability[-1:]) + self.slope * (np.maximum(log_odds, last) - last)
        return np.where(
            log_odds < first, sigmoid(below), np.where(log_odds > last, sigmoid(above), inside)
        )

    def shifted(self, by: float) -> Calibration:
        """The same curve at another level: the log-odds of every probability are higher by so much."""
        if by == 0.0:
            return self
        return replace(self, probability=sigmoid(logit(self.probability) + by))

    def levelled(self, log_odds: Floats, level: float) -> Calibration:
        """The same curve for a model that stands higher or lower: moved to where these come to ``level`` on average.

        The shape stays; a level beyond all reach of a move is come as near to as eight in log-odds allow.
        """

        def too_low(by: float) -> float:
            return level - float(np.mean(self.moved(by).apply(log_odds)))

        return self.moved(round(crossing(too_low, -_FARTHEST, _FARTHEST), 9))

    def moved(self, by: float) -> Calibration:
        """The same curve for log-odds that are all higher by so much."""
        band = replace(self.band, log_odds=self.band.log_odds + by)
        return replace(self, log_odds=self.log_odds + by, band=band)

    def as_dict(self) -> dict[str, Any]:
        """The curve as plain JSON."""
        return {
            "kind": self.kind,
            "log_odds": self.log_odds.tolist(),
            "probability": self.probability.tolist(),
            "slope": self.slope,
            "band": self.band.as_dict(),
        }

    def to_bytes(self) -> bytes:
        """The curve as a JSON file."""
        return json.dumps(self.as_dict(), indent=1).encode()

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Calibration:
        """The curve read back."""
        return cls(
            str(content["kind"]),
            np.array(content["log_odds"], np.float64),
            np.array(content["probability"], np.float64),
            float(content["slope"]),
            Band.from_dict(content["band"]) if "band" in content else NO_BAND,
        )


def calibrate(
    log_odds: Floats,
    outcomes: Floats,
    *,
    isotonic_from: int = ISOTONIC_FROM,
    repeated: Repeated | None = None,
) -> Calibration:
    """Learn the curve from a cutoff the model has not seen.

    Isotonic regression when at least ``isotonic_from`` customers left and as many stayed, else Platt's
    sigmoid (Platt 1999, with his softened targets). Its band is Wilson's interval (1927) of each block, or the
    delta method's of the sigmoid's slope and intercept. Where the same customers stand at several cutoffs,
    which ``repeated`` tells, customers are counted and not rows, and the band of a sigmoid holds how far the
    levels of the cutoffs lay apart.
    """
    rows = repeated if repeated is not None and repeated.has_repeats else None
    slope, intercept = platt(log_odds, outcomes)
    if _fewer(outcomes, rows) >= isotonic_from:
        centres, rates, sizes = _isotonic(log_odds, outcomes)
        if len(centres) > 1:
            band = _band_of_blocks(centres, rates, sizes)
            return Calibration("isotonic", centres, rates, float(np.clip(slope, *_SLOPES)), band)
    centre = float(np.round(np.mean(log_odds), 6))
    level = sigmoid(np.array([intercept + slope * centre]))
    band = _band_of_line(log_odds, outcomes, (slope, intercept), rows)
    return Calibration("sigmoid", np.array([centre]), level, max(slope, _SLOPES[0]), band)


def _fewer(outcomes: Floats, repeated: Repeated | None) -> int:
    """Of how many customers it came true, or did not, whichever is fewer."""
    if repeated is None:
        positives = int(outcomes.sum())
        return min(positives, len(outcomes) - positives)
    came = outcomes == 1.0
    return min(len(np.unique(repeated.customer_keys[one])) for one in (came, ~came))


def platt(log_odds: Floats, outcomes: Floats) -> tuple[float, float]:
    """Slope and intercept of the sigmoid that fits best, with targets softened as Platt did.

    A prior worth a hundredth of a customer keeps the slope near 1 where the log-odds do not vary.
    """
    positives = float(outcomes.sum())
    negatives = len(outcomes) - positives
    targets = np.where(outcomes > 0.5, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    return sigmoid_line(log_odds, targets, prior=0.01)


def sigmoid_line(log_odds: Floats, targets: Floats, *, prior: float = 0.0) -> tuple[float, float]:
    """Slope and intercept that minimise the log loss of ``sigmoid(slope * z + intercept)``.

    ``prior`` is the precision with which the slope is held near 1.
    """
    design = _design(log_odds)
    expected, penalty = np.array([1.0, 0.0]), np.diag([prior, 1e-9])
    weights = np.array([1.0, 0.0])
    for _ in range(100):
        fitted = sigmoid(design @ weights)
        gradient = design.T @ (fitted - targets) + penalty @ (weights - expected)
        curvature = (design * (fitted * (1 - fitted))[:, None]).T @ design + penalty
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        # A long step overshoots where the curve is flat.
        weights = weights - step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return float(weights[0]), float(weights[1])


def pool_adjacent_violators(rates: Floats, weights: Floats) -> NDArray[np.intp]:
    """The blocks of the best rising fit (Ayer et al. 1955): the first position of each.

    >>> pool_adjacent_violators(np.array([0.1, 0.5, 0.3, 0.9]), np.ones(4)).tolist()
    [0, 1, 3]
    """
    starts: list[int] = []
    sums: list[float] = []
    sizes: list[float] = []
    for position, (rate, weight) in enumerate(zip(rates.tolist(), weights.tolist(), strict=True)):
        start, total, size = position, rate * weight, weight
        while sums and sums[-1] * size >= total * sizes[-1]:
            start, total, size = starts.pop(), total + sums.pop(), size + sizes.pop()
        starts.append(start)
        sums.append(total)
        sizes.append(size)
    return np.array(starts, np.intp)


def _band_of_blocks(centres: Floats, rates: Floats, sizes: Floats) -> Band:
    """Wilson's interval of each block's rate, as distances from it."""
    shrink = 1.0 + _SURE**2 / sizes
    middle = (rates + _SURE**2 / (2 * sizes)) / shrink
    half = _SURE * np.sqrt(rates * (1 - rates) / sizes + _SURE**2 / (4 * sizes**2)) / shrink
    at = logit(rates)
    return Band(centres, at - logit(middle - half), logit(middle + half) - at)


def _design(log_odds: Floats) -> Floats:
    return np.column_stack([log_odds, np.ones(len(log_odds))])


def _band_of_line(
    log_odds: Floats, outcomes: Floats, line: tuple[float, float], repeated: Repeated | None
) -> Band:
    """How far the line may lie elsewhere, by the curvature of its likelihood, or by how customers scatter."""
    design = _design(log_odds)
    fitted = sigmoid(line[0] * log_odds + line[1])
    information = (design * (fitted * (1 - fitted))[:, None]).T @ design
    covariance = np.asarray(np.linalg.pinv(information + np.diag([1e-2, 1e-9])), np.float64)
    moved = 0.0
    if repeated is not None:
        covariance = clustered_covariance(design, outcomes - fitted, covariance, repeated)
        moved = moved_between_cutoffs(fitted, outcomes, repeated)
    points = np.unique(np.quantile(log_odds, np.linspace(0, 1, _BAND_POINTS)))
    place = _design(points)
    error = _SURE * np.sqrt(np.einsum("ij,jk,ik->i", place, covariance, place) + moved)
    return Band(points, error, error)


def _isotonic(log_odds: Floats, outcomes: Floats) -> tuple[Floats, Floats, Floats]:
    """Centre, rate and size of each block, no block smaller than fifty customers, no rate 0 or 1."""
    distinct, inverse, counts = np.unique(log_odds, return_inverse=True, return_counts=True)
    sizes = counts.astype(np.float64)
    positives = np.bincount(inverse, weights=outcomes)
    starts = pool_adjacent_violators(positives / sizes, sizes)
    starts = _large_enough(starts, sizes)
    base = outcomes.mean()
    size = np.add.reduceat(sizes, starts)
    centre = np.add.reduceat(distinct * sizes, starts) / size
    rate = (np.add.reduceat(positives, starts) + base) / (size + 1)
    pooled = pool_adjacent_violators(rate, size)
    size_pooled = np.add.reduceat(size, pooled)
    return (
        np.add.reduceat(centre * size, pooled) / size_pooled,
        np.add.reduceat(rate * size, pooled) / size_pooled,
        size_pooled,
    )


def _large_enough(starts: NDArray[np.intp], sizes: Floats) -> NDArray[np.intp]:
    kept = [0]
    filled = np.concatenate([[0.0], np.cumsum(sizes)])
    for start in starts[1:]:
        if filled[start] - filled[kept[-1]] >= _BLOCK and filled[-1] - filled[start] >= _BLOCK:
            kept.append(int(start))
    return np.array(kept, np.intp)
