"""The features a model reads, held to bounds that no single customer sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused

SHARED_BY = 10
"""A bound taken from training data is shared by at least so many customers."""


@dataclass(frozen=True)
class Columns:
    """The features a model reads, with the bounds their values are held to.

    Values beyond a bound are set to it, at fitting and at scoring alike, so that no single customer's
    extreme is kept in a model. Missing values stay NaN. A rule that ranks by a value as it is has no
    bounds, and keeps nobody's extremes either.
    """

    names: tuple[str, ...]
    low: NDArray[np.float32]
    high: NDArray[np.float32]

    @classmethod
    def learn(cls, vectors: Vectors, names: Sequence[str]) -> Columns:
        """Bounds for the named features such that ten customers or more lie at or beyond each."""
        bounds = [shared_bounds(vectors.column(name), vectors.customer_keys) for name in names]
        low, high = np.array(bounds, np.float32).reshape(-1, 2).T
        return cls(tuple(names), low.copy(), high.copy())

    @classmethod
    def unbounded(cls, names: Sequence[str]) -> Columns:
        """The named features as they are: silence and tenure grow from cutoff to cutoff beyond any learned bound."""
        most = np.full(len(names), np.finfo(np.float32).max, np.float32)
        return cls(tuple(names), -most, most)

    def positions(self, feature_names: Sequence[str]) -> NDArray[np.intp]:
        """Where each of these features lies among ``feature_names``.

        Raises ``ModelRefused`` when one is absent.
        """
        known = {name: position for position, name in enumerate(feature_names)}
        absent = [name for name in self.names if name not in known]
        if absent:
            raise ModelRefused(
                expected="vectors with every feature the model was fitted on",
                found=f"no {', '.join(absent[:5])}",
                remedy="Build the vectors with the same plan, or train again.",
            )
        return np.array([known[name] for name in self.names], np.intp)

    def prepare(self, values: NDArray[np.float32], positions: NDArray[np.intp]) -> Any:
        """The model's own float32 matrix: its columns in its order, held to their bounds."""
        chosen = np.ascontiguousarray(values[:, positions], np.float32)
        return np.clip(chosen, self.low, self.high, out=chosen)

    def as_dict(self) -> dict[str, Any]:
        """The columns as plain JSON; every float32 is exact as a JSON number."""
        return {
            "names": list(self.names),
            "low": [float(one) for one in self.low],
            "high": [float(one) for one in self.high],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Columns:
        """The columns read back."""
        return cls(
            tuple(content["names"]),
            np.array(content["low"], np.float32),
            np.array(content["high"], np.float32),
        )


def shared_bounds(
    values: NDArray[np.float32], customer_keys: NDArray[np.int32]
) -> tuple[float, float]:
    """The widest bounds that ten customers lie at or beyond, on either side.

    A customer counts once, with the most extreme of their own values. With fewer than ten customers
    the bounds meet in the median, so that nothing of the few is kept.

    >>> keys = np.arange(12, dtype=np.int32)
    >>> shared_bounds(np.arange(12, dtype=np.float32), keys)
    (9.0, 2.0)
    """
    present = ~np.isnan(values)
    keys, seen = customer_keys[present], values[present]
    if not len(seen):
        return 0.0, 0.0
    if not is_shared(keys):
        middle = float(np.median(seen))
        return middle, middle
    return _shared_extreme(seen, keys), -_shared_extreme(-seen, keys)


def is_shared(customer_keys: NDArray[np.int32]) -> bool:
    """Whether ten different customers or more are among these keys, which are not negative."""
    if not len(customer_keys):
        return False
    seen = np.zeros(int(customer_keys.max()) + 1, np.bool_)
    seen[customer_keys] = True
    return int(np.count_nonzero(seen)) >= SHARED_BY


def _shared_extreme(values: NDArray[np.float32], customer_keys: NDArray[np.int32]) -> float:
    """The tenth lowest of customers' own lowest values, found among ever more of the lowest."""
    reach = 4 * SHARED_BY
    while True:
        lowest = np.argpartition(values, min(reach, len(values)) - 1)[:reach]
        order = lowest[np.argsort(values[lowest], kind="stable")]
        _, firsts = np.unique(customer_keys[order], return_index=True)
        if len(firsts) >= SHARED_BY:
            # Equal values at the edge are interchangeable: only the value is kept.
            return float(values[order[np.sort(firsts)[SHARED_BY - 1]]])
        reach *= 4
