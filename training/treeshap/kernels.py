"""Rows through the tables: a block of rows at a time, or one row.

Both kernels add up the same numbers in the same order, so that a row alone is explained bit for bit
as in a batch. They differ in what they keep at hand: the block kernel takes one split, one pattern bit
or one column of a table for all rows, in loops that become vector instructions; the row kernel first
finds every pattern, so that the scattered reads that follow need not wait for one another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.treeshap.compiled import compiled
from training.treeshap.group_layout import Bytes
from training.treeshap.model_text import (
    CATEGORY,
    NAN_LEFT,
    NAN_RIGHT,
    ZERO,
    ZERO_RIGHT,
    Floats,
    Integers,
)

_STRETCH = 128  # rows of a deep leaf at a time, so that what its loops share stays at hand


class Splits(NamedTuple):
    """Every split of the forest; ``first[tree]:first[tree + 1]`` are a tree's."""

    first: Integers
    feature: Integers
    kind: NDArray[np.int8]
    threshold: NDArray[np.float32]
    levels_from: Integers
    levels_count: Integers
    levels: Bytes


class Deep(NamedTuple):
    """The leaves without a table: their entries' columns, and all it takes to integrate."""

    first: Integers
    value: Floats
    condition_from: Integers
    node: Integers
    flip: Bytes
    entry: Integers
    entry_from: Integers
    column: Integers
    share: Floats
    points: Floats
    weights: Floats


@compiled
def explain_block(
    columns: Any, splits: Any, groups: Any, tables: Any, deep: Any, added: Any
) -> None:
    """Add a block's contributions to ``added`` (float64, one row a column, one column a row).

    ``columns`` is the block turned around: float32, one row a feature.
    """
    first_node, feature, kind, threshold, levels_from, levels_count, levels = splits
    first_group, condition_from, node_at, flip_at, bit_at, column_from, column_at, table_from = (
        groups
    )
    first_leaf, leaf_value, deep_from, deep_node, deep_flip, deep_entry = deep[:6]
    entry_from, deep_column, deep_share, points, weights = deep[6:]
    rows = columns.shape[1]
    most = 1
    for tree in range(len(first_node) - 1):
        most = max(most, first_node[tree + 1] - first_node[tree])
    right = np.empty((most, rows), np.uint8)
    pattern = np.empty(rows, np.uint16)
    satisfied = np.empty((points.shape[0], _STRETCH))
    product = np.empty((points.shape[1], _STRETCH))
    if_lost, if_kept = np.empty(_STRETCH), np.empty(_STRETCH)
    for tree in range(len(first_node) - 1):
        first = first_node[tree]
        for node in range(first, first_node[tree + 1]):
            begin = levels_from[node]
            _decide(
                columns, feature[node], kind[node], threshold[node],
                levels, begin, begin + levels_count[node] - 1, right, node - first,
            )  # fmt: skip
        for group in range(first_group[tree], first_group[tree + 1]):
            pattern[:] = 0
            for one in range(condition_from[group], condition_from[group + 1]):
                _match(right, node_at[one] - first, flip_at[one], bit_at[one], pattern)
            begin, end = column_from[group], column_from[group + 1]
            _stretch(pattern, np.uint16(end - begin))
            for column in range(begin, end):
                _look_up(
                    tables, table_from[group] + column - begin, pattern, added, column_at[column]
                )
        for leaf in range(first_leaf[tree], first_leaf[tree + 1]):
            begin, end = entry_from[leaf], entry_from[leaf + 1]
            for row in range(0, rows, _STRETCH):
                width = min(rows - row, _STRETCH)
                satisfied[: end - begin] = 1.0
                for one in range(deep_from[leaf], deep_from[leaf + 1]):
                    keeps = deep_flip[one] ^ np.uint8(1)
                    _keep(
                        right, deep_node[one] - first, keeps, row, width, satisfied, deep_entry[one]
                    )
                _integrate(
                    satisfied, deep_share, deep_column, begin, end, leaf_value[leaf],
                    points, weights, product, if_lost, if_kept, row, width, added,
                )  # fmt: skip


@compiled
def _decide(
    columns: Any, feature: Any, kind: Any, threshold: Any, levels: Any, begin: Any, end: Any,
    right: Any, slot: Any,
) -> None:  # fmt: skip
    """Which rows go right at a split: 1, else 0."""
    rows = columns.shape[1]
    if kind == NAN_RIGHT:
        for row in range(rows):
            right[slot, row] = not (columns[feature, row] <= threshold)
    elif kind == NAN_LEFT:
        for row in range(rows):
            right[slot, row] = columns[feature, row] > threshold
    elif kind != CATEGORY:
        is_zero_right = kind == ZERO_RIGHT
        for row in range(rows):
            value = columns[feature, row]
            right[slot, row] = is_zero_right if abs(value) <= ZERO else value > threshold
            if is_zero_right and value != value:
                right[slot, row] = 1
    else:
        # A code is cut off towards zero, as C does it: -0.5 is the first level, -1 is none.
        unseen = np.float32(end - begin)
        for row in range(rows):
            value = columns[feature, row]
            is_known = (value > np.float32(-1.0)) & (value < unseen)
            right[slot, row] = 1 - levels[begin + np.int32(value if is_known else unseen)]


