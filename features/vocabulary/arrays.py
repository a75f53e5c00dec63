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
MISSING_CODE = -1
"""What stands among a column's codes where there is no text, or a flag that nobody set or unset."""
RARE_CODE = -2
"""The code of an attribute's text that too few customers share to be told apart by it."""
MISSING_NUMBER = int(np.iinfo(np.int64).min)
"""What stands among whole numbers for one that is not there, and for an instant."""


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
