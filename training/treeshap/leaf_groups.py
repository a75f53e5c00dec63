"""Which leaves of a tree share a table.

A leaf's Shapley values depend on a row only through which of the conditions on its path the row
violates. Leaves that lie side by side share most of those conditions, so a run of them can share one
table with an entry for every pattern of violated conditions. Conditions above the leaves' lowest
common ancestor bind all of them alike: those on the same feature are one bit together. Each split
below it is a bit of its own.

A run whose bits are too many for one table gets several small ones (a *split* group): one for the
splits below the ancestor and whatever is entangled with them, further ones for the conditions that all
its leaves share. Each tree is cut into runs by dynamic programming: the cheapest cut there is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.compiled import compiled
from training.treeshap.group_layout import Groups, Members, laid_out, largest
from training.treeshap.model_text import Forest

# What a row pays, in look-ups: for a condition, for a group; and in a split one for a part, a column.
_CONDITION_COST = 0.2
_GROUP_COST = 1.0
_PART_COST = 6.0
_SPLIT_COLUMN_COST = 4.0


class Plan(NamedTuple):
    """The groups of all trees, and the leaves in them."""

    groups: Groups
    members: Members


class Limits(NamedTuple):
    """How many bits the pattern of one table may have, in a group with one and in one with several.

    ``number_cost`` is what a number in a table costs every row, in look-ups: it pushes others out of the
    caches. The dearer numbers are, the smaller the tables that the cheapest cut has.
    """

    group_bits: int
    part_bits: int
    number_cost: float


def plan(forest: Forest, column_of: NDArray[np.integer], limits: Limits) -> Plan:
    """Cut every tree into groups; ``column_of`` says which column a feature's values are added to."""
    order = _leaves_in_order(forest.first_node, forest.first_leaf, forest.left, forest.right)
    depth, distinct = _depths(forest.parent, forest.feature)
    group_of, is_split, first = _choose_runs(
        *(forest.first_leaf, forest.parent, forest.leaf_parent, forest.feature, column_of),
        *(order, depth, distinct, *limits),
    )
    has_group = group_of >= 0
    return Plan(
        *laid_out(
            *(forest, column_of, depth, order[has_group], group_of[has_group], first),
            *(is_split[: first[-1]], limits.part_bits),
        )
    )


@compiled
def _leaves_in_order(first_node: Any, first_leaf: Any, left: Any, right: Any) -> Any:
    """The leaves of each tree as one meets them from left to right."""
    order = np.empty(first_leaf[-1], np.int32)
    stack = np.empty(len(left) + 2, np.int32)
    place = 0
    for tree in range(len(first_node) - 1):
        stack[0] = first_node[tree]
        if first_node[tree] == first_node[tree + 1]:
            stack[0] = ~first_leaf[tree]
        height = 1
        while height > 0:
            height -= 1
            here = stack[height]
            if here < 0:
                order[place] = ~here
                place += 1
            else:
                stack[height] = right[here]
                stack[height + 1] = left[here]
                height += 2
    return order


@compiled
def _depths(parent: Any, feature: Any) -> Any:
    """How many nodes lie above each node, and how many features there are from it to the root."""
    depth = np.zeros(len(parent), np.int32)
    distinct = np.zeros(len(parent), np.int32)
    seen = np.full(largest(feature) + 1, -1, np.int32)
    for node in range(len(parent)):
        above = node
        while above >= 0:
            if seen[feature[above]] != node:
                seen[feature[above]] = node
                distinct[node] += 1
            depth[node] += 1
            above = parent[above]
        depth[node] -= 1
    return depth, distinct


@compiled
def _choose_runs(
    first_leaf: Any, parent: Any, leaf_parent: Any, feature: Any, column_of: Any, order: Any,
    depth: Any, distinct: Any, group_bits: Any, part_bits: Any, number_cost: Any,
) -> Any:  # fmt: skip
    """The group of each leaf in order (-1 in a tree without a split), and which groups are split."""
    group_of = np.full(len(order), -1, np.int32)
    is_split = np.zeros(len(order), np.uint8)
    first = np.zeros(len(first_leaf), np.int32)
    marked = np.full(len(parent), -1, np.int32)
    counted = np.full(largest(column_of) + 1, -1, np.int32)
    below_on = np.full(largest(feature) + 1, -1, np.int32)
    common_on = np.full(largest(feature) + 1, -1, np.int32)
    best = np.empty(len(order) + 1)
    back = np.empty(len(order) + 1, np.int32)
    split = np.zeros(len(order) + 1, np.uint8)
    stamp = pair = 0
    for tree in range(len(first_leaf) - 1):
        start = first_leaf[tree]
        leaves = first_leaf[tree + 1] - start
        first[tree + 1] = first[tree]
        if leaves == 1:
            continue
        best[0] = 0.0
        best[1 : leaves + 1] = np.inf
        for begin in range(leaves):
            stamp += 1
            nodes = columns = below = 0
            ancestor = np.int32(-1)
            highest = leaf_parent[order[start + begin]]  # the next to count as below
            for end in range(begin, leaves):
                node = leaf_parent[order[start + end]]
                shared = distinct[node]
                while node >= 0 and marked[node] != stamp:
                    marked[node] = stamp
                    nodes += 1
                    column = column_of[feature[node]]
                    if counted[column] != stamp:
                        counted[column] = stamp
                        columns += 1
                    if end > begin:
                        below_on[feature[node]] = stamp
                    node = parent[node]
                if end > begin:
                    if ancestor < 0 or depth[node] < depth[ancestor]:
                        ancestor = node
                    while highest >= 0 and depth[highest] >= depth[ancestor]:
                        below_on[feature[highest]] = stamp
                        highest = parent[highest]
                    below = nodes - depth[ancestor]
                    shared = distinct[highest] if highest >= 0 else 0
                    if below > max(group_bits, part_bits):
                        break
                plain = columns + _GROUP_COST + _CONDITION_COST * nodes
                is_wide = below + shared > group_bits
                if is_wide:
                    pair += 1
                    entangled = 0
                    node = highest if end > begin else np.int32(-1)
                    while node >= 0:
                        one = feature[node]
                        if below_on[one] == stamp and common_on[one] != pair:
                            common_on[one] = pair
                            entangled += 1
                        node = parent[node]
                    if end > begin and below + entangled > part_bits:
                        continue
                    parts = (below + shared + part_bits - 1) // part_bits
                    plain += _PART_COST * parts + (_SPLIT_COLUMN_COST - 1.0) * columns
                else:
                    plain += number_cost * columns * (1 << (below + shared))
                cost = best[begin] + plain
                if cost < best[end + 1]:
                    best[end + 1] = cost
                    back[end + 1] = begin
                    split[end + 1] = is_wide
        end = leaves
        while end > 0:
            first[tree + 1] += 1
            end = back[end]
        group = first[tree + 1]
        end = leaves
        while end > 0:
            group -= 1
            is_split[group] = split[end]
            group_of[start + back[end] : start + end] = group
            end = back[end]
    return group_of, is_split, first