@compiled
def _match(right: Any, slot: Any, flip: Any, bit: Any, pattern: Any) -> None:
    """Set a bit of the pattern where a condition is violated."""
    shift = np.uint16(bit)
    for row in range(len(pattern)):
        pattern[row] |= np.uint16(right[slot, row] ^ flip) << shift


@compiled
def _stretch(pattern: Any, width: Any) -> None:
    """From the number of a pattern to the place of its row in a table."""
    for row in range(len(pattern)):
        pattern[row] *= width


@compiled
def _look_up(tables: Any, begin: Any, pattern: Any, added: Any, column: Any) -> None:
    table = tables[begin:]
    for row in range(len(pattern)):
        added[column, row] += table[pattern[row]]


@compiled
def _keep(
    right: Any, slot: Any, keeps: Any, begin: Any, width: Any, satisfied: Any, entry: Any
) -> None:
    """Strike out the rows that violate a deep leaf's condition."""
    for row in range(width):
        satisfied[entry, row] *= np.float64(right[slot, begin + row] ^ keeps)


@compiled
def _integrate(
    satisfied: Any, share: Any, columns: Any, first: Any, last: Any, value: Any, points: Any,
    weights: Any, product: Any, if_lost: Any, if_kept: Any, begin: Any, width: Any, added: Any,
) -> None:  # fmt: skip
    """The integral of ``shapley_tables`` for one leaf and a stretch of rows, by quadrature.

    The product over all features but one is the whole product divided by that one's factor.
    """
    features = last - first
    count = (features + 1) // 2
    if_lost[:] = 0.0
    for point in range(count):
        t = points[features, point]
        weight = weights[features, point] * value
        for row in range(width):
            product[point, row] = weight
        for i in range(features):
            lost = (1.0 - t) * share[first + i]
            for row in range(width):
                product[point, row] *= lost + t * satisfied[i, row]
        # Where its condition is violated a feature's share cancels out: one sum serves them all.
        factor = -1.0 / (1.0 - t)
        for row in range(width):
            if_lost[row] += product[point, row] * factor
    for i in range(features):
        if_kept[:] = 0.0
        part = share[first + i]
        for point in range(count):
            t = points[features, point]
            factor = (1.0 - part) / ((1.0 - t) * part + t)
            for row in range(width):
                if_kept[row] += product[point, row] * factor
        column = columns[first + i]
        for row in range(width):
            lost = if_lost[row]
            added[column, begin + row] += lost + satisfied[i, row] * (if_kept[row] - lost)


@compiled
def explain_row(values: Any, splits: Any, groups: Any, tables: Any, deep: Any, added: Any) -> None:
    """Add one row's contributions to ``added`` (float64, one row a column, one column)."""
    first_node, feature, kind, threshold, levels_from, levels_count, levels = splits
    first_group, condition_from, node_at, flip_at, bit_at, column_from, column_at, table_from = (
        groups
    )
    first_leaf, leaf_value, deep_from, deep_node, deep_flip, deep_entry = deep[:6]
    entry_from, deep_column, deep_share, points, weights = deep[6:]
    right = np.empty((len(feature), 1), np.uint8)
    for node in range(len(feature)):
        value, limit = values[feature[node], 0], threshold[node]
        sort = kind[node]
        if sort <= NAN_LEFT:
            # One way for both sorts: which of them comes next, no processor could guess.
            right[node, 0] = (value > limit) | ((value != value) & (sort == NAN_RIGHT))
        elif sort == CATEGORY:
            unseen = levels_count[node] - 1
            is_known = (value > np.float32(-1.0)) & (value < np.float32(unseen))
            level = np.int32(value) if is_known else unseen
            right[node, 0] = 1 - levels[levels_from[node] + level]
        else:
            begin = levels_from[node]
            end = begin + levels_count[node] - 1
            _decide(values, feature[node], sort, limit, levels, begin, end, right, node)
    pattern = np.empty(len(table_from) - 1, np.uint32)
    for group in range(len(pattern)):
        found = np.uint32(0)
        for one in range(condition_from[group], condition_from[group + 1]):
            found |= np.uint32(right[node_at[one], 0] ^ flip_at[one]) << np.uint32(bit_at[one])
        pattern[group] = found
    satisfied, product = np.empty((points.shape[0], 1)), np.empty((points.shape[1], 1))
    if_lost, if_kept = np.empty(1), np.empty(1)
    for tree in range(len(first_node) - 1):
        for group in range(first_group[tree], first_group[tree + 1]):
            begin, end = column_from[group], column_from[group + 1]
            place = table_from[group] + np.int64(pattern[group]) * (end - begin)
            for column in range(begin, end):
                added[column_at[column], 0] += tables[place + column - begin]
        for leaf in range(first_leaf[tree], first_leaf[tree + 1]):
            begin, end = entry_from[leaf], entry_from[leaf + 1]
            satisfied[: end - begin] = 1.0
            for one in range(deep_from[leaf], deep_from[leaf + 1]):
                keeps = deep_flip[one] ^ np.uint8(1)
                _keep(right, deep_node[one], keeps, 0, 1, satisfied, deep_entry[one])
            _integrate(
                satisfied, deep_share, deep_column, begin, end, leaf_value[leaf],
                points, weights, product, if_lost, if_kept, 0, 1, added,
            )  # fmt: skip
