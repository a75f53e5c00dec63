"""The Shapley values of a group of leaves, for every pattern of violated conditions.

Let a leaf of value ``v`` have the features ``1 … d`` on its path, ``z_i`` the share of training rows
that satisfy the conditions on feature ``i``, and ``s_i`` 1 where the row does and 0 otherwise. The
leaf's path-dependent Shapley value of feature ``j`` is

    v · (s_j - z_j) · ∫₀¹ ∏_{i≠j} ((1 - t) · z_i + t · s_i) dt

because the integral over ``t`` is what weighs coalitions of each size as Shapley's formula does. The
integrand is a polynomial of degree ``d - 1``; Gauss-Legendre quadrature with ``⌈d / 2⌉`` points is
therefore not an approximation but exact.

In a split group the integral stays open: each of its tables holds, at every point ``t``, the product of
its own factors, and per column the sum of products with one factor replaced by ``s_j - z_j``. Multiplied
by the products of the other parts and summed over the points that is the same number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.compiled import compiled
from training.learners.treeshap.group_layout import LANES, Groups, Members


def quadrature(most_features: int) -> tuple[Floats, Floats]:
    """Points and weights on [0, 1]: row ``n`` holds ``n`` of them, exact up to degree ``2 n - 1``."""
    most = (max(most_features, 1) + 1) // 2
    points = np.zeros((most + 1, most))
    weights = np.zeros((most + 1, most))
    for count in range(1, most + 1):
        on_symmetric, weight = np.polynomial.legendre.leggauss(count)
        points[count, :count] = (on_symmetric + 1.0) / 2.0
        weights[count, :count] = weight / 2.0
    return points, weights


def fill_tables(groups: Groups, members: Members) -> NDArray[np.float64]:
    """The tables of all groups; ``Groups`` says how they are laid out."""
    features = np.diff(members.entry_from)
    # NumPy's own allocation comes in huge pages where the system has them: fewer misses at look-ups.
    tables = np.zeros(int(groups.table_from[-1]))
    most = int(features[groups.points[members.group] == 0].max(initial=0))
    values = np.empty((1 << most, most))
    _fill(groups, members, *quadrature(int(features.max(initial=0))), values, tables)
    return tables


@compiled
def _fill(groups: Any, members: Any, points: Any, weights: Any, values: Any, tables: Any) -> None:
    before = np.empty(2 * points.shape[1] + 1)
    chosen = np.empty(2 * points.shape[1], np.int32)
    filled = -1
    for member in range(len(members.group)):
        group = members.group[member]
        first, last = members.entry_from[member], members.entry_from[member + 1]
        begin, count = groups.part_from[group], groups.points[group]
        value = members.value[member]
        if count == 0:
            share = members.share[first:last]
            _leaf_values(value, share, points, weights, before, values)
            _add_leaf(groups, members, begin, first, last, values, tables)
        else:
            # What all leaves of the group have in common is filled in once.
            end = groups.part_from[group + 1] if filled < group else begin + 1
            filled = group
            for part in range(begin, end):
                entries = 0
                for entry in range(first, last):
                    if members.part[entry] == part:
                        chosen[entries] = entry
                        entries += 1
                lead = value if part == begin else 0.0
                _add_part(
                    groups, members, part, chosen[:entries], points[count, :count],
                    weights[count], lead, before, tables,
                )  # fmt: skip


@compiled
def _add_leaf(
    groups: Any, members: Any, part: Any, first: Any, last: Any, values: Any, tables: Any
) -> None:
    """Add one leaf's values to the one table of its group."""
    columns = groups.column_from[part + 1] - groups.column_from[part]
    begin = groups.table_from[part]
    patterns = (groups.table_from[part + 1] - begin) // columns
    for pattern in range(patterns):
        satisfied = 0
        for entry in range(first, last):
            if (pattern & members.mask[entry]) == members.wanted[entry]:
                satisfied |= 1 << (entry - first)
        for entry in range(first, last):
            place = begin + pattern * columns + members.place[entry]
            tables[place] += values[satisfied, entry - first]


@compiled
def _add_part(
    groups: Any, members: Any, part: Any, chosen: Any, points: Any, weights: Any, lead: Any,
    before: Any, tables: Any,
) -> None:  # fmt: skip
    """Add a leaf's products to one table of a split group; ``lead`` 0 is a part without its value."""
    wide = (len(points) + LANES - 1) // LANES * LANES
    row = (1 + groups.column_from[part + 1] - groups.column_from[part]) * wide
    begin = groups.table_from[part]
    patterns = (groups.table_from[part + 1] - begin) // row
    for pattern in range(patterns):
        place = begin + pattern * row
        for point in range(len(points)):
            t = points[point]
            before[0] = 1.0 if lead == 0.0 else weights[point] * lead
            for i in range(len(chosen)):
                entry = chosen[i]
                holds = (pattern & members.mask[entry]) == members.wanted[entry]
                before[i + 1] = before[i] * ((1.0 - t) * members.share[entry] + t * holds)
            tables[place + point] += before[len(chosen)]
            after = 1.0
            for i in range(len(chosen) - 1, -1, -1):
                entry = chosen[i]
                share = members.share[entry]
                holds = (pattern & members.mask[entry]) == members.wanted[entry]
                column = place + (1 + members.place[entry]) * wide
                tables[column + point] += before[i] * after * (holds - share)
                after *= (1.0 - t) * share + t * holds


@compiled
def _leaf_values(
    value: Any, share: Any, points: Any, weights: Any, before: Any, values: Any
) -> None:
    """The value of each feature for every set of satisfied features; bit ``i`` is feature ``i``."""
    features = len(share)
    count = (features + 1) // 2
    for satisfied in range(1 << features):
        for j in range(features):
            values[satisfied, j] = 0.0
        for point in range(count):
            t = points[count, point]
            # Products from both ends give each "all but one" without a division.
            before[0] = weights[count, point] * value
            for i in range(features):
                before[i + 1] = before[i] * ((1.0 - t) * share[i] + t * ((satisfied >> i) & 1))
            after = 1.0
            for j in range(features - 1, -1, -1):
                holds = (satisfied >> j) & 1
                values[satisfied, j] += before[j] * after * (holds - share[j])
                after *= (1.0 - t) * share[j] + t * holds
