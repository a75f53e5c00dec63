"""How well an order of customers finds those an offer changes: by what was seen of both arms."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.families.offers.uplift.experiment import mean_effect
from training.measures.intervals import Resamples

_RESAMPLES = 200


def qini_curve(
    outcomes: Floats, scores: Floats, treated: NDArray[np.bool_], weights: Floats | None = None
) -> tuple[Floats, Floats]:
    """How many were approached, and how many more acted for it, from the highest score down; ties together.

    Radcliffe (2007): those of the treated who acted, less those of the control, brought to the same number.
    """
    weights = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    shown = np.where(treated, weights, 0.0)[order]
    kept = np.where(treated, 0.0, weights)[order]
    ends = np.flatnonzero(np.r_[np.diff(scores[order]) != 0, True])
    shown_by, kept_by = np.cumsum(shown)[ends], np.cumsum(kept)[ends]
    acted_shown = np.cumsum(shown * outcomes[order])[ends]
    acted_kept = np.cumsum(kept * outcomes[order])[ends]
    ratio = np.divide(shown_by, kept_by, out=np.zeros(len(ends)), where=kept_by > 0)
    return np.r_[0.0, ends + 1.0], np.r_[0.0, acted_shown - acted_kept * ratio]


def qini_interval(
    outcomes: Floats,
    scores: Floats,
    treated: NDArray[np.bool_],
    customer_keys: NDArray[np.int32],
    weights: Floats,
) -> tuple[Floats, Floats, Floats]:
    """How many were approached, and the ends of the 95 % interval of how many more acted, by resampling customers."""
    drawn = Resamples.of(customer_keys, resamples=_RESAMPLES).weights(customer_keys)
    curves = [qini_curve(outcomes, scores, treated, weights * draw) for draw in drawn]
    low, high = np.percentile([gained for _, gained in curves], [2.5, 97.5], axis=0)
    return curves[0][0], low, high


def qini(
    outcomes: Floats, scores: Floats, treated: NDArray[np.bool_], weights: Floats | None = None
) -> float:
    """The area between curve and diagonal, as a share of that of the order nobody could beat.

    As scikit-uplift defines it: the best order has those who acted and were treated first, and those who
    acted without it last. Other libraries divide by other areas and cannot be compared. NaN where nobody
    could do better than by lot.
    """
    sign = np.where(treated, outcomes, -outcomes)
    whole = _area(*qini_curve(outcomes, scores, treated, weights))
    best = _area(*qini_curve(outcomes, sign, treated, weights))
    return whole / best if best else math.nan


def _area(approached: Floats, gained: Floats) -> float:
    return float(np.trapezoid(gained, approached) - approached[-1] * gained[-1] / 2)


def effect_at(
    outcomes: Floats, scores: Floats, treated: NDArray[np.bool_], *, share: float = 0.3
) -> float:
    """The effect seen among the highest share of each arm, which may differ in size."""
    rates = []
    for arm in (True, False):
        mine = np.flatnonzero(treated == arm)
        most = math.ceil(share * len(mine))
        rates.append(float(outcomes[mine[np.argsort(-scores[mine], kind="stable")[:most]]].mean()))
    return rates[0] - rates[1]


@dataclass(frozen=True)
class Tenth:
    """Customers of alike scores: what effect was expected of them, and what was seen, with its 95 % interval."""

    customers: int
    expected: float
    seen: float
    low: float
    high: float


def tenths(
    outcomes: Floats,
    expected: Floats,
    treated: NDArray[np.bool_],
    weights: Floats,
    *,
    bins: int = 10,
) -> list[Tenth]:
    """Customers in bins of equal size, the highest expected effect first."""
    order = np.argsort(-expected, kind="stable")
    found = []
    for rows in np.array_split(order, bins):
        if len(rows):
            seen = mean_effect(outcomes[rows], treated[rows], weights[rows])
            found.append(Tenth(len(rows), float(expected[rows].mean()), *seen))
    return found
