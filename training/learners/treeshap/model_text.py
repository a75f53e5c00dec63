"""LightGBM's own text → a forest of flat arrays.

The text is the one stable form of a booster; this page reads the fields that decide where a row goes
and how many training rows went each way, and refuses by name what the method does not cover.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused

Integers = NDArray[np.int32]

# How a split decides; the first four say where a missing value, or a zero, is sent.
NAN_RIGHT, NAN_LEFT, ZERO_RIGHT, ZERO_LEFT, CATEGORY = range(5)

ZERO = np.float32(1e-35)
OBJECTIVES = (
    *("binary", "cross_entropy", "fair", "gamma", "huber", "mape", "poisson", "quantile"),
    *("regression", "regression_l1", "tweedie", "multiclass", "multiclassova"),
)
_NOT_MISSING, _MISSING_ZERO, _MISSING_NAN = range(3)


class Forest(NamedTuple):
    """All trees in one set of arrays; nodes and leaves are numbered through the whole forest.

    A tree's nodes are ``first_node[tree]:first_node[tree + 1]``, its leaves likewise. ``left`` and
    ``right`` hold a node, or ``~leaf``. ``parent`` is -1 at a root; ``is_right`` says on which side of
    it one hangs. ``share`` is the part of the parent's training rows that came this way. ``threshold``
    is the largest float32 that still goes left, so that comparing float32 rows is exact.
    """

    first_node: Integers
    first_leaf: Integers
    feature: Integers
    kind: NDArray[np.int8]
    threshold: NDArray[np.float32]
    levels_from: Integers
    levels_count: Integers
    levels: NDArray[np.uint8]
    left: Integers
    right: Integers
    parent: Integers
    is_right: NDArray[np.uint8]
    share: Floats
    leaf_parent: Integers
    leaf_is_right: NDArray[np.uint8]
    leaf_share: Floats
    leaf_value: Floats
    base: float
    features: int


def read_forest(text: str) -> Forest:
    """Read a booster's text as ``Booster.model_to_string`` writes it.

    ``base`` is the sum of the trees' mean answers, what LightGBM gives as the last contribution.
    Raises ``ModelRefused`` for linear trees, several classes, random forests (LightGBM itself does
    not average their contributions), unknown objectives and splits, and trees without row counts.
    """
    header, *blocks = text.split("\nTree=")
    fields = _fields(header)
    _require_supported(fields)
    trees = [_Tree(_fields(block.split("\nend of trees", 1)[0])) for block in blocks]
    if int(fields.get("num_tree_per_iteration", "1")) != 1:
        objective = fields["objective"].split(" ")[0]
        raise refused("a model with one score", f"{fields['num_class']} classes ({objective})")
    return _planted(fields, trees)


def _planted(fields: Mapping[str, str], trees: Sequence[_Tree]) -> Forest:
    """The trees in one set of arrays."""
    nodes = np.cumsum([0] + [len(tree.feature) for tree in trees])
    leaves = np.cumsum([0] + [len(tree.value) for tree in trees])
    sizes = np.cumsum([0] + [len(tree.levels) for tree in trees])
    left = _joined([_global(t.left, n, m) for t, n, m in zip(trees, nodes, leaves, strict=False)])
    right = _joined([_global(t.right, n, m) for t, n, m in zip(trees, nodes, leaves, strict=False)])
    rows = _joined([tree.rows for tree in trees], np.float64)
    leaf_rows = _joined([tree.leaf_rows for tree in trees], np.float64)
    parent, is_right, share = _upward(left, right, rows, rows, leaves=False)
    leaf_parent, leaf_is_right, leaf_share = _upward(left, right, rows, leaf_rows, leaves=True)
    starts = [t.levels_from + size for t, size in zip(trees, sizes, strict=False)]
    return Forest(
        first_node=nodes.astype(np.int32),
        first_leaf=leaves.astype(np.int32),
        feature=_joined([tree.feature for tree in trees]),
        kind=_joined([tree.kind for tree in trees], np.int8),
        threshold=_joined([tree.threshold for tree in trees], np.float32),
        levels_from=_joined(starts),
        levels_count=_joined([tree.levels_count for tree in trees]),
        levels=_joined([tree.levels for tree in trees], np.uint8),
        left=left,
        right=right,
        parent=parent,
        is_right=is_right,
        share=share,
        leaf_parent=leaf_parent,
        leaf_is_right=leaf_is_right,
        leaf_share=leaf_share,
        leaf_value=_joined([tree.value for tree in trees], np.float64),
        base=float(sum(tree.mean for tree in trees)),
        features=int(fields["max_feature_idx"]) + 1,
    )


class _Tree:
    """One block of the text."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        if fields.get("is_linear", "0") != "0":
            raise refused("trees with one number a leaf", "linear trees")
        self.feature = _numbers(fields, "split_feature", np.int32)
        self.left = _numbers(fields, "left_child", np.int32)
        self.right = _numbers(fields, "right_child", np.int32)
        self.value = _numbers(fields, "leaf_value", np.float64)
        self.rows = _numbers(fields, "internal_count", np.float64)
        self.leaf_rows = _numbers(fields, "leaf_count", np.float64)
        if len(self.value) == 1:
            self.leaf_rows = np.ones(1)
        if not (self.rows > 0).all() or len(self.leaf_rows) != len(self.value):
            raise refused("trees that say how many rows each split saw", "splits without rows")
        self.mean = float(self.value @ self.leaf_rows / self.leaf_rows.sum())
        decision = _numbers(fields, "decision_type", np.int32)
        threshold = _numbers(fields, "threshold", np.float64)
        self.kind = kinds(decision, threshold)
        self.threshold = rounded_down(threshold)
        self._read_levels(fields, threshold)

    def _read_levels(self, fields: Mapping[str, str], threshold: Floats) -> None:
        """For each categorical split one byte a code, 1 where it goes left; the last is for the rest."""
        self.levels_from = np.zeros(len(threshold), np.int32)
        self.levels_count = np.zeros(len(threshold), np.int32)
        bounds = _numbers(fields, "cat_boundaries", np.int64)
        words = _numbers(fields, "cat_threshold", np.uint32)
        levels = np.unpackbits(words.astype("<u4").view(np.uint8), bitorder="little")
        pieces: list[NDArray[np.uint8]] = []
        for node in np.flatnonzero(self.kind == CATEGORY):
            which = int(threshold[node])
            piece = levels[32 * bounds[which] : 32 * bounds[which + 1]]
            self.levels_from[node] = sum(len(one) for one in pieces)
            self.levels_count[node] = len(piece) + 1
            pieces.append(np.append(piece, np.uint8(0)))
        self.levels = _joined(pieces, np.uint8)


