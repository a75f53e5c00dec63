"""Which texts of a column have features of their own: those that occur most often."""

from __future__ import annotations

import numpy as np

from features.store.pack import EventStream
from features.vocabulary.arrays import Truths

_ROWS_AT_ONCE = 1 << 20


def most_frequent(
    stream: EventStream,
    column: str,
    most: int,
    *,
    among: tuple[str, str] | None = None,
    at_once: int = _ROWS_AT_ONCE,
) -> list[str]:
    """The texts that occur in most rows, as many as asked for, in the order of the alphabet.

    Of texts with equally many the first of the alphabet is taken, so the order of rows does not matter;
    and a text that merely changes its rank changes no plan. ``among`` names a column and its text: only
    rows that have it are counted, and what none of them says is left out.
    """
    texts, codes = stream.dictionaries[column], stream.columns[column]
    rows = np.zeros(len(texts), np.int64)
    for begin in range(0, len(codes), at_once):
        part = codes[begin : begin + at_once]
        if among is not None:
            part = part[_has(stream, *among, slice(begin, begin + at_once))]
        rows += np.bincount(part[part >= 0], minlength=len(texts))
    found = [code for code in range(len(texts)) if among is None or rows[code]]
    chosen = sorted(found, key=lambda code: (-rows[code], texts[code]))[:most]
    return sorted(texts[code] for code in chosen)


def _has(stream: EventStream, column: str, text: str, rows: slice) -> Truths:
    """Which of some rows have a text in a column."""
    codes, texts = stream.columns[column][rows], list(stream.dictionaries[column])
    return np.asarray(codes == texts.index(text)) if text in texts else np.zeros(len(codes), bool)
