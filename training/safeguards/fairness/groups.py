"""The groups that the protected attributes of a company make of its customers: commonest texts, or thirds of a number."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.store.store import Store
from training.safeguards.fairness.protected import (
    ProtectedColumn,
    commonest_texts,
    protected_columns,
)

ANOTHER = "another"


@dataclass(frozen=True)
class DeclaredGroups:
    """The groups of one attribute by their names, and the place of each row's group among them; -1 where nothing is known."""

    attribute: str
    names: tuple[str, ...]
    codes: NDArray[np.int64]


def declared_groups(
    store: Store, pack: Pack, customer_keys: NDArray[np.int32]
) -> tuple[DeclaredGroups, ...]:
    """The groups of these rows by each protected attribute that is mapped; an attribute that makes fewer than two is left out."""
    keys, rows = np.unique(customer_keys, return_inverse=True)
    found = []
    for column in protected_columns(store, pack, keys):
        names, codes = _commonest(column) if column.is_text else _thirds(column)
        if len(names) > 1:
            found.append(DeclaredGroups(column.name, tuple(names), codes[rows]))
    return tuple(found)


def _commonest(column: ProtectedColumn) -> tuple[list[str], NDArray[np.int64]]:
    """The texts that ten share, at most six of them, and all others together."""
    names = commonest_texts(column.entries)
    places, other = {name: place for place, name in enumerate(names)}, len(names)
    codes = [-1 if one is None else places.get(one, other) for one in column.entries]
    return [*names, ANOTHER] if other in codes else names, np.array(codes, np.int64)


def _thirds(column: ProtectedColumn) -> tuple[list[str], NDArray[np.int64]]:
    """Up to three groups of about equal size by rising numbers; whoever has the same number is in the same."""
    numbers = np.array([np.nan if one is None else float(one) for one in column.entries])
    known = ~np.isnan(numbers)
    if not known.any():
        return [], np.full(len(numbers), -1)
    edges = np.unique(np.quantile(numbers[known], [1 / 3, 2 / 3], method="inverted_cdf"))
    edges = edges[edges < numbers[known].max()]
    codes = np.where(known, np.searchsorted(edges, np.nan_to_num(numbers), side="left"), -1)
    said = [column.said(float(one)) for one in edges]
    if not said:
        return [], codes
    between = [f"above {low}, up to {high}" for low, high in pairwise(said)]
    return [f"up to {said[0]}", *between, f"above {said[-1]}"], codes
