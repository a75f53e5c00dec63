"""The arrays a group of leaves is read from: conditions, columns, and what each leaf asks of a pattern."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.compiled import compiled
from training.treeshap.model_text import Floats, Forest, Integers

Bytes = NDArray[np.uint8]
LANES = 2
"""Quadrature points are padded to a multiple of this many, which are summed side by side."""
_NO_LIMIT = 1 << 20


class Groups(NamedTuple):
    """The groups of every tree, each of one part or several.

    A part has conditions that make a pattern, and columns that the pattern adds to. A condition is
    violated when the row goes right at ``node``, or left where ``flip`` is 1; it then sets ``bit`` of
    the part's pattern. ``tables`` holds, from ``table_from[part]`` on, one row a pattern: a number a
    column where ``points[group]`` is 0; else, for each quadrature point (padded with zeros), first
    the part's product, then each column's derivative.
    """

    first: Integers
    part_from: Integers
    points: Integers
    condition_from: Integers
    node: Integers
    flip: Bytes
    bit: Integers
    column_from: Integers
    column: Integers
    table_from: NDArray[np.int64]


class Members(NamedTuple):
    """The leaves in groups. A leaf has an entry a feature on its path.

    The row satisfies the feature's conditions when ``pattern & mask == wanted`` in ``part``; ``share``
    is how many of the training rows did; ``place`` is the feature's column within the part.
    """

    group: Integers
    value: Floats
    entry_from: Integers
    part: Integers
    mask: Integers
    wanted: Integers
    share: Floats
    place: Integers


def laid_out(
    forest: Forest,
    column_of: NDArray[np.integer],
    depth: Integers,
    order: Integers,
    group_of: Integers,
    first: Integers,
    is_split: Bytes,
    part_bits: int,
) -> tuple[Groups, Members]:
    """Lay out the groups of these leaves; ``order`` holds leaves whose ``group_of`` never falls.

    ``first`` gives each tree's first group, ``depth`` how many nodes lie above each node.
    """
    part_from, bits, conditions, columns, entries = _lay_out(
        *(forest.parent, forest.is_right, forest.share, forest.feature),
        *(forest.leaf_parent, forest.leaf_is_right, forest.leaf_share),
        *(column_of, depth, order, group_of, is_split, part_bits),
    )
    condition_from, (node, flip, bit) = _by_part(len(bits), *conditions)
    column_from, (column,) = _by_part(len(bits), *columns)
    features = np.diff(entries[0])
    most = np.zeros(len(is_split), np.int32)
    np.maximum.at(most, group_of, features)
    points = np.where(is_split, (most + 1) // 2, 0).astype(np.int32)
    group_of_part = np.repeat(np.arange(len(is_split)), np.diff(part_from))
    wide = padded(points)[group_of_part]
    numbers = np.diff(column_from)
    row = np.where(wide > 0, (1 + numbers) * wide, numbers)
    table_from = np.concatenate([[0], np.cumsum(row * np.left_shift(1, bits, dtype=np.int64))])
    groups = Groups(
        *(first, part_from, points, condition_from, node, flip, bit),
        *(column_from, column, table_from),
    )
    return groups, Members(*(group_of, forest.leaf_value[order], *entries))


def padded(points: Any) -> Any:
    """Up to the next multiple of ``LANES``."""
    return (points + LANES - 1) // LANES * LANES


def _by_part(parts: int, part: Integers, *values: NDArray[Any]) -> Any:
    """Values put in the order of their parts, and where each part begins."""
    order = np.argsort(part, kind="stable")
    begins = np.zeros(parts + 1, np.int32)
    np.cumsum(np.bincount(part, minlength=parts), out=begins[1:])
    return begins, tuple(one[order] for one in values)


@compiled
def largest(numbers: Any) -> Any:
    """The largest of some numbers from 0; 0 when there is none."""
    found = 0
    for number in numbers:
        found = max(found, number)
    return found


@compiled
def _lay_out(
    parent: Any, is_right: Any, share: Any, feature: Any, leaf_parent: Any, leaf_is_right: Any,
    leaf_share: Any, column_of: Any, depth: Any, order: Any, group_of: Any, is_split: Any,
    part_bits: Any,
) -> Any:  # fmt: skip
    """The parts of every group with their bits; conditions, columns and entries with their parts."""
    groups = len(is_split)
    longest = deepest = 0
    for leaf in order:
        steps = depth[leaf_parent[leaf]] + 1
        longest += steps
        deepest = max(deepest, steps)
    part_from = np.zeros(groups + 1, np.int32)
    bits = np.zeros(longest + groups, np.int32)
    widths = np.zeros(longest + groups, np.int32)
    part_of_condition = np.empty(longest, np.int32)
    node_at = np.empty(longest, np.int32)
    flip_at = np.empty(longest, np.uint8)
    bit_at = np.empty(longest, np.int32)
    part_of_column = np.empty(longest, np.int32)
    column_at = np.empty(longest, np.int32)
    entry_from = np.zeros(len(order) + 1, np.int32)
    part_of_entry = np.empty(longest, np.int32)
    mask = np.zeros(longest, np.int32)
    wanted = np.zeros(longest, np.int32)
    product = np.ones(longest)
    place = np.empty(longest, np.int32)
    marked = np.full(len(parent), -1, np.int32)
    bit_of_node = np.empty(len(parent), np.int32)
    below_in = np.full(len(column_of), -1, np.int32)
    counted_in = np.full(len(column_of), -1, np.int32)
    bit_of_feature = np.full(len(column_of), -1, np.int32)
    part_of_feature = np.empty(len(column_of), np.int32)
    entry_of_feature = np.full(len(column_of), -1, np.int32)
    place_of = np.empty((deepest + 1, largest(column_of) + 1), np.int32)
    placed_in = np.full(place_of.shape, -1, np.int32)
    conditions = columns = entries = parts = begin = 0
    for group in range(groups):
        end = begin
        common = np.int32(1 << 30)  # nodes of a smaller depth bind every leaf of the group
        while end < len(order) and group_of[end] == group:
            node = leaf_parent[order[end]]
            while node >= 0 and marked[node] != 3 * group:
                marked[node] = 3 * group
                node = parent[node]
            if end > begin:
                common = min(common, depth[node])
            end += 1
        own = 0  # bits of the splits that not every leaf passes, and of what is entangled with them
        for member in range(begin, end):
            node = leaf_parent[order[member]]
            while node >= 0 and depth[node] >= common and marked[node] == 3 * group:
                marked[node] = 3 * group + 1
                below_in[feature[node]] = group
                own += 1
                node = parent[node]
        node = leaf_parent[order[begin]]
        while node >= 0:
            one = feature[node]
            if depth[node] < common and below_in[one] == group and counted_in[one] != group:
                counted_in[one] = group
                own += 1
            node = parent[node]
        first_part = last_part = parts
        parts += 1
        room = part_bits - own if is_split[group] else _NO_LIMIT
        for member in range(begin, end):
            first_entry = entries
            leaf = order[member]
            node = leaf_parent[leaf]
            side = leaf_is_right[leaf]
            came = leaf_share[leaf]
            while node >= 0:
                one = feature[node]
                is_common = depth[node] < common
                if marked[node] != 3 * group + 2:
                    marked[node] = 3 * group + 2
                    if is_common and bit_of_feature[one] >= 0:
                        bit_of_node[node] = bit_of_feature[one]
                    else:
                        part = first_part
                        if below_in[one] != group:
                            if room == 0:
                                last_part = parts
                                parts += 1
                                room = part_bits
                            room -= 1
                            part = last_part
                        part_of_feature[one] = part
                        bit_of_node[node] = bits[part]
                        bits[part] += 1
                        if is_common:
                            bit_of_feature[one] = bit_of_node[node]
                    part = part_of_feature[one]
                    part_of_condition[conditions] = part
                    node_at[conditions] = node
                    flip_at[conditions] = side if is_common else 0
                    bit_at[conditions] = bit_of_node[node]
                    conditions += 1
                    column = column_of[one]
                    if placed_in[part - first_part, column] != group:
                        placed_in[part - first_part, column] = group
                        place_of[part - first_part, column] = widths[part]
                        widths[part] += 1
                        part_of_column[columns] = part
                        column_at[columns] = column
                        columns += 1
                if entry_of_feature[one] < first_entry:
                    entry_of_feature[one] = entries
                    part_of_entry[entries] = part_of_feature[one]
                    place[entries] = place_of[part_of_feature[one] - first_part, column_of[one]]
                    entries += 1
                entry = entry_of_feature[one]
                bit = np.int32(1) << bit_of_node[node]
                mask[entry] |= bit
                if side == 1 and not is_common:
                    wanted[entry] |= bit
                product[entry] *= came
                side = is_right[node]
                came = share[node]
                node = parent[node]
            entry_from[member + 1] = entries
        for condition in range(conditions):
            if part_of_condition[conditions - 1 - condition] < first_part:
                break
            bit_of_feature[feature[node_at[conditions - 1 - condition]]] = -1
        begin = end
        part_from[group + 1] = parts
    return (
        part_from,
        bits[:parts],
        (part_of_condition[:conditions], node_at[:conditions], flip_at[:conditions], bit_at[:conditions]),
        (part_of_column[:columns], column_at[:columns]),
        (
            entry_from, part_of_entry[:entries], mask[:entries], wanted[:entries],
            product[:entries], place[:entries],
        ),
    )  # fmt: skip
