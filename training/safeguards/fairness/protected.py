"""The protected attributes a company has mapped: they stay in the sorted table and are in no pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from features.behaviour.attribute_groups import plain_name
from features.store.pack import Pack
from features.store.store import Store
from features.vocabulary.arrays import Floats
from features.vocabulary.protected import is_protected
from features.vocabulary.tables import CUSTOMER_ID, CUSTOMERS
from training.learners.columns import SHARED_BY

MOST_TEXTS = 6


@dataclass(frozen=True)
class ProtectedAttribute:
    """One protected attribute of some rows: a number, or for each of its commonest texts whether it is that one.

    A missing entry is NaN.
    """

    name: str
    sides: tuple[Floats, ...]


def protected_attributes(
    store: Store, pack: Pack, customer_keys: NDArray[np.int32]
) -> tuple[ProtectedAttribute, ...]:
    """The protected attributes of these rows, by the names the company gave them; none where none is mapped."""
    if not store.manifest.rows.get(CUSTOMERS.name):
        return ()
    file = store.table(CUSTOMERS.name)
    names = [one for one in parquet.read_schema(file).names if is_protected(plain_name(one))]
    if not names:
        return ()
    keys = np.unique(customer_keys)
    place = {pack.customer_ids[int(key)]: int(key) for key in keys}
    table = parquet.read_table(file, columns=[CUSTOMER_ID, *names])
    table = table.filter(compute.is_in(table[CUSTOMER_ID], value_set=arrow.array(list(place))))
    at = np.searchsorted(keys, [place[one] for one in table[CUSTOMER_ID].to_pylist()])
    rows = np.searchsorted(keys, customer_keys)
    found = []
    for name in names:
        sides = _sides(table[name])
        spread = [np.full(len(keys), np.nan) for _ in sides]
        for one, side in zip(spread, sides, strict=True):
            one[at] = side
        found.append(ProtectedAttribute(plain_name(name), tuple(one[rows] for one in spread)))
    return tuple(found)


def _sides(column: Any) -> list[Floats]:
    entries = column.to_pylist()
    if not arrow.types.is_string(column.type) and not arrow.types.is_large_string(column.type):
        whole = column.cast(arrow.int64()) if not arrow.types.is_floating(column.type) else column
        return [np.array([np.nan if one is None else one for one in whole.to_pylist()], np.float64)]
    texts, counts = np.unique([one for one in entries if one is not None], return_counts=True)
    commonest = [
        texts[one] for one in np.argsort(-counts, kind="stable") if counts[one] >= SHARED_BY
    ]
    chosen = commonest[:1] if len(commonest) == 2 else commonest[:MOST_TEXTS]
    return [
        np.array([np.nan if one is None else float(one == text) for one in entries])
        for text in chosen
    ]
