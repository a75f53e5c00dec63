"""Arrow columns from arrays of numbers, fast enough for tens of millions of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.world.people import Flags
from features.vocabulary.arrays import Ints
from features.vocabulary.time import DAY_SECONDS

_INSTANT = pa.timestamp("ms")


def numbered(prefix: str, numbers: Ints, width: int, tail: Ints | None = None) -> Any:
    """Texts such as ``C0000123``, or ``O0000123-0004`` with a tail of four digits."""
    parts = [_letters(prefix, len(numbers)), _digits(numbers, width)]
    if tail is not None:
        parts += [_letters("-", len(numbers)), _digits(tail, 4)]
    content = np.ascontiguousarray(np.hstack(parts))
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(content.shape[1])
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(content))


def _letters(text: str, rows: int) -> np.ndarray:
    letters = np.frombuffer(text.encode("ascii"), np.uint8)
    return np.broadcast_to(letters, (rows, len(letters)))


def _digits(numbers: Ints, width: int) -> np.ndarray:
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def coded(codes: Ints, texts: Any) -> Any:
    """A text column by codes into a list of texts; a negative code is a missing value."""
    texts = texts if isinstance(texts, pa.Array) else pa.array(list(texts), pa.string())
    missing = codes < 0
    mask = missing if missing.any() else None
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=mask), texts)


def instants(seconds: Ints, first: int, missing: Flags | None = None) -> Any:
    """UTC instants from seconds since the first simulated one; flagged rows are missing."""
    milliseconds = pa.array((seconds + first) * 1_000, mask=missing)
    return milliseconds.cast(_INSTANT)


def midnights(days: Ints, first: int, missing: Flags | None = None) -> Any:
    """UTC midnights from day numbers since the first simulated day."""
    return instants(days * DAY_SECONDS, first, missing)


def money(cents: Ints, missing: Flags | None = None) -> Any:
    """Amounts with two decimals, exact, from integer cents."""
    halves = np.empty((len(cents), 2), np.int64)
    halves[:, 0] = cents
    halves[:, 1] = cents >> 63
    column = pa.Array.from_buffers(
        pa.decimal128(12, 2), len(cents), [None, pa.py_buffer(np.ascontiguousarray(halves))]
    )
    if missing is None:
        return column
    return pc.if_else(pa.array(~missing), column, pa.scalar(None, column.type))


def table(columns: dict[str, Any]) -> Any:
    """An Arrow table of named columns."""
    return pa.table({name: _arrow(values) for name, values in columns.items()})


def _arrow(values: Any) -> Any:
    return values if isinstance(values, pa.Array) else pa.array(values)


def texts(prefix: str, count: int, width: int) -> Sequence[str]:
    """A short list of numbered names."""
    return [f"{prefix}{number:0{width}d}" for number in range(count)]
