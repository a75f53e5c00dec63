"""Arrays by what stands in them, for annotations that read as whole words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Numbers that are reckoned with: risks, amounts, shares."""
Ints = NDArray[np.int64]
"""Whole numbers: seconds, cents, places, counts."""
Truths = NDArray[np.bool_]
"""Whether something holds, an entry a row."""
Rows = NDArray[np.float32]
"""Behaviour vectors, one a row and a feature a column."""
Row = NDArray[np.float32]
"""One behaviour vector."""


class SomeRows:
    """Some rows of a wide table, or all of them, of which a column is taken out when it is read: most never are."""

    def __init__(self, table: Rows, places: NDArray[np.integer] | None = None) -> None:
        self._table, self._places = table, places

    def __len__(self) -> int:
        return len(self._table if self._places is None else self._places)

    def column(self, position: int) -> NDArray[np.float32]:
        """One column of these rows."""
        return self._table[slice(None) if self._places is None else self._places, position]

    def some(self, rows: NDArray[np.integer]) -> SomeRows:
        """Some of these rows."""
        return SomeRows(self._table, rows if self._places is None else self._places[rows])
