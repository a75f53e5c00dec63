"""The columns of vectors that hold what customers declared: read from the pack's attributes, without the kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.declarations.attributes import Declared
from features.store.pack import Attributes
from features.vocabulary.arrays import Floats, Ints

# So many rows of a wide vector stay in the processor's cache while their columns are written.
_ROWS_AT_ONCE = 4_096


def declared_values(
    value: Declared, attributes: Attributes, customer_keys: NDArray[np.integer], cutoffs: Ints
) -> Floats:
    """One attribute feature: an entry a row, each a customer key with its cutoff in seconds.

    This is the only place where an attribute becomes a feature. Missing values are NaN, and so is
    every value of a column that is not there.
    """
    column = attributes.columns.get(value.column)
    if column is None:
        return np.full(len(customer_keys), np.nan)
    entries = column[customer_keys]
    found = value.of(entries, cutoffs, attributes.dictionaries.get(value.column, ()))
    found[entries == value.missing] = np.nan
    if attributes.known is not None:
        found[attributes.known[customer_keys] >= cutoffs] = np.nan
    return found


def fill_declared(
    wanted: Sequence[Declared],
    attributes: Attributes,
    customer_keys: NDArray[np.integer],
    cutoffs: Ints,
    values: NDArray[np.float32],
    *,
    at_once: int = _ROWS_AT_ONCE,
) -> None:
    """Write attribute features into rows that are already there, one column each."""
    for begin in range(0, len(customer_keys), at_once):
        rows = slice(begin, begin + at_once)
        for position, value in enumerate(wanted):
            values[rows, position] = declared_values(
                value, attributes, customer_keys[rows], cutoffs[rows]
            )
