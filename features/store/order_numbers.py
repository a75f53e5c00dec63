"""Orders numbered within their customer: 0 for the order whose line comes first, and so on.

The number of an order depends on nothing but its customer's own rows, so that it stays what it is when
other customers come or go. An order number is told by a print of its text, 64 bits wide, which the
store keeps, so that appended lines find the order they belong to without reading the others again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])


def _compiled(function: Function) -> Function:
    return cast(Function, njit(cache=True, nogil=True)(function))


@_compiled
def text_prints(offsets: NDArray[np.int64], content: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """A print of each of several texts: FNV-1a over its bytes, stirred at the end."""
    prints = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(prints)):
        value = np.uint64(0xCBF29CE484222325)
        for place in range(offsets[row], offsets[row + 1]):
            value = (value ^ np.uint64(content[place])) * np.uint64(0x100000001B3)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        prints[row] = value ^ (value >> np.uint64(31))
    return prints


@_compiled
def number_orders(
    offsets: NDArray[np.int64], prints: NDArray[np.uint64], numbers: NDArray[np.int32]
) -> None:
    """Write the number of every line's order, for lines grouped by customer from ``offsets`` on."""
    seen = np.empty(64, np.uint64)
    number_of = np.empty(64, np.int32)
    for customer in range(len(offsets) - 1):
        begin, end = offsets[customer], offsets[customer + 1]
        size = 64
        while size < 2 * (end - begin):
            size *= 2
        if size > len(seen):
            seen = np.empty(size, np.uint64)
            number_of = np.empty(size, np.int32)
        number_of[:size] = -1
        last = np.uint64(size - 1)
        count = 0
        for row in range(begin, end):
            if row > begin and prints[row] == prints[row - 1]:
                numbers[row] = numbers[row - 1]
                continue
            slot = prints[row] & last
            while number_of[slot] >= 0 and seen[slot] != prints[row]:
                slot = (slot + np.uint64(1)) & last
            if number_of[slot] < 0:
                seen[slot] = prints[row]
                number_of[slot] = count
                count += 1
            numbers[row] = number_of[slot]
