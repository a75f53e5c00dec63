"""The parts put together: tables built once, then contributions of any number of rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from training.learners.treeshap.model_text import Forest

if TYPE_CHECKING:
    from training.learners.treeshap.leaf_groups import Limits

ROWS_AT_ONCE = 1024
GROUP_BITS = 12
"""As many as a place within a table of as many columns may have, to fit in sixteen bits."""
PART_BITS = 6
NUMBER_COST = 0.0016
_DEAREST = 0.004
MOST_TABLE_BYTES = 32_000_000
_ROWS_ONE_BY_ONE = 4


@dataclass(frozen=True)
class Explainer:
    """What each column adds to the raw score of a row, exactly: path-dependent TreeSHAP.

    A column is a feature, or a group of features whose contributions are summed. ``base`` and a row
    of contributions add up to the booster's raw score.
    """

    base: float
    features: int
    columns: int
    tables: Floats
    parts: Any

    @classmethod
    def of(
        cls,
        forest: Forest,
        column_of: NDArray[np.integer] | None = None,
        columns: int | None = None,
        *,
        most_table_bytes: int = MOST_TABLE_BYTES,
        group_bits: int = GROUP_BITS,
        part_bits: int = PART_BITS,
    ) -> Explainer:
        """Build the tables; ``column_of[feature]`` is the column it belongs to, None its own.

        ``columns`` says how many there are where the last may be empty.
        Where the tables would be larger than ``most_table_bytes`` they are planned smaller, down to
        one bit a pattern, which costs time at the rows but never exactness.
        """
        from training.learners.treeshap.kernels import SplitNodes
        from training.learners.treeshap.leaf_groups import Limits, plan
        from training.learners.treeshap.shapley_tables import fill_tables

        if column_of is None:
            column_of = np.arange(forest.features)
        column_of = np.ascontiguousarray(column_of, np.int32)
        columns = int(column_of.max(initial=-1)) + 1 if columns is None else columns
        limits = Limits(min(group_bits, GROUP_BITS), part_bits, NUMBER_COST)
        planned = plan(forest, column_of, limits)
        while 8 * planned.groups.table_from[-1] > most_table_bytes and max(limits[:2]) > 1:
            limits = _stricter(limits)
            planned = plan(forest, column_of, limits)
        splits = SplitNodes(
            *(forest.first_node, forest.feature, forest.kind, forest.threshold),
            *(forest.levels_from, forest.levels_count, forest.levels),
        )
        tables = fill_tables(*planned)
        parts = (splits, planned.groups, tables)
        return cls(forest.base, forest.features, columns, tables, parts)

    def contributions(self, rows: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each column adds to each row: float64, one row a row.

        The answer for a row depends neither on the rows beside it nor on ``threads``, to the bit.
        Raises ``ModelRefused`` for rows of another width.
        """
        from training.learners.treeshap.kernels import explain_block, explain_row

        if rows.shape[1:] != (self.features,):
            raise ModelRefused(
                expected=f"rows of {self.features} features",
                found=f"rows of shape {rows.shape[1:]}",
                remedy="Bind the vectors to the model's columns by name.",
            )
        added = np.zeros((len(rows), self.columns))
        if len(rows) <= _ROWS_ONE_BY_ONE:
            for row, values in enumerate(np.array(rows, np.float32, ndmin=2)):
                explain_row(*(values[:, None], *self.parts, added[row][:, None]))
            return added

        def explain(begin: int) -> None:
            block = np.array(rows[begin : begin + ROWS_AT_ONCE].T, np.float32, order="C")
            turned = np.zeros((self.columns, block.shape[1]))
            explain_block(*(block, *self.parts, turned))
            added[begin : begin + ROWS_AT_ONCE] = turned.T

        begins = range(0, len(rows), ROWS_AT_ONCE)
        if threads == 1 or len(begins) == 1:
            for begin in begins:
                explain(begin)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(explain, begins))
        return added


def _stricter(limits: Limits) -> Limits:
    """Limits that make smaller tables: numbers are made dearer first, then patterns a bit shorter."""
    if limits.number_cost < _DEAREST:
        return limits._replace(number_cost=limits.number_cost * 1.6)
    shorter = max(limits.group_bits - 1, 1)
    narrower = min(limits.part_bits, max(shorter - 1, 1))
    return limits._replace(group_bits=shorter, part_bits=narrower, number_cost=NUMBER_COST)
