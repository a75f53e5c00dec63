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

from training.compiled import compiled
from training.learners.treeshap.group_layout import LANES, Bytes
from training.learners.treeshap.model_text import (
    CATEGORY,
    NAN_LEFT,
    NAN_RIGHT,
    ZERO,
    ZERO_RIGHT,
    Integers,
)


class SplitNodes(NamedTuple):
    """Every split of the forest; ``first[tree]:first[tree + 1]`` are a tree's."""

    first: Integers
    feature: Integers
    kind: NDArray[np.int8]
    threshold: NDArray[np.float32]
    levels_from: Integers
    levels_count: Integers
    levels: Bytes


@compiled
def explain_block(columns: Any, splits: Any, groups: Any, tables: Any, added: Any) -> None:
    """Add a block's contributions to ``added`` (float64, one row a column, one column a row).

    ``columns`` is the block turned around: float32, one row a feature.
    """
    first_node, feature, kind, threshold, levels_from, levels_count, levels = splits
    first_group, part_from, points, condition_from, node_at, flip_at, bit_at = groups[:7]
    column_from, column_at, table_from = groups[7:]
    rows = columns.shape[1]
    most = most_parts = most_points = 1
    for tree in range(len(first_node) - 1):
        most = max(most, first_node[tree + 1] - first_node[tree])
    for group in range(len(points)):
        most_parts = max(most_parts, part_from[group + 1] - part_from[group])
        most_points = max(most_points, points[group] + LANES)
    right = np.empty((most, rows), np.uint8)
    pattern = np.empty((most_parts, rows), np.uint16)
    places, rest = np.empty((most_parts, rows), np.uint64), np.empty(most_points)
    for tree in range(len(first_node) - 1):
        first = first_node[tree]
        for node in range(first, first_node[tree + 1]):
            begin = levels_from[node]
            _decide(
                columns, feature[node], kind[node], threshold[node],
                levels, begin, begin + levels_count[node] - 1, right, node - first,
            )  # fmt: skip
        for group in range(first_group[tree], first_group[tree + 1]):
            begin_part, end_part = part_from[group], part_from[group + 1]
            for part in range(begin_part, end_part):
                slot = part - begin_part
                pattern[slot, :] = 0
                one, end = condition_from[part], condition_from[part + 1]
                while one + 4 <= end:
                    _match_four(right, node_at, first, flip_at, bit_at, one, pattern, slot)
                    one += 4
                while one < end:
                    _match(right, node_at[one] - first, flip_at[one], bit_at[one], pattern, slot)
                    one += 1
            if points[group] == 0:
                begin, end = column_from[begin_part], column_from[begin_part + 1]
                _stretch(pattern, np.uint16(end - begin))
                for column in range(begin, end):
                    place = table_from[begin_part] + column - begin
                    _look_up(tables, place, pattern, added, column_at[column])
            else:
                wide = np.uint64((points[group] + LANES - 1) // LANES * LANES)
                for part in range(begin_part, end_part):
                    step = np.uint64(1 + column_from[part + 1] - column_from[part]) * wide
                    _place(pattern, part - begin_part, np.uint64(table_from[part]), step, places)
                _combine(
                    tables, places, 0, begin_part, end_part, column_from, column_at, wide, rest,
                    added,
                )  # fmt: skip


@compiled
def _place(pattern: Any, slot: Any, begin: Any, step: Any, places: Any) -> None:
    """From the number of a pattern to the place of its row among all tables."""
    for row in range(pattern.shape[1]):
        places[slot, row] = begin + np.uint64(pattern[slot, row]) * step


@compiled
def _combine(
    tables: Any, places: Any, first_place: Any, begin_part: Any, end_part: Any, column_from: Any,
    column_at: Any, wide: Any, rest: Any, added: Any,
) -> None:  # fmt: skip
    """Add what a split group gives: per part, its derivatives times the other parts' products.

    Places are unsigned, for then no index is looked at whether it counts from the end.
    """
    for part in range(begin_part, end_part):
        slot = first_place + part - begin_part
        for row in range(added.shape[1]):
            for point in range(wide):
                rest[point] = 1.0
            for other in range(first_place, first_place + end_part - begin_part):
                if other != slot:
                    begin = places[other, row]
                    for point in range(wide):
                        rest[point] *= tables[begin + point]
            place = places[slot, row]
            for column in range(column_from[part], column_from[part + 1]):
                place += wide
                even = odd = 0.0
                for step in range(np.uint64(0), wide, np.uint64(LANES)):
                    at = np.uint64(step)
                    here = place + at
                    even += tables[here] * rest[at]
                    odd += tables[here + np.uint64(1)] * rest[at + np.uint64(1)]
                added[column_at[column], row] += even + odd


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
def _match(right: Any, slot: Any, flip: Any, bit: Any, pattern: Any, part: Any) -> None:
    """Set a bit of the pattern where a condition is violated."""
    shift = np.uint16(bit)
    for row in range(pattern.shape[1]):
        pattern[part, row] |= np.uint16(right[slot, row] ^ flip) << shift


@compiled
def _match_four(
    right: Any, node_at: Any, first: Any, flip_at: Any, bit_at: Any, one: Any, pattern: Any,
    part: Any,
) -> None:  # fmt: skip
    """The same for four conditions, so that the pattern is fetched and put back once."""
    a, b = node_at[one] - first, node_at[one + 1] - first
    c, d = node_at[one + 2] - first, node_at[one + 3] - first
    flip_a, flip_b, flip_c, flip_d = (
        flip_at[one],
        flip_at[one + 1],
        flip_at[one + 2],
        flip_at[one + 3],
    )
    shift_a, shift_b = np.uint16(bit_at[one]), np.uint16(bit_at[one + 1])
    shift_c, shift_d = np.uint16(bit_at[one + 2]), np.uint16(bit_at[one + 3])
    for row in range(pattern.shape[1]):
        pattern[part, row] |= (
            (np.uint16(right[a, row] ^ flip_a) << shift_a)
            | (np.uint16(right[b, row] ^ flip_b) << shift_b)
            | (np.uint16(right[c, row] ^ flip_c) << shift_c)
            | (np.uint16(right[d, row] ^ flip_d) << shift_d)
        )


@compiled
def _stretch(pattern: Any, width: Any) -> None:
    """From the number of a pattern to the place of its row in a table."""
    for row in range(pattern.shape[1]):
        pattern[0, row] *= width


@compiled
def _look_up(tables: Any, begin: Any, pattern: Any, added: Any, column: Any) -> None:
    table = tables[begin:]
    for row in range(pattern.shape[1]):
        added[column, row] += table[pattern[0, row]]


@compiled
def explain_row(values: Any, splits: Any, groups: Any, tables: Any, added: Any) -> None:
    """Add one row's contributions to ``added`` (float64, one row a column, one column)."""
    _, feature, kind, threshold, levels_from, levels_count, levels = splits
    _, part_from, points, condition_from, node_at, flip_at, bit_at = groups[:7]
    column_from, column_at, table_from = groups[7:]
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
    places = np.empty((len(table_from) - 1, 1), np.uint64)
    for part in range(len(places)):
        found = np.uint32(0)
        for one in range(condition_from[part], condition_from[part + 1]):
            found |= np.uint32(right[node_at[one], 0] ^ flip_at[one]) << np.uint32(bit_at[one])
        places[part, 0] = found
    most_points = 1
    for group in range(len(points)):
        most_points = max(most_points, points[group] + LANES)
        wide = (points[group] + LANES - 1) // LANES * LANES
        for part in range(part_from[group], part_from[group + 1]):
            step = column_from[part + 1] - column_from[part]
            if wide > 0:
                step = (1 + step) * wide
            places[part, 0] = np.uint64(table_from[part] + np.int64(places[part, 0]) * step)
    rest = np.empty(most_points)
    for group in range(len(points)):
        begin_part, end_part = part_from[group], part_from[group + 1]
        if points[group] == 0:
            place = places[begin_part, 0]
            for column in range(column_from[begin_part], column_from[end_part]):
                added[column_at[column], 0] += tables[place]
                place += np.uint64(1)
        else:
            wide = (points[group] + LANES - 1) // LANES * LANES
            _combine(
                tables, places, begin_part, begin_part, end_part, column_from, column_at,
                np.uint64(wide), rest, added,
            )  # fmt: skip
