"""From contributions to reasons: percentage points that add up to the shown probability.

A model's log-odds are a base plus one contribution a reason group. The calibrated probability rises
with the log-odds, so the change from the base probability to a customer's is shared out among the
groups by Aumann-Shapley pricing along the straight line between them, which for a sum has the closed
form used here: ``points_g = contribution_g * (p - p0) / (m - b)`` with ``m`` the customer's log-odds,
``b`` the base and ``p``, ``p0`` their calibrated probabilities (Aumann & Shapley 1974; Sundararajan et
al. 2017). Base, shown reasons and ``other`` therefore sum to the probability exactly. A reason explains
the model's answer; it says nothing of what would happen if something were done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats

MOST_RAISING = 4
MOST_LOWERING = 2
MAIN_REASONS = 3
"""So many of those that raise a risk stand in a list."""
THRESHOLD = 0.05
LEAST_POINTS = 0.5
SIMILAR = 0.1
"""Reasons that differ by less than a tenth of the larger are of similar weight."""
_STRAIGHT = 1e-6


@dataclass(frozen=True)
class Points:
    """Percentage points by reason group: one row a customer, one column a group.

    ``base`` is the probability the model starts from, the same for everybody; ``probability`` is one
    a customer. Both lie between 0 and 1 while ``by_group`` counts in hundredths.
    """

    probability: Floats
    base: float
    by_group: Floats


def percentage_points(
    contributions: Floats, base_log_odds: float, calibrated: Callable[[Floats], Floats]
) -> Points:
    """Share the way from the base to each probability out among the groups.

    Where a customer's log-odds meet the base, the limit of the rule is taken: the slope of the curve.
    """
    added = contributions.sum(axis=1)
    probability = calibrated(base_log_odds + added)
    base = float(calibrated(np.array([base_log_odds]))[0])
    slope = slope_at(base_log_odds, calibrated)
    near = np.abs(added) < _STRAIGHT
    rate = np.where(near, slope, (probability - base) / np.where(near, 1.0, added))
    return Points(probability, base, 100.0 * contributions * rate[:, None])


def slope_at(log_odds: float, calibrated: Callable[[Floats], Floats]) -> float:
    """How much a probability rises with the log-odds, at one place of the curve."""
    around = calibrated(log_odds + np.array([-_STRAIGHT, _STRAIGHT]))
    return float(around[1] - around[0]) / (2 * _STRAIGHT)


def selected(
    by_group: Floats,
    least: float | Floats = LEAST_POINTS,
    is_tellable: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Which groups are shown: at most four that raise and two that lower, none of them negligible.

    A group counts when it makes up at least a twentieth of all that pushes in its direction and moves
    the risk by half a point or more, or another answer by ``least`` of its own unit, for all or a row each; and where something is
    said of it (``is_tellable``), if that is given.
    """
    raising = _strongest(by_group, MOST_RAISING, least, is_tellable)
    return raising | _strongest(-by_group, MOST_LOWERING, least, is_tellable)


def weighty(by_group: Floats, least: float | Floats = LEAST_POINTS) -> NDArray[np.bool_]:
    """Which groups count, however many they are; see ``selected``."""
    pushes = (np.maximum(one, 0.0) for one in (by_group, -by_group))
    raising, lowering = (
        (one >= THRESHOLD * one.sum(axis=1, keepdims=True)) & (one >= least) for one in pushes
    )
    found: NDArray[np.bool_] = raising | lowering
    return found


def together(by_group: Floats, alike: NDArray[np.bool_]) -> Floats:
    """The points of the groups that tell the same fact, added to those of the largest of them.

    >>> together(np.array([[9.0, 4.0, 2.0, -1.0]]), np.array([[True, False, True, False]])).tolist()
    [[11.0, 4.0, 0.0, -1.0]]
    """
    points = np.where(alike, by_group, 0.0)
    rows = np.flatnonzero(alike.any(axis=1))
    found = np.where(alike, 0.0, by_group)
    found[rows, points[rows].argmax(axis=1)] = points[rows].sum(axis=1)
    return found


