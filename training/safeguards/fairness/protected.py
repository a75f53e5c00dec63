"""The protected attributes a company has mapped: they stay in the sorted table and are in no pack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.learners.columns import SHARED_BY

MOST_TEXTS = 6


@dataclass(frozen=True)
class ProtectedAttribute:
    """One protected attribute of some rows: a number, or for each of its commonest texts whether it is that one.

    A missing entry is NaN.
    """

    name: str
    sides: tuple[Floats, ...]


@dataclass(frozen=True)
class ProtectedColumn:
    """What one protected attribute says of each customer asked for; None where nothing is known."""

    stored_as: str
    entries: Sequence[Any]
    is_text: bool

    @property
    def name(self) -> str:
        """What the company calls it."""
        return plain_name(self.stored_as)

    def said(self, number: float) -> str:
        """A number as people write it: instants are stored in seconds, other numbers in thousandths.

        >>> ProtectedColumn("age_milli", (), False).said(34_000.0)
        '34'
        >>> ProtectedColumn("birthday_seconds", (), False).said(86_400.0)
        '1970-01-02'
        """
        if self.stored_as.endswith("_seconds"):
            return str(Cutoff(int(number) // DAY_SECONDS * DAY_SECONDS))
        return f"{number / 1000 if self.stored_as.endswith('_milli') else number:g}"


def protected_columns(
    store: Store, pack: Pack, keys: NDArray[np.int32]
) -> Iterator[ProtectedColumn]:
    """The protected attributes of these customers, each of whom is asked for once; none where none is mapped."""
    if not store.manifest.rows.get(CUSTOMERS.name):
        return
    file = store.table(CUSTOMERS.name)
    names = [one for one in parquet.read_schema(file).names if is_protected(plain_name(one))]
    if not names:
        return
    place = {pack.customer_ids[int(key)]: row for row, key in enumerate(keys)}
    table = parquet.read_table(file, columns=[CUSTOMER_ID, *names])
    table = table.filter(compute.is_in(table[CUSTOMER_ID], value_set=arrow.array(list(place))))
    at = [place[one] for one in table[CUSTOMER_ID].to_pylist()]
    for name in names:
        entries: list[Any] = [None] * len(keys)
        for row, entry in zip(at, table[name].to_pylist(), strict=True):
            entries[row] = entry
        kind = table[name].type
        is_text = arrow.types.is_string(kind) or arrow.types.is_large_string(kind)
        yield ProtectedColumn(name, entries, bool(is_text))


def protected_attributes(
    store: Store, pack: Pack, customer_keys: NDArray[np.int32]
) -> tuple[ProtectedAttribute, ...]:
    """The protected attributes of these rows, by the names the company gave them; none where none is mapped."""
    keys, rows = np.unique(customer_keys, return_inverse=True)
    return tuple(
        ProtectedAttribute(one.name, tuple(side[rows] for side in _sides(one)))
        for one in protected_columns(store, pack, keys)
    )


def commonest_texts(entries: Sequence[Any]) -> list[str]:
    """The texts that ten or more share, the commonest first, six at most."""
    known = [one for one in entries if one is not None]
    texts, counts = np.unique(known, return_counts=True)
    shared = [
        str(texts[one]) for one in np.argsort(-counts, kind="stable") if counts[one] >= SHARED_BY
    ]
    return shared[:MOST_TEXTS]


def _sides(column: ProtectedColumn) -> list[Floats]:
    if not column.is_text:
        return [np.array([np.nan if one is None else float(one) for one in column.entries])]
    shared = commonest_texts(column.entries)
    return [
        np.array([np.nan if one is None else float(one == text) for one in column.entries])
        # Of two texts the commoner tells both.
        for text in (shared[:1] if len(shared) == 2 else shared)
    ]
