"""The walk that lays out groups of leaves: parts, bits, conditions, columns and entries, group by group."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from training.compiled import compiled

_NO_LIMIT = 1 << 20


@compiled
def largest(numbers: Any) -> Any:
    """The largest of some numbers from 0; 0 when there is none."""
    found = 0
    for number in numbers:
        found = max(found, number)
    return found


class _Laid(NamedTuple):
    """What is written: parts by group, bits and numbers by part; conditions, columns and entries with their parts."""

    part_from: Any
    bits: Any
    widths: Any
    part_of_condition: Any
    node_at: Any
    flip_at: Any
    bit_at: Any
    part_of_column: Any
    column_at: Any
    entry_from: Any
    part_of_entry: Any
    mask: Any
    wanted: Any
    product: Any
    place: Any


class _Marks(NamedTuple):
    """What is kept in mind of nodes, features and columns while a group is laid out."""

    seen: Any
    bit_of_node: Any
    below_in: Any
    counted_in: Any
    bit_of_feature: Any
    part_of_feature: Any
    entry_of_feature: Any
    place_of: Any
    placed_in: Any


class _Group(NamedTuple):
    """The group at hand: its number, its leaves in order, its first part, and where its own nodes begin."""

    number: int
    begin: int
    end: int
    first_part: int
    common: int
    """Nodes of a smaller depth bind every leaf of the group."""


class Tree(NamedTuple):
    """The forest's nodes and leaves, as they are read here."""

    parent: Any
    is_right: Any
    share: Any
    feature: Any
    leaf_parent: Any
    leaf_is_right: Any
    leaf_share: Any
    column_of: Any
    depth: Any
    order: Any


CONDITIONS, COLUMNS, ENTRIES, PARTS, _LAST_PART, _ROOM = range(6)


@compiled
def lay_out(tree: Any, group_of: Any, is_split: Any, part_bits: Any) -> Any:
    """The parts of every group with their bits; conditions, columns and entries with their parts."""
    longest = deepest = 0
    for leaf in tree.order:
        steps = tree.depth[tree.leaf_parent[leaf]] + 1
        longest += steps
        deepest = max(deepest, steps)
    laid = _empty(longest, len(is_split), len(tree.order))
    marks = _unmarked(len(tree.parent), len(tree.column_of), deepest, largest(tree.column_of) + 1)
    counts = np.zeros(6, np.int64)
    begin = 0
    for number in range(len(is_split)):
        end, common = _spanned(tree, group_of, number, begin, marks)
        group = _Group(number, begin, end, counts[PARTS], common)
        own = _own_bits(tree, group, marks)
        counts[_LAST_PART] = counts[PARTS]
        counts[PARTS] += 1
        counts[_ROOM] = part_bits - own if is_split[number] else _NO_LIMIT
        for member in range(begin, end):
            _lay_leaf(tree, member, group, part_bits, marks, laid, counts)
            laid.entry_from[member + 1] = counts[ENTRIES]
        _forget_bits(tree, group, marks, laid, counts)
        begin = end
        laid.part_from[number + 1] = counts[PARTS]
    return laid, counts


@compiled
def _empty(longest: Any, groups: Any, leaves: Any) -> Any:
    return _Laid(
        np.zeros(groups + 1, np.int32),
        np.zeros(longest + groups, np.int32),
        np.zeros(longest + groups, np.int32),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(longest, np.uint8),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.zeros(leaves + 1, np.int32),
        np.empty(longest, np.int32),
        np.zeros(longest, np.int32),
        np.zeros(longest, np.int32),
        np.ones(longest),
        np.empty(longest, np.int32),
    )


@compiled
def _unmarked(nodes: Any, features: Any, deepest: Any, columns: Any) -> Any:
    return _Marks(
        np.full(nodes, -1, np.int32),
        np.empty(nodes, np.int32),
        np.full(features, -1, np.int32),
        np.full(features, -1, np.int32),
        np.full(features, -1, np.int32),
        np.empty(features, np.int32),
        np.full(features, -1, np.int32),
        np.empty((deepest + 1, columns), np.int32),
        np.full((deepest + 1, columns), -1, np.int32),
    )


@compiled
def _spanned(tree: Any, group_of: Any, number: Any, begin: Any, marks: Any) -> Any:
    """Where the group's leaves end, and the depth from which on not every leaf passes a node."""
    end = begin
    common = np.int32(1 << 30)
    while end < len(tree.order) and group_of[end] == number:
        node = tree.leaf_parent[tree.order[end]]
        while node >= 0 and marks.seen[node] != 3 * number:
            marks.seen[node] = 3 * number
            node = tree.parent[node]
        if end > begin:
            common = min(common, tree.depth[node])
        end += 1
    return end, common


