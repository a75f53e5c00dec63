"""Rows on their way into the arrays of a pack: each once, in stretches of any size."""

from __future__ import annotations

import numpy as np
import pytest

from features.store.month_arrays import MonthArrays
from features.store.table_events import _Piece

# Customers 4, 0 and 2 have 2, 3 and 1 rows, which begin at 1, 3 and 7 of nine; the others are not moved.
KEYS, BEGINS, COUNTS = np.array([4, 0, 2]), np.array([1, 3, 7]), np.array([2, 3, 1])
ROWS = np.array([10, 11, 12, 13, 14, 15, 16, 17, 18])
CURSOR = [0, 9, 3, 9, 4]


@pytest.mark.parametrize("at_once", [1, 2, 3, 4, 5, 6, 7])
def test_the_rows_of_each_customer_move_to_the_customers_place(at_once: int) -> None:
    piece = _Piece(0, 0, KEYS, BEGINS, COUNTS, MonthArrays.__new__(MonthArrays), {})
    whole, cursor = np.zeros(6, np.int64), np.array(CURSOR)
    moved = []
    for source, target in piece.moves(cursor, at_once=at_once):
        whole[target] = ROWS[source]
        moved.append(len(ROWS[source]))
    assert whole.tolist() == [13, 14, 15, 17, 11, 12]
    # Whole customers go together, so that more may go at once only where one has more.
    assert sum(moved) == 6 and max(moved) <= max(at_once, 3)
    assert len(moved) == {1: 3, 2: 3, 3: 3, 4: 2, 5: 2}.get(at_once, 1)
    assert cursor.tolist() == [3, 9, 4, 9, 6]
