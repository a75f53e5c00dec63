"""What a bundle remembers of its training customers: quantiles, never a row; and its golden rows."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.learners.columns import SHARED_BY, shared_bounds
from training.reasons.peers import Peers

FEATURE_STEPS = 21
GOLDEN_ROWS = 64
_PERCENTILES = np.linspace(0.0, 100.0, 101)


@dataclass(frozen=True)
class Reference:
    """The spread of each feature and of the score among the customers the model was calibrated on.

    ``features`` holds 21 quantiles a feature, one column a feature; ``missing`` the share of missing
    values; ``probability`` the 0th to 100th percentile of the calibrated probability; ``peers`` what is
    typical of steady customers of each standing. Outermost
    quantiles are drawn in until ten customers share them.
    """

    features: NDArray[np.float32]
    missing: Floats
    probability: Floats
    peers: Peers

    @classmethod
    def learn(cls, vectors: Vectors, probability: Floats) -> Reference:
        """Quantiles of the vectors' features and of these customers' probabilities."""
        steps = np.linspace(0.0, 1.0, FEATURE_STEPS)
        columns = [
            _quantiles(vectors.values[:, position], vectors.customer_keys, steps)
            for position in range(len(vectors.feature_names))
        ]
        missing = np.isnan(vectors.values).mean(axis=0, dtype=np.float64)
        ordered = np.sort(probability)
        edge = min(SHARED_BY, max(1, len(ordered) // 2))
        held = np.clip(probability, ordered[edge - 1], ordered[-edge])
        grid = np.quantile(held, _PERCENTILES / 100.0)
        features = np.column_stack(columns).astype(np.float32)
        everybody = features[FEATURE_STEPS // 2]
        peers = Peers.learn(vectors.values, vectors.feature_names, probability, everybody)
        return cls(features, missing, grid, peers)

    def percentile(self, probability: Floats) -> Floats:
        """Where a probability stands among the reference customers, from 0 to 100.

        A probability that many share stands in the middle of them.
        """
        distinct, inverse = np.unique(self.probability, return_inverse=True)
        counts = np.bincount(inverse)
        middles = np.bincount(inverse, weights=_PERCENTILES) / counts
        return np.interp(probability, distinct, middles)

    def sample(self, rows: int, seed: int) -> NDArray[np.float32]:
        """Invented rows: each feature drawn on its own from its quantiles, so no row is anybody's."""
        generator = np.random.default_rng(seed)
        shape = (rows, self.features.shape[1])
        drawn = generator.integers(0, len(self.features), shape)
        values = np.take_along_axis(self.features, drawn, axis=0)
        return np.where(generator.random(shape) < self.missing, np.float32(np.nan), values)

    def to_bytes(self) -> bytes:
        """The quantiles as a NumPy archive without objects."""
        arrays: dict[str, NDArray[Any]] = {
            "features": self.features,
            "missing": self.missing,
            "probability": self.probability,
            "typical": self.peers.typical,
            "sorted_by": np.array(self.peers.sorted_by),
        }
        if self.peers.tendency is not None:
            arrays["tendency"] = self.peers.tendency
        return archive(arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> Reference:
        """The quantiles read back."""
        arrays = unarchive(content)
        peers = Peers(arrays["typical"], int(arrays["sorted_by"]), arrays.get("tendency"))
        return cls(arrays["features"], arrays["missing"], arrays["probability"], peers)


def archive(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays in one ``.npz``, byte for byte the same whenever the arrays are."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def unarchive(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of an ``.npz``; nothing in it is ever executed."""
    with np.load(io.BytesIO(content), allow_pickle=False) as opened:
        return {name: opened[name] for name in opened.files}


def _quantiles(
    values: NDArray[np.float32], customer_keys: NDArray[np.int32], steps: Floats
) -> NDArray[np.floating[Any]]:
    present = values[~np.isnan(values)]
    if not len(present):
        return np.zeros(len(steps), np.float32)
    low, high = shared_bounds(values, customer_keys)
    # The nearest value, not one between two: counts stay whole in invented rows.
    held = np.clip(present, min(low, high), max(low, high))
    return np.quantile(held, steps, method="nearest")