def leading_features(
    feature_contributions: Floats,
    group_of: NDArray[np.intp],
    by_group: Floats,
    sayable: Mapping[str, NDArray[np.int8]] | None = None,
) -> NDArray[np.int16]:
    """In each group the position of the feature that pushes most in the group's direction.

    Where ``sayable`` is given, by direction, features that can be told less well stand back behind
    those that push the same way and can be told better.
    """
    leading = np.zeros(by_group.shape, np.int16)
    for group in range(by_group.shape[1]):
        columns = np.flatnonzero(group_of == group)
        if len(columns):
            lowers = by_group[:, group] < 0
            pushed = feature_contributions[:, columns] * np.where(lowers, -1.0, 1.0)[:, None]
            if sayable is not None:
                found = [sayable[one][:, columns] for one in ("lowers", "raises")]
                standing = np.where(lowers[:, None], *found) * (pushed > 0)
                best = standing == standing.max(axis=1, keepdims=True)
                pushed = np.where(best, pushed, -np.inf)
            leading[:, group] = columns[np.argmax(pushed, axis=1)]
    return leading


def add_up(total: float, parts: Sequence[float]) -> list[float]:
    """Round parts to one decimal so that they sum to a total of one decimal (largest remainder).

    >>> add_up(1.0, [0.34, 0.33, 0.33])
    [0.4, 0.3, 0.3]
    """
    return [one / 10 for one in add_up_whole(round(10 * total), [10 * one for one in parts])]


def add_up_whole(total: int, parts: Sequence[float]) -> list[int]:
    """Round parts to whole numbers so that they sum to a whole total (largest remainder).

    >>> add_up_whole(10, [3.4, 3.3, 3.3]), add_up_whole(-1, [-0.5, -0.4])
    ([4, 3, 3], [-1, 0])
    """
    whole = [math.floor(one) for one in parts]
    missing = total - sum(whole)
    places = sorted(range(len(parts)), key=lambda place: whole[place] - parts[place])
    if missing < 0:
        places.reverse()
    for turn in range(abs(missing)):
        whole[places[turn % len(places)]] += 1 if missing > 0 else -1
    return whole


def add_up_all(totals: Floats, parts: Floats) -> Floats:
    """``add_up_whole`` for many at once, a row each; a part that is NaN is not there and stays so.

    >>> add_up_all(np.array([10.0, -1.0]), np.array([[3.4, 3.3, 3.3], [-0.5, np.nan, -0.4]])).tolist()
    [[4.0, 3.0, 3.0], [-1.0, nan, 0.0]]
    """
    there = ~np.isnan(parts)
    whole = np.floor(np.where(there, parts, 0.0))
    remainder = np.where(there, parts - whole, -1.0)
    rank = np.argsort(np.argsort(-remainder, axis=1, kind="stable"), axis=1, kind="stable")
    # Who lost most by rounding down is given first, and taken from last.
    turns, left = np.divmod(totals - whole.sum(axis=1), np.maximum(there.sum(axis=1), 1))
    whole += turns[:, None] + (rank < left[:, None])
    return np.where(there, whole, np.nan)


def _strongest(
    pushes: Floats, most: int, least: float | Floats, is_tellable: NDArray[np.bool_] | None
) -> NDArray[np.bool_]:
    """The largest positive entries of each row, above the threshold."""
    positive = np.maximum(pushes, 0.0)
    enough = (positive >= THRESHOLD * positive.sum(axis=1, keepdims=True)) & (positive >= least)
    if is_tellable is not None:
        positive = np.where(is_tellable, positive, 0.0)
        enough &= is_tellable
    order = np.argsort(-positive, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(pushes.shape[1])[None, :], axis=1)
    chosen: NDArray[np.bool_] = (place < most) & enough
    return chosen
