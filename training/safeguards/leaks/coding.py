"""Features as numbers a straight line can weigh: where a value stands among all, and whether it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats

_BENDS, _FINE_BENDS = (0.0,), (-0.3, 0.0, 0.3)
"""Where the line of a feature may bend, from -0.5 for the lowest value to 0.5 for the highest."""


@dataclass(frozen=True)
class Coded:
    """Standardised columns of coded features, and which of them belong to each feature."""

    matrix: Floats
    places: Mapping[str, NDArray[np.intp]]

    @classmethod
    def of(
        cls,
        stands: Mapping[str, Floats],
        missing: Mapping[str, NDArray[np.bool_]],
        fine: frozenset[str],
    ) -> Coded:
        """Code features by where their values stand and which are missing, those in ``fine`` with more bends."""
        columns: list[Floats] = []
        places: dict[str, NDArray[np.intp]] = {}
        for name, at in stands.items():
            coded = list(_coded(at, missing[name], name in fine))
            places[name] = np.arange(len(columns), len(columns) + len(coded))
            columns += coded
        return cls(np.column_stack(columns), places)

    def of_features(self, names: set[str], *, others: bool = False) -> NDArray[np.intp]:
        """The places of these features, or of all ``others``."""
        found = [place for name, place in self.places.items() if (name in names) != others]
        return np.concatenate(found) if found else np.empty(0, np.intp)


def standing(values: Floats) -> Floats:
    """Where each value stands among those known, from -0.5 to 0.5; a missing one stands in the middle.

    >>> standing(np.array([5.0, np.nan, 7.0])).tolist()
    [-0.25, 0.0, 0.25]
    """
    found = np.zeros(len(values))
    known = ~np.isnan(values)
    if known.any():
        found[known] = (ranked(values[known]) - 0.5) / known.sum() - 0.5
    return found


def ranked(values: Floats) -> Floats:
    """The rank of each value, from 1 on; equal ones share the mean of theirs.

    >>> ranked(np.array([5.0, 7.0, 5.0])).tolist()
    [1.5, 3.0, 1.5]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    means: Floats = np.cumsum(counts) - (counts - 1.0) / 2.0
    return means[place]


def _coded(at: Floats, missing: NDArray[np.bool_], is_fine: bool) -> Iterator[Floats]:
    bends = _FINE_BENDS if is_fine else _BENDS
    bent = [np.where(missing, 0.0, np.maximum(at - bend, 0.0)) for bend in bends]
    for part in (at, *bent, missing.astype(np.float64)):
        spread = float(part.std())
        if spread > 1e-9:
            yield (part - part.mean()) / spread
