"""What a forest answers, summed leaf by leaf in compiled code: for rows too many or too few for LightGBM's own call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.compiled import compiled
from training.treeshap.model_text import (
    CATEGORY,
    NAN_LEFT,
    ZERO,
    ZERO_LEFT,
    ZERO_RIGHT,
    Forest,
    refused,
)

_AT_ONCE = 2_048


class LeafSums:
    """The raw answers of a forest without categories, bit by bit those of its leaves in tree order.

    Raises ``ModelRefused`` for trees that split by category.
    """

    def __init__(self, forest: Forest) -> None:
        if (forest.kind == CATEGORY).any():
            raise refused("trees that split by numbers", "splits by category")
        # A root that is a leaf has no node to start from.
        nodes = np.diff(forest.first_node)
        self._roots = np.where(nodes > 0, forest.first_node[:-1], ~forest.first_leaf[:-1])
        self._forest = forest

    def of(self, rows: NDArray[np.float32], *, threads: int = 1) -> NDArray[np.float64]:
        """One sum a row; columns are the features in the forest's order."""
        forest, out = self._forest, np.zeros(len(rows))

        def add(begin: int) -> None:
            _add_leaves(
                rows[begin : begin + _AT_ONCE], self._roots, forest.feature, forest.kind,
                forest.threshold, forest.left, forest.right, forest.leaf_value,
                out[begin : begin + _AT_ONCE],
            )  # fmt: skip

        begins = range(0, len(rows), _AT_ONCE)
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
    feature: Any,
    kind: Any,
    threshold: Any,
    left: Any,
    right: Any,
    leaf_value: Any,
    out: Any,
) -> None:
    for root in roots:
        for row in range(len(rows)):
            node = root
            while node >= 0:
                value = rows[row, feature[node]]
                how = kind[node]
                if np.isnan(value) or (how >= ZERO_RIGHT and abs(value) <= ZERO):
                    is_left = how in (NAN_LEFT, ZERO_LEFT)
                else:
                    is_left = value <= threshold[node]
                node = left[node] if is_left else right[node]
            out[row] += leaf_value[~node]
