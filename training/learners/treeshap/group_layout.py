"""The arrays a group of leaves is read from: conditions, columns, and what each leaf asks of a pattern."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.learners.treeshap.layout_walk import (
    COLUMNS,
    CONDITIONS,
    ENTRIES,
    PARTS,
    Tree,
    lay_out,
)
from training.learners.treeshap.model_text import Forest, Integers

Bytes = NDArray[np.uint8]
LANES = 2
"""Quadrature points are padded to a multiple of this many, which are summed side by side."""


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
    tree = Tree(
        *(forest.parent, forest.is_right, forest.share, forest.feature),
        *(forest.leaf_parent, forest.leaf_is_right, forest.leaf_share),
        *(column_of, depth, order),
    )
    laid, counts = lay_out(tree, group_of, is_split, part_bits)
    conditions, columns, parts = counts[CONDITIONS], counts[COLUMNS], counts[PARTS]
    part_from, bits = laid.part_from, laid.bits[:parts]
    condition_from, (node, flip, bit) = _by_part(
        parts,
        laid.part_of_condition[:conditions],
        *(one[:conditions] for one in (laid.node_at, laid.flip_at, laid.bit_at)),
    )
    column_from, (column,) = _by_part(
        parts, laid.part_of_column[:columns], laid.column_at[:columns]
    )
    by_entry = (laid.part_of_entry, laid.mask, laid.wanted, laid.product, laid.place)
    entries = (laid.entry_from, *(one[: counts[ENTRIES]] for one in by_entry))
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
