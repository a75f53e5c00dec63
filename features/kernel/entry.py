"""The kernel's entry: every array comes by its address, so that no Python object is looked at."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.kernel.compiled import array_at, by_address, opening
from features.kernel.values import ask_again
from features.kernel.walk import walk

ARRAYS = 33
"""How many arrays of whole numbers there are; the floats and the values come after them."""
QUESTIONS = 16
"""The place of the instructions among them; the outputs come next."""


@opening
def _table(arrays: Any, shapes: Any, place: Any) -> Any:
    return array_at(arrays[place], (shapes[2 * place], shapes[2 * place + 1]))


@opening
def _line(arrays: Any, shapes: Any, place: Any) -> Any:
    return array_at(arrays[place], (shapes[2 * place],))


@by_address
def enter(arrays: Any, shapes: Any, floats: Any, values: Any) -> None:
    """Walk over arrays of whole numbers, each with its rows and columns in ``shapes``.

    They come in the order in which ``walk`` takes them; ``floats``, which are the registers and the
    models of buying, and ``values`` come after them in ``shapes``. Without customers there is nothing to walk
    over: models of buying are asked anew about the rows that ``values`` holds.
    """
    i = np.int64
    registers = shapes[2 * i(ARRAYS)]
    rows, features = shapes[2 * i(ARRAYS) + 2], shapes[2 * i(ARRAYS) + 3]
    if shapes[1] == 0:
        ask_again(
            _table(arrays, shapes, i(QUESTIONS)), _table(arrays, shapes, i(QUESTIONS + 1)),
            array_at(floats, (registers,)), array_at(values, (rows, features)),
        )  # fmt: skip
        return
    walk(
        _table(arrays, shapes, i(0)), _line(arrays, shapes, i(1)), _line(arrays, shapes, i(2)),
        _table(arrays, shapes, i(3)), _table(arrays, shapes, i(4)), _table(arrays, shapes, i(5)),
        _table(arrays, shapes, i(6)), _table(arrays, shapes, i(7)), _table(arrays, shapes, i(8)),
        _table(arrays, shapes, i(9)), _table(arrays, shapes, i(10)), _table(arrays, shapes, i(11)),
        _table(arrays, shapes, i(12)), _table(arrays, shapes, i(13)), _table(arrays, shapes, i(14)),
        _table(arrays, shapes, i(15)), _table(arrays, shapes, i(16)), _table(arrays, shapes, i(17)),
        _line(arrays, shapes, i(18)), _line(arrays, shapes, i(19)), _line(arrays, shapes, i(20)),
        _table(arrays, shapes, i(21)), _table(arrays, shapes, i(22)), _table(arrays, shapes, i(23)),
        _line(arrays, shapes, i(24)), _line(arrays, shapes, i(25)), _line(arrays, shapes, i(26)),
        _line(arrays, shapes, i(27)), _line(arrays, shapes, i(28)), _line(arrays, shapes, i(29)),
        _table(arrays, shapes, i(30)), _line(arrays, shapes, i(31)), _line(arrays, shapes, i(32)),
        array_at(floats, (registers,)), array_at(values, (rows, features)),
    )  # fmt: skip
