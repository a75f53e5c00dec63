"""Whom the rows of a table are about, and as of when: read from the levels of its index, or given beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Ints
from features.vocabulary.errors import UsageRefused

CUSTOMER, CUTOFF = "customer_id", "cutoff"
"""The levels of the index of a table of customers at cutoffs."""


def level(table: Any, name: str) -> Any | None:
    """The values of a level of a table's index; None where the table has no such level, or no index."""
    index = getattr(table, "index", None)
    names: Sequence[Any] = getattr(index, "names", ())
    return index.get_level_values(name) if index is not None and name in names else None


def required_level(table: Any, groups: Any, name: str) -> Any:
    """What was given as ``groups``, else the level of the table; ``UsageRefused`` where there is neither."""
    found = groups if groups is not None else level(table, name)
    if found is None:
        raise UsageRefused(
            expected=f"rows that say their {name}: a level of that name in the index of X, or `groups`",
            found="neither",
            remedy="Give the table as `ws.dataset` returned it, or the values of that level as `groups`.",
        )
    return found


def seconds_of(instants: Any) -> Ints:
    """Instants as whole seconds since 1970 in UTC, whatever pandas can read as dates.

    >>> seconds_of(["1970-01-02", "1970-01-01T00:00:05Z"]).tolist()
    [86400, 5]
    """
    import pandas as pd

    read = pd.DatetimeIndex(pd.to_datetime(np.asarray(instants), utc=True, format="ISO8601"))
    return np.asarray(read.as_unit("s").asi8, np.int64)


def keys_of(customers: Any) -> NDArray[np.int32]:
    """A number for each customer, the same in all of their rows."""
    _, keys = np.unique(np.asarray(customers, np.str_), return_inverse=True)
    return np.asarray(keys, np.int32)
