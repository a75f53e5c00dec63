"""Which leaves of a tree share a table.

A leaf's Shapley values depend on a row only through which of the conditions on its path the row
violates. Leaves that lie side by side share most of those conditions, so a run of them can share one
table with an entry for every pattern of violated conditions. Conditions above the leaves' lowest
common ancestor bind all of them alike: those on the same feature are one bit together. Each split
below it is a bit of its own.

Each tree is cut into runs by dynamic programming: the cheapest cut whose runs fit in ``GROUP_BITS``.
Leaves with more features on their path than ``leaf_bits`` stay out of tables altogether.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.treeshap.compiled import compiled
from training.treeshap.group_layout import Groups, Members, laid_out, largest
from training.treeshap.model_text import Forest

# What a look-up, a condition and a group cost a row, in look-ups.
_CONDITION_COST = 0.2
_GROUP_COST = 1.0
_DEEP = -1


class Plan(NamedTuple):
    """The leaves in tables, and the deep ones: each of those is a group by itself, without a table."""

    groups: Groups
    members: Members
    deep_groups: Groups
    deep_members: Members


def plan(forest: Forest, column_of: NDArray[np.integer], group_bits: int, leaf_bits: int) -> Plan:
    """Cut every tree into groups; ``column_of`` says which column a feature's values are added to."""
    order = _leaves_in_order(forest.first_node, forest.first_leaf, forest.left, forest.right)
    depth, distinct = _depths(forest.parent, forest.feature)
    group_of, first = _choose_runs(
        *(forest.first_leaf, forest.parent, forest.leaf_parent, forest.feature, column_of),
        *(order, depth, distinct, group_bits, leaf_bits),
    )
    is_deep = group_of == _DEEP
    first_deep = np.concatenate([[0], np.cumsum(is_deep)])[forest.first_leaf].astype(np.int32)
    own_group = np.arange(first_deep[-1], dtype=np.int32)
    is_shallow = group_of >= 0
    shallow = laid_out(forest, column_of, depth, order[is_shallow], group_of[is_shallow], first)
    deep = laid_out(forest, column_of, depth, order[is_deep], own_group, first_deep)
    return Plan(*shallow, *deep)


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
    depth: Any, distinct: Any, group_bits: Any, leaf_bits: Any,
) -> Any:  # fmt: skip
    """The group of each leaf in order: -1 for a deep one, -2 in a tree without a split."""
    group_of = np.full(len(order), -2, np.int32)
    first = np.zeros(len(first_leaf), np.int32)
    marked = np.full(len(parent), -1, np.int32)
    counted = np.full(largest(column_of) + 1, -1, np.int32)
    places = np.empty(len(order), np.int32)
    best = np.empty(len(order) + 1)
    back = np.empty(len(order) + 1, np.int32)
    stamp = 0
    for tree in range(len(first_leaf) - 1):
        leaves = 0
        for place in range(first_leaf[tree], first_leaf[tree + 1]):
            above = leaf_parent[order[place]]
            if above >= 0 and distinct[above] > leaf_bits:
                group_of[place] = -1
            elif above >= 0:
                places[leaves] = place
                leaves += 1
        best[0] = 0.0
        best[1 : leaves + 1] = np.inf
        for begin in range(leaves):
            stamp += 1
            nodes = 0
            columns = 0
            ancestor = -1
            for end in range(begin, leaves):
                node = leaf_parent[order[places[end]]]
                bits = distinct[node]
                while node >= 0 and marked[node] != stamp:
                    marked[node] = stamp
                    nodes += 1
                    column = column_of[feature[node]]
                    if counted[column] != stamp:
                        counted[column] = stamp
                        columns += 1
                    node = parent[node]
                if end > begin:
                    if ancestor < 0 or depth[node] < depth[ancestor]:
                        ancestor = node
                    bits = nodes - depth[ancestor]
                    if parent[ancestor] >= 0:
                        bits += distinct[parent[ancestor]]
                    if bits > group_bits:
                        break
                cost = best[begin] + _GROUP_COST + columns + _CONDITION_COST * nodes
                if cost < best[end + 1]:
                    best[end + 1] = cost
                    back[end + 1] = begin
        first[tree + 1] = first[tree]
        end = leaves
        while end > 0:
            first[tree + 1] += 1
            end = back[end]
        group = first[tree + 1]
        end = leaves
        while end > 0:
            group -= 1
            for one in range(back[end], end):
                group_of[places[one]] = group
            end = back[end]
    return group_of, first