def kinds(decision: Integers, threshold: Floats) -> NDArray[np.int8]:
    """How each split decides, from the bits LightGBM packs into ``decision_type``.

    Where nothing counts as missing, LightGBM reads NaN as zero: the threshold says where that goes.
    """
    missing = (decision >> 2) & 3
    if ((decision < 0) | (decision > 15) | (missing > _MISSING_NAN)).any():
        raise refused("the split types of LightGBM 4", "an unknown decision_type")
    nan_is_left = np.where(missing == _NOT_MISSING, threshold >= 0.0, (decision & 2) > 0)
    kind = np.where(nan_is_left, NAN_LEFT, NAN_RIGHT)
    kind = np.where(missing == _MISSING_ZERO, np.where(nan_is_left, ZERO_LEFT, ZERO_RIGHT), kind)
    return np.where(decision & 1, CATEGORY, kind).astype(np.int8)


def rounded_down(threshold: Floats) -> NDArray[np.float32]:
    """The largest float32 that goes left at each threshold.

    LightGBM takes numbers within ``ZERO`` of zero for zero before it looks at any split, so no
    threshold may part them.

    >>> float(rounded_down(np.array([0.1]))[0]) <= 0.1
    True
    """
    with np.errstate(over="ignore"):
        near = threshold.astype(np.float32)
    below = np.nextafter(near, np.float32(-np.inf))
    rounded = np.where(near > threshold, below, near)
    beyond_zero = np.nextafter(-ZERO, np.float32(-np.inf))
    rounded = np.where((rounded >= -ZERO) & (threshold < 0.0), beyond_zero, rounded)
    return np.where((rounded < ZERO) & (threshold >= 0.0), ZERO, rounded)


def refused(expected: str, found: str) -> ModelRefused:
    """A booster whose contributions cannot be computed exactly."""
    return ModelRefused(
        expected=expected, found=found, remedy="Train the model with plain gradient-boosted trees."
    )


def _require_supported(fields: Mapping[str, str]) -> None:
    objective = fields.get("objective", "none at all").split(" ")[0]
    if "average_output" in fields:
        raise refused("boosted trees", "a random forest")
    if objective not in OBJECTIVES:
        raise refused(f"an objective among {', '.join(OBJECTIVES)}", objective)


def _fields(block: str) -> dict[str, str]:
    parts = [line.partition("=") for line in block.splitlines()]
    return {name: value for name, _, value in parts if name}


def _numbers(fields: Mapping[str, str], name: str, kind: type) -> NDArray[Any]:
    return np.array(fields.get(name, "").split(), kind)


def _joined(parts: Sequence[NDArray[Any]], kind: type = np.int32) -> NDArray[Any]:
    return np.concatenate([*parts, np.empty(0, kind)]).astype(kind)


def _global(children: Integers, nodes_before: int, leaves_before: int) -> NDArray[Any]:
    return np.where(children >= 0, children + nodes_before, children - leaves_before)


def _upward(
    left: Integers, right: Integers, rows: Floats, child_rows: Floats, *, leaves: bool
) -> tuple[Integers, NDArray[np.uint8], Floats]:
    """For every node, or every leaf: its parent, its side, and its share of the parent's rows."""
    parent = np.full(len(child_rows), -1, np.int32)
    is_right = np.zeros(len(child_rows), np.uint8)
    for side, children in enumerate((left, right)):
        of_this_sort = np.flatnonzero((children < 0) == leaves)
        child = ~children[of_this_sort] if leaves else children[of_this_sort]
        parent[child] = of_this_sort
        is_right[child] = side
    share = np.ones(len(child_rows))
    share[parent >= 0] = child_rows[parent >= 0] / rows[parent[parent >= 0]]
    return parent, is_right, share
