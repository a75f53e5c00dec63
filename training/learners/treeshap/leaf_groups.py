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
from training.learners.treeshap.group_layout import Groups, Members, laid_out
from training.learners.treeshap.layout_walk import largest
from training.learners.treeshap.model_text import Forest

# What a row pays, in look-ups: for a condition, for a group; and in a split one for a part, a column.
_CONDITION_COST = 0.2
_GROUP_COST = 1.0
_PART_COST = 6.0
_SPLIT_COLUMN_COST = 4.0


class GroupPlan(NamedTuple):
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


def plan(forest: Forest, column_of: NDArray[np.integer], limits: Limits) -> GroupPlan:
    """Cut every tree into groups; ``column_of`` says which column a feature's values are added to."""
    order = _leaves_in_order(forest.first_node, forest.first_leaf, forest.left, forest.right)
    depth, distinct = _depths(forest.parent, forest.feature)
    leaves = _Leaves(
        *(forest.parent, forest.leaf_parent[order], forest.feature),
        *(column_of, depth, distinct),
    )
    group_of, is_split, first = _choose_runs(forest.first_leaf, leaves, *limits)
    has_group = group_of >= 0
    return GroupPlan(
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


class _Leaves(NamedTuple):
    """The nodes of all trees, and the node above each leaf, from left to right."""

    parent: Any
    leaf_parent: Any
    feature: Any
    column_of: Any
    depth: Any
    distinct: Any


class _Cut(NamedTuple):
    """The cheapest cut before each leaf of a tree, and the marks by which runs are told apart."""

    best: Any
    back: Any
    is_split: Any
    marked: Any
    counted: Any
    below_on: Any
    common_on: Any
    stamps: Any
    """How many runs were begun, and how many were too wide for one table."""


@compiled
def _choose_runs(
    first_leaf: Any, leaves: Any, group_bits: Any, part_bits: Any, number_cost: Any
) -> Any:
    """The group of each leaf in order (-1 in a tree without a split), and which groups are split."""
    count = len(leaves.leaf_parent)
    group_of = np.full(count, -1, np.int32)
    is_split = np.zeros(count, np.uint8)
    first = np.zeros(len(first_leaf), np.int32)
    cut = _Cut(
        np.empty(count + 1),
        np.empty(count + 1, np.int32),
        np.zeros(count + 1, np.uint8),
        np.full(len(leaves.parent), -1, np.int32),
        np.full(largest(leaves.column_of) + 1, -1, np.int32),
        np.full(largest(leaves.feature) + 1, -1, np.int32),
        np.full(largest(leaves.feature) + 1, -1, np.int32),
        np.zeros(2, np.int32),
    )
    for tree in range(len(first_leaf) - 1):
        start = first_leaf[tree]
        size = first_leaf[tree + 1] - start
        first[tree + 1] = first[tree]
        if size == 1:
            continue
        cut.best[0] = 0.0
        cut.best[1 : size + 1] = np.inf
        for begin in range(size):
            _run_from(begin, start, size, leaves, cut, group_bits, part_bits, number_cost)
        end = size
        while end > 0:
            first[tree + 1] += 1
            end = cut.back[end]
        group = first[tree + 1]
        end = size
        while end > 0:
            group -= 1
            is_split[group] = cut.is_split[end]
            group_of[start + cut.back[end] : start + end] = group
            end = cut.back[end]
    return group_of, is_split, first


@compiled
def _run_from(
    begin: Any, start: Any, size: Any, leaves: Any, cut: Any, group_bits: Any, part_bits: Any,
    number_cost: Any,
) -> None:  # fmt: skip
    """Try every run that begins at a leaf, one leaf longer each time, as the last of a cheapest cut."""
    cut.stamps[0] += 1
    nodes = columns = below = 0
    ancestor = np.int32(-1)
    highest = leaves.leaf_parent[start + begin]  # the next to count as below
    for end in range(begin, size):
        shared = leaves.distinct[leaves.leaf_parent[start + end]]
        node, new_nodes, new_columns = _passed(start + end, end > begin, leaves, cut)
        nodes += new_nodes
        columns += new_columns
        if end > begin:
            if ancestor < 0 or leaves.depth[node] < leaves.depth[ancestor]:
                ancestor = node
            while highest >= 0 and leaves.depth[highest] >= leaves.depth[ancestor]:
                cut.below_on[leaves.feature[highest]] = cut.stamps[0]
                highest = leaves.parent[highest]
            below = nodes - leaves.depth[ancestor]
            shared = leaves.distinct[highest] if highest >= 0 else 0
            if below > max(group_bits, part_bits):
                break
        plain = columns + _GROUP_COST + _CONDITION_COST * nodes
        is_wide = below + shared > group_bits
        if is_wide:
            entangled = _entangled(highest if end > begin else np.int32(-1), leaves, cut)
            if end > begin and below + entangled > part_bits:
                continue
            parts = (below + shared + part_bits - 1) // part_bits
            plain += _PART_COST * parts + (_SPLIT_COLUMN_COST - 1.0) * columns
        else:
            plain += number_cost * columns * (1 << (below + shared))
        cost = cut.best[begin] + plain
        if cost < cut.best[end + 1]:
            cut.best[end + 1] = cost
            cut.back[end + 1] = begin
            cut.is_split[end + 1] = is_wide


@compiled
def _passed(leaf: Any, is_below: Any, leaves: Any, cut: Any) -> Any:
    """The first node above a leaf that the run has passed, and how many nodes and columns lie before it."""
    nodes = columns = 0
    node = leaves.leaf_parent[leaf]
    while node >= 0 and cut.marked[node] != cut.stamps[0]:
        cut.marked[node] = cut.stamps[0]
        nodes += 1
        feature = leaves.feature[node]
        column = leaves.column_of[feature]
        if cut.counted[column] != cut.stamps[0]:
            cut.counted[column] = cut.stamps[0]
            columns += 1
        if is_below:
            cut.below_on[feature] = cut.stamps[0]
        node = leaves.parent[node]
    return node, nodes, columns


@compiled
def _entangled(node: Any, leaves: Any, cut: Any) -> Any:
    """How many features the run splits on both above and below its leaves' lowest common ancestor."""
    cut.stamps[1] += 1
    features = 0
    while node >= 0:
        feature = leaves.feature[node]
        if cut.below_on[feature] == cut.stamps[0] and cut.common_on[feature] != cut.stamps[1]:
            cut.common_on[feature] = cut.stamps[1]
            features += 1
        node = leaves.parent[node]
    return features
