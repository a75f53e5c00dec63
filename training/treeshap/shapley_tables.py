"""The Shapley values of a group of leaves, for every pattern of violated conditions.

Let a leaf of value ``v`` have the features ``1 … d`` on its path, ``z_i`` the share of training rows
that satisfy the conditions on feature ``i``, and ``s_i`` 1 where the row does and 0 otherwise. The
leaf's path-dependent Shapley value of feature ``j`` is

    v · (s_j - z_j) · ∫₀¹ ∏_{i≠j} ((1 - t) · z_i + t · s_i) dt

because the integral over ``t`` is what weighs coalitions of each size as Shapley's formula does. The
integrand is a polynomial of degree ``d - 1``; Gauss-Legendre quadrature with ``⌈d / 2⌉`` points is
therefore not an approximation but exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.treeshap.compiled import compiled
from training.treeshap.group_layout import Groups, Members
from training.treeshap.model_text import Floats


def quadrature(most_features: int) -> tuple[Floats, Floats]:
    """Points and weights on [0, 1]: row ``d`` integrates polynomials of degree ``d - 1`` exactly."""
    most = (max(most_features, 1) + 1) // 2
    points = np.zeros((most_features + 1, most))
    weights = np.zeros((most_features + 1, most))
    for features in range(1, most_features + 1):
        count = (features + 1) // 2
        on_symmetric, weight = np.polynomial.legendre.leggauss(count)
        points[features, :count] = (on_symmetric + 1.0) / 2.0
        weights[features, :count] = weight / 2.0
    return points, weights


def fill_tables(groups: Groups, members: Members) -> NDArray[np.float64]:
    """The tables of all groups: one row a pattern, one number a column of the group."""
    most = int(np.diff(members.entry_from).max(initial=0))
    # NumPy's own allocation comes in huge pages where the system has them: fewer misses at look-ups.
    tables = np.zeros(int(groups.table_from[-1]))
    _fill(groups, members, *quadrature(most), tables)
    return tables


@compiled
def _fill(groups: Any, members: Any, points: Any, weights: Any, tables: Any) -> None:
    most = points.shape[0] - 1
    values = np.empty((1 << most, most))
    before = np.empty(most + 1)
    for member in range(len(members.group)):
        group = members.group[member]
        first, last = members.entry_from[member], members.entry_from[member + 1]
        share = members.share[first:last]
        _leaf_values(members.value[member], share, points, weights, before, values)
        columns = groups.column_from[group + 1] - groups.column_from[group]
        begin = groups.table_from[group]
        patterns = (groups.table_from[group + 1] - begin) // columns
        for pattern in range(patterns):
            satisfied = 0
            for entry in range(first, last):
                if (pattern & members.mask[entry]) == members.wanted[entry]:
                    satisfied |= 1 << (entry - first)
            for entry in range(first, last):
                place = begin + pattern * columns + members.place[entry]
                tables[place] += values[satisfied, entry - first]


@compiled
def _leaf_values(
    value: Any, share: Any, points: Any, weights: Any, before: Any, values: Any
) -> None:
    """The value of each feature for every set of satisfied features; bit ``i`` is feature ``i``."""
    features = len(share)
    for satisfied in range(1 << features):
        for j in range(features):
            values[satisfied, j] = 0.0
        for point in range((features + 1) // 2):
            t = points[features, point]
            # Products from both ends give each "all but one" without a division.
            before[0] = weights[features, point] * value
            for i in range(features):
                before[i + 1] = before[i] * ((1.0 - t) * share[i] + t * ((satisfied >> i) & 1))
            after = 1.0
            for j in range(features - 1, -1, -1):
                holds = (satisfied >> j) & 1
                values[satisfied, j] += before[j] * after * (holds - share[j])
                after *= (1.0 - t) * share[j] + t * holds
