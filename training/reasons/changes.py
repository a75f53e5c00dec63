"""Why a score is another than it was: the same model asked twice, and the difference shared out.

The model's log-odds moved from ``m`` to ``n`` because the contributions of the groups did. The way from
the earlier probability to the later is shared out among the groups by the rule that shares out the way from
the base (see ``points``), along the straight line between the two: ``100 * (d_g - c_g) * (q - p) / (n - m)``
for a group whose contribution went from ``c_g`` to ``d_g``. Earlier probability and points therefore sum to
the later one exactly, and asked backwards every point changes its sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.reasons.points import slope_at

LEAST_POINTS = 0.5
MOST_SHOWN = 5
_STRAIGHT = 1e-6


@dataclass(frozen=True)
class Change:
    """How each customer's probability moved; ``by_group`` counts in hundredths, one column a group."""

    before: Floats
    after: Floats
    by_group: Floats


def change_points(
    before: Floats, after: Floats, base_log_odds: float, calibrated: Callable[[Floats], Floats]
) -> Change:
    """Share out each change among the groups: one row of contributions a customer at either time."""
    odds = [base_log_odds + one.sum(axis=1) for one in (before, after)]
    chances = [calibrated(one) for one in odds]
    moved = odds[1] - odds[0]
    near = np.abs(moved) < _STRAIGHT
    slopes = np.array(
        [
            slope_at(one, calibrated) if is_near else 0.0
            for one, is_near in zip(odds[0], near, strict=True)
        ]
    )
    rate = np.where(near, slopes, (chances[1] - chances[0]) / np.where(near, 1.0, moved))
    return Change(chances[0], chances[1], 100.0 * (after - before) * rate[:, None])  # fmt: skip


def shown_groups(by_group: Floats) -> NDArray[np.intp]:
    """The groups of one customer that are shown: at most five of half a point or more, the largest first."""
    order = np.argsort(-np.abs(by_group), kind="stable")[:MOST_SHOWN]
    return order[np.abs(by_group[order]) >= LEAST_POINTS]
