"""Which texts of a column have features of their own: those that occur most often."""

from __future__ import annotations

import numpy as np

from features.store.pack import EventStream

_ROWS_AT_ONCE = 1 << 20


def most_frequent(
    stream: EventStream, column: str, most: int, *, at_once: int = _ROWS_AT_ONCE
) -> list[str]:
    """The texts that occur in most rows, as many as asked for, in the order of the alphabet.

    Of texts with equally many the first of the alphabet is taken, so the order of rows does not matter;
    and a text that merely changes its rank changes no plan.
    """
    texts, codes = stream.dictionaries[column], stream.columns[column]
    rows = np.zeros(len(texts), np.int64)
    for begin in range(0, len(codes), at_once):
        part = codes[begin : begin + at_once]
        rows += np.bincount(part[part >= 0], minlength=len(texts))
    chosen = sorted(range(len(texts)), key=lambda code: (-rows[code], texts[code]))[:most]
    return sorted(texts[code] for code in chosen)
