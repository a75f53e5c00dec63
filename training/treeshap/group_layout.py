"""The arrays a group of leaves is read from: conditions, columns, and what each leaf asks of a pattern."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.treeshap.compiled import compiled
from training.treeshap.model_text import Floats, Forest, Integers

Bytes = NDArray[np.uint8]
_MOST_BITS = 30


class Groups(NamedTuple):
    """The groups of every tree: conditions that make a pattern, columns that a pattern adds to.

    A condition is violated when the row goes right at ``node``, or left where ``flip`` is 1; it then
    sets ``bit`` of the group's pattern. ``tables`` holds, from ``table_from[group]`` on, one row a
    pattern and one number a column.
    """

    first: Integers
    condition_from: Integers
    node: Integers
    flip: Bytes
    bit: Integers
    column_from: Integers
    column: Integers
    table_from: NDArray[np.int64]


class Members(NamedTuple):
    """The leaves in tables. A leaf has an entry a feature on its path.

    The row satisfies the feature's conditions when ``pattern & mask == wanted``; ``share`` is how
    many of the training rows did; ``place`` is the feature's column within the group.
    """

    group: Integers
    value: Floats
    entry_from: Integers
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
) -> tuple[Groups, Members]:
    """Lay out the groups of these leaves; ``order`` holds leaves whose ``group_of`` never falls.

    ``first`` gives each tree's first group, ``depth`` how many nodes lie above each node.
    """
    conditions, columns, entries, bits = _lay_out(
        *(forest.parent, forest.is_right, forest.share, forest.feature),
        *(forest.leaf_parent, forest.leaf_is_right, forest.leaf_share),
        *(column_of, depth, order, group_of, first[-1]),
    )
    patterns = np.left_shift(1, np.minimum(bits, _MOST_BITS), dtype=np.int64)
    table_from = np.concatenate([[0], np.cumsum(np.diff(columns[0]) * patterns)])
    groups = Groups(*(first, *conditions, *columns, table_from))
    return groups, Members(*(group_of, forest.leaf_value[order], *entries))


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
    leaf_share: Any, column_of: Any, depth: Any, order: Any, group_of: Any, groups: Any,
) -> Any:  # fmt: skip
    """Conditions, columns and entries of every group, and how many bits each has."""
    longest = 0
    for leaf in order:
        longest += depth[leaf_parent[leaf]] + 1
    condition_from = np.zeros(groups + 1, np.int32)
    column_from = np.zeros(groups + 1, np.int32)
    entry_from = np.zeros(len(order) + 1, np.int32)
    node_at = np.empty(longest, np.int32)
    flip_at = np.empty(longest, np.uint8)
    bit_at = np.empty(longest, np.int32)
    column_at = np.empty(longest, np.int32)
    mask = np.zeros(longest, np.int32)
    wanted = np.zeros(longest, np.int32)
    part = np.ones(longest)
    place = np.empty(longest, np.int32)
    bits = np.zeros(groups, np.int32)
    marked = np.full(len(parent), -1, np.int32)
    bit_of_node = np.empty(len(parent), np.int32)
    bit_of_feature = np.full(len(column_of), -1, np.int32)
    entry_of_feature = np.full(len(column_of), -1, np.int32)
    place_of_column = np.full(largest(column_of) + 1, -1, np.int32)
    conditions = columns = entries = begin = 0
    for group in range(groups):
        end = begin
        common = np.int32(1 << 30)  # nodes of a smaller depth bind every leaf of the group
        while end < len(order) and group_of[end] == group:
            node = leaf_parent[order[end]]
            while node >= 0 and marked[node] != 2 * group:
                marked[node] = 2 * group
                node = parent[node]
            if end > begin:
                common = min(common, depth[node])
            end += 1
        first_column = columns
        for member in range(begin, end):
            first_entry = entries
            leaf = order[member]
            node = leaf_parent[leaf]
            side = leaf_is_right[leaf]
            came = leaf_share[leaf]
            while node >= 0:
                one = feature[node]
                is_common = depth[node] < common
                if marked[node] == 2 * group:
                    marked[node] = 2 * group + 1
                    if not is_common or bit_of_feature[one] < 0:
                        bit_of_node[node] = bits[group]
                        bits[group] += 1
                        if is_common:
                            bit_of_feature[one] = bit_of_node[node]
                    else:
                        bit_of_node[node] = bit_of_feature[one]
                    node_at[conditions] = node
                    flip_at[conditions] = side if is_common else 0
                    bit_at[conditions] = bit_of_node[node]
                    conditions += 1
                    column = column_of[one]
                    if place_of_column[column] < first_column:
                        place_of_column[column] = columns
                        column_at[columns] = column
                        columns += 1
                if entry_of_feature[one] < first_entry:
                    entry_of_feature[one] = entries
                    place[entries] = place_of_column[column_of[one]] - first_column
                    entries += 1
                entry = entry_of_feature[one]
                own = np.int32(1) << min(bit_of_node[node], np.int32(_MOST_BITS))
                mask[entry] |= own
                if side == 1 and not is_common:
                    wanted[entry] |= own
                part[entry] *= came
                side = is_right[node]
                came = share[node]
                node = parent[node]
            entry_from[member + 1] = entries
        for condition in range(condition_from[group], conditions):
            bit_of_feature[feature[node_at[condition]]] = -1
        begin = end
        condition_from[group + 1] = conditions
        column_from[group + 1] = columns
    return (
        (condition_from, node_at[:conditions], flip_at[:conditions], bit_at[:conditions]),
        (column_from, column_at[:columns]),
        (entry_from, mask[:entries], wanted[:entries], part[:entries], place[:entries]),
        bits,
    )
