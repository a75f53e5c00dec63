"""What a forest answers, summed leaf by leaf in compiled code: for rows too many or too few for LightGBM's own call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.compiled import compiled
from training.learners.treeshap.model_text import (
    CATEGORY,
    NAN_LEFT,
    NAN_RIGHT,
    ZERO,
    ZERO_RIGHT,
    Forest,
    refused,
)

_AT_ONCE = 2_048


class LeafSums:
    """The raw answers of a forest without categories, bit by bit those of its leaves in tree order.

    All rows of a block go down a tree together, a step at a time, so that the processor need not wait for one to
    know where the next is. For that a leaf is a node that leads to itself. Raises ``ModelRefused`` for trees that
    split by category.
    """

    def __init__(self, forest: Forest) -> None:
        if (forest.kind == CATEGORY).any():
            raise refused("trees that split by numbers", "splits by category")
        nodes, leaves = len(forest.feature), len(forest.leaf_value)
        is_split = np.diff(forest.first_node) > 0
        # A root that is a leaf has no node to start from.
        self._roots = np.where(is_split, forest.first_node[:-1], nodes + forest.first_leaf[:-1])
        steps = np.zeros(nodes, np.int64)
        for node in np.flatnonzero(forest.parent >= 0):
            steps[node] = steps[forest.parent[node]] + 1
        self._depths = np.array(
            [
                steps[begin:end].max() + 1 if end > begin else 0
                for begin, end in zip(forest.first_node[:-1], forest.first_node[1:], strict=True)
            ],
            np.int64,
        )
        children = np.stack([forest.left, forest.right], axis=1).astype(np.int64)
        itself = np.repeat(nodes + np.arange(leaves)[:, None], 2, axis=1)
        self._children = np.concatenate(
            [np.where(children < 0, nodes + ~children, children), itself]
        )
        self._feature = np.append(forest.feature, np.zeros(leaves, forest.feature.dtype))
        self._kind = np.append(forest.kind, np.full(leaves, NAN_LEFT, forest.kind.dtype))
        self._threshold = np.append(forest.threshold, np.full(leaves, np.inf, np.float32))
        self._values = np.append(np.zeros(nodes), forest.leaf_value)

    def of(
        self, rows: NDArray[np.float32], *, threads: int = 1, at_once: int = _AT_ONCE
    ) -> NDArray[np.float64]:
        """One sum a row; columns are the features in the forest's order."""
        out = np.zeros(len(rows))

        def add(begin: int) -> None:
            _add_leaves(
                rows[begin : begin + at_once], self._roots, self._depths, self._feature,
                self._kind, self._threshold, self._children, self._values,
                out[begin : begin + at_once],
            )  # fmt: skip

        begins = range(0, len(rows), at_once)
        if threads == 1 or len(begins) < 2:
            for begin in begins:
                add(begin)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(add, begins))
        return out


@compiled
def _add_leaves(
    rows: Any,
    roots: Any,
    depths: Any,
    feature: Any,
    kind: Any,
    threshold: Any,
    children: Any,
    values: Any,
    out: Any,
) -> None:
    nodes = np.empty(len(rows), np.int64)
    for tree in range(len(roots)):
        nodes[:] = roots[tree]
        for _ in range(depths[tree]):
            for row in range(len(rows)):
                node = nodes[row]
                value, how = rows[row, feature[node]], kind[node]
                # Computed and not branched upon: which way comes next, no processor could guess.
                is_right = (value > threshold[node]) | ((value != value) & (how == NAN_RIGHT))
                if how >= ZERO_RIGHT and (np.isnan(value) or abs(value) <= ZERO):
                    is_right = how == ZERO_RIGHT
                nodes[row] = children[node, np.int64(is_right)]
        for row in range(len(rows)):
            out[row] += values[nodes[row]]