@compiled
def _own_bits(tree: Any, group: Any, marks: Any) -> Any:
    """The bits of the splits that not every leaf passes, and of what is entangled with them."""
    own = 0
    for member in range(group.begin, group.end):
        node = tree.leaf_parent[tree.order[member]]
        while (
            node >= 0 and tree.depth[node] >= group.common and marks.seen[node] == 3 * group.number
        ):
            marks.seen[node] = 3 * group.number + 1
            marks.below_in[tree.feature[node]] = group.number
            own += 1
            node = tree.parent[node]
    node = tree.leaf_parent[tree.order[group.begin]]
    while node >= 0:
        feature = tree.feature[node]
        is_entangled = tree.depth[node] < group.common and marks.below_in[feature] == group.number
        if is_entangled and marks.counted_in[feature] != group.number:
            marks.counted_in[feature] = group.number
            own += 1
        node = tree.parent[node]
    return own


@compiled
def _lay_leaf(
    tree: Any, member: Any, group: Any, part_bits: Any, marks: Any, laid: Any, counts: Any
) -> None:
    """Walk from a leaf to the root: its conditions where they are new, and its entries."""
    first_entry = counts[ENTRIES]
    leaf = tree.order[member]
    node = tree.leaf_parent[leaf]
    side = tree.leaf_is_right[leaf]
    came = tree.leaf_share[leaf]
    while node >= 0:
        feature = tree.feature[node]
        is_common = tree.depth[node] < group.common
        if marks.seen[node] != 3 * group.number + 2:
            marks.seen[node] = 3 * group.number + 2
            _take_bit(node, feature, is_common, group, part_bits, marks, laid, counts)
            _lay_condition(tree, node, side, is_common, group, marks, laid, counts)
        if marks.entry_of_feature[feature] < first_entry:
            entry, part = counts[ENTRIES], marks.part_of_feature[feature]
            marks.entry_of_feature[feature] = entry
            laid.part_of_entry[entry] = part
            laid.place[entry] = marks.place_of[part - group.first_part, tree.column_of[feature]]
            counts[ENTRIES] += 1
        entry = marks.entry_of_feature[feature]
        bit = np.int32(1) << marks.bit_of_node[node]
        laid.mask[entry] |= bit
        if side == 1 and not is_common:
            laid.wanted[entry] |= bit
        laid.product[entry] *= came
        side = tree.is_right[node]
        came = tree.share[node]
        node = tree.parent[node]


@compiled
def _take_bit(
    node: Any, feature: Any, is_common: Any, group: Any, part_bits: Any, marks: Any, laid: Any,
    counts: Any,
) -> None:  # fmt: skip
    """Give a node its bit: that of its feature where all leaves share it, or the next of its part."""
    if is_common and marks.bit_of_feature[feature] >= 0:
        marks.bit_of_node[node] = marks.bit_of_feature[feature]
        return
    part = group.first_part
    if marks.below_in[feature] != group.number:
        if counts[_ROOM] == 0:
            counts[_LAST_PART] = counts[PARTS]
            counts[PARTS] += 1
            counts[_ROOM] = part_bits
        counts[_ROOM] -= 1
        part = counts[_LAST_PART]
    marks.part_of_feature[feature] = part
    marks.bit_of_node[node] = laid.bits[part]
    laid.bits[part] += 1
    if is_common:
        marks.bit_of_feature[feature] = marks.bit_of_node[node]


@compiled
def _lay_condition(
    tree: Any, node: Any, side: Any, is_common: Any, group: Any, marks: Any, laid: Any, counts: Any
) -> None:
    """Write a node's condition, and its feature's column where the part has none yet."""
    feature, condition = tree.feature[node], counts[CONDITIONS]
    part = marks.part_of_feature[feature]
    laid.part_of_condition[condition] = part
    laid.node_at[condition] = node
    laid.flip_at[condition] = side if is_common else 0
    laid.bit_at[condition] = marks.bit_of_node[node]
    counts[CONDITIONS] += 1
    column = tree.column_of[feature]
    within = part - group.first_part
    if marks.placed_in[within, column] != group.number:
        marks.placed_in[within, column] = group.number
        marks.place_of[within, column] = laid.widths[part]
        laid.widths[part] += 1
        laid.part_of_column[counts[COLUMNS]] = part
        laid.column_at[counts[COLUMNS]] = column
        counts[COLUMNS] += 1


@compiled
def _forget_bits(tree: Any, group: Any, marks: Any, laid: Any, counts: Any) -> None:
    """Take back the bits of the features of this group."""
    condition = counts[CONDITIONS] - 1
    while condition >= 0 and laid.part_of_condition[condition] >= group.first_part:
        marks.bit_of_feature[tree.feature[laid.node_at[condition]]] = -1
        condition -= 1
