"""K-means and how stable it is: the door to scikit-learn's clustering.                   [scikit-learn]

Everything here runs on one thread, because the order in which threads add up would show in the last digits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats

Labels = NDArray[np.int64]
_DIGITS = 8
_STARTS, _STARTS_AGAIN = 8, 2


def centroids(points: Floats, count: int, *, seed: int, starts: int = _STARTS) -> Floats:
    """The centres of ``count`` clusters by k-means (Lloyd, k-means++ starts), one row a cluster.

    Rounded to eight decimals. The rows are ordered by their coordinates, so that they do not depend on
    which start came first.
    """
    from sklearn.cluster import KMeans

    with _one_thread():
        fitted = KMeans(count, n_init=starts, random_state=seed, algorithm="lloyd").fit(points)
    rounded = np.round(fitted.cluster_centers_, _DIGITS) + 0.0
    found: Floats = rounded[np.lexsort(rounded.T[::-1])]
    return found


def nearest(points: Floats, centres: Floats) -> tuple[Labels, Floats]:
    """The nearest centre of each point, and how far away it is.

    Computed coordinate by coordinate, so that a point alone gets the answer it gets among others. Of
    equally near centres it is the first.
    """
    squared = np.zeros((len(points), len(centres)))
    for position in range(points.shape[1]):
        squared += (points[:, [position]] - centres[:, position]) ** 2
    closest = squared.argmin(axis=1)
    return closest, np.sqrt(squared[np.arange(len(points)), closest])


def adjusted_rand(one: Labels, other: Labels) -> float:
    """How far two groupings of the same people agree: 1 the same, about 0 by chance alone.

    The adjusted Rand index (Hubert and Arabie 1985).

    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([5, 5, 2, 2]))
    1.0
    """
    _, first = np.unique(one, return_inverse=True)
    _, second = np.unique(other, return_inverse=True)
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), 1)
    together = _pairs(table).sum()
    by_first, by_second = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    expected = by_first * by_second / _pairs(np.array(float(len(one))))
    most = (by_first + by_second) / 2
    return float((together - expected) / (most - expected)) if most != expected else 1.0


def stability(points: Floats, centres: Floats, *, seed: int, resamples: int = 10) -> float:
    """The mean agreement between a clustering and those of resampled people (bootstrap, Hennig 2007).

    Each time as many people are drawn with replacement, clustered anew, and everybody is assigned by
    both.
    """
    original, _ = nearest(points, centres)
    generator = np.random.default_rng(seed)
    agreement = []
    for resample in range(resamples):
        drawn = points[generator.integers(0, len(points), len(points))]
        again = centroids(drawn, len(centres), seed=seed + resample, starts=_STARTS_AGAIN)
        agreement.append(adjusted_rand(original, nearest(points, again)[0]))
    return float(np.mean(agreement))


def principal_axes(points: Floats, *, share: float = 0.9) -> Floats:
    """The directions that hold this share of the variance, one column each (principal components).

    Each points to where its largest part is positive; rounded to eight decimals.
    """
    with _one_thread():
        covariance = np.cov(points, rowvar=False).reshape(points.shape[1], -1)
        variances, axes = np.linalg.eigh(covariance)
    variances, axes = np.maximum(variances[::-1], 0.0), axes[:, ::-1]
    held = np.cumsum(variances) / max(float(variances.sum()), 1e-12)
    kept = axes[:, : int(np.searchsorted(held, share - 1e-12) + 1)]
    largest = np.abs(kept).argmax(axis=0)
    signs = np.sign(kept[largest, np.arange(kept.shape[1])])
    turned: Floats = np.round(kept * signs, _DIGITS) + 0.0
    return turned


def _one_thread() -> Any:
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _pairs(counts: Floats) -> Floats:
    found: Floats = counts * (counts - 1) / 2
    return found
