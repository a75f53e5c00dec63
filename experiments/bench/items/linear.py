"""Linear models of items on public splits: chosen on a part of the training data, then fitted on all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from experiments.bench.items.splits import PublicSplit, Scores
from training.datasets.purchases.bought import Bought
from training.families.items.recommenders.item_kernel import ItemKernel
from training.families.items.recommenders.neighbours import tf_idf_neighbours
from training.families.items.recommenders.spectral import Filter, Spectrum
from training.learners.ease import ease_weights

Dense = NDArray[np.float32]
SEARCHED = 1_500
NEIGHBOURS_PER_ITEM = 400
NEIGHBOUR_WEIGHTS = 0.0, 0.2, 0.4, 0.6


@dataclass(frozen=True)
class LinearResult:
    """What a search came to: the model in words, its figures where it was chosen and on the test."""

    said: str
    chosen: tuple[float, float]
    tested: tuple[float, float]


def large_catalogue(split: PublicSplit, count: int) -> LinearResult:
    """The spectral filter that finds most, blended with neighbours as far as that helps: what could be found.

    It searches more filters, with more frequencies, and keeps more of each item than a training does; what ships
    is judged by ``shipped_kernel``.
    """
    part = split.held_out()
    asked = part.some(SEARCHED)
    tried: list[tuple[tuple[float, float], tuple[float, float], Filter]] = []
    for powers in ((0.5, 0.5), (0.3, 0.5)):
        spectrum = Spectrum.of(part.learned, 512, powers=powers)
        for smooth, sharpen in product((0.3, 1.0), (0.0, 0.5, 1.0, 1.5)):
            chosen = Filter(512, smooth, sharpen)
            found = part.judge(_unpruned(spectrum, chosen), count, asked)
            print(f"  powers {powers}, {chosen}: {found[0]:.4f} / {found[1]:.4f}", flush=True)
            tried.append((found, powers, chosen))
    _, powers, chosen = max(tried, key=lambda one: sum(one[0]))
    parts = _parts(part.learned, powers, chosen)
    judged = [
        part.judge(_scores_of(_blended(*parts, weight)), count, asked)
        for weight in NEIGHBOUR_WEIGHTS
    ]
    for weight, found in zip(NEIGHBOUR_WEIGHTS, judged, strict=True):
        print(f"  with neighbours x {weight}: {found[0]:.4f} / {found[1]:.4f}", flush=True)
    figures, weight = max(zip(judged, NEIGHBOUR_WEIGHTS, strict=True), key=lambda one: sum(one[0]))
    kernel = _blended(*_parts(split.learned, powers, chosen), weight)
    tested = split.judge(_scores_of(kernel), count)
    said = (
        f"spectral filter, powers {powers}, {chosen}, {NEIGHBOURS_PER_ITEM} kept an item, "
        f"neighbours x {weight}"
    )
    return LinearResult(said, figures, tested)


def _parts(
    learned: Bought, powers: tuple[float, float], chosen: Filter
) -> tuple[ItemKernel, ItemKernel]:
    """A filter, and tf-idf neighbours beside it."""
    rows = Spectrum.of(learned, chosen.frequencies, powers=powers).rows(chosen)
    filtered = ItemKernel.of_rows(rows, learned.catalogue, NEIGHBOURS_PER_ITEM)
    return filtered, tf_idf_neighbours(learned)


def _blended(filtered: ItemKernel, neighbours: ItemKernel, weight: float) -> ItemKernel:
    """Both in one kernel, each over the root mean square of what it keeps."""
    total = sparse.csr_matrix(
        (1.0 - weight) / _size(filtered) * _matrix(filtered)
        + weight / _size(neighbours) * _matrix(neighbours)
    )
    total.sort_indices()
    return ItemKernel(
        total.indptr.astype(np.int64), total.indices.astype(np.int32), total.data.astype(np.float32)
    )


def _matrix(kernel: ItemKernel) -> sparse.csr_matrix:
    shape = (kernel.items, kernel.items)
    return sparse.csr_matrix((kernel.weights, kernel.neighbours, kernel.offsets), shape)


def _size(kernel: ItemKernel) -> float:
    return float(np.sqrt(np.mean(np.square(kernel.weights))))


def _scores_of(kernel: ItemKernel) -> Scores:
    return lambda bought: kernel.scores(bought, threads=2)


def _unpruned(spectrum: Spectrum, chosen: Filter) -> Scores:
    """All of what a filter says, without making a matrix of all items: as co-purchase and low rank."""
    left, right = spectrum.low_rank(chosen)

    def scores(bought: Bought) -> Dense:
        once = bought.once()
        dense = np.asarray((once @ spectrum.co_purchase).todense(), np.float32)
        return np.asarray(dense + np.asarray(once @ left, np.float32) @ right, np.float32)

    return scores


def small_catalogue(split: PublicSplit, count: int, share: float) -> LinearResult:
    """The blend of ridge regression and spectral filter that finds most."""
    part = split.held_out(share)
    options = list(_options(part.learned))
    judged = [part.judge(_dense(weights), count) for _, weights in options]
    best_of_kind: dict[str, int] = {}
    for place, ((kind, *_), _) in enumerate(options):
        if kind not in best_of_kind or sum(judged[place]) > sum(judged[best_of_kind[kind]]):
            best_of_kind[kind] = place
    ridge, spectral = (options[best_of_kind[kind]] for kind in ("ridge", "spectral"))
    tried = []
    for weight in (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0):
        blend = _blend(ridge[1], spectral[1], weight)
        tried.append((part.judge(_dense(blend), count), weight))
        print(f"  {ridge[0]} × {weight} + {spectral[0]}: {tried[-1][0]}", flush=True)
    figures, weight = max(tried, key=lambda one: sum(one[0]))
    blend = _blend(_made(split.learned, ridge[0]), _made(split.learned, spectral[0]), weight)
    tested = split.judge(_dense(blend), count)
    return LinearResult(
        f"{weight} × {ridge[0]} + {1 - weight:.2f} × {spectral[0]}", figures, tested
    )


Option = tuple[str, float, int, float]


def _options(learned: Bought) -> Iterator[tuple[Option, Dense]]:
    for ridge in (100.0, 200.0, 400.0, 800.0, 1_500.0):
        option = ("ridge", ridge, 0, 0.0)
        yield option, _made(learned, option)
    for smooth, frequencies, sharpen in product((0.1, 0.3), (32, 64, 128), (1.0, 2.0, 4.0)):
        option = ("spectral", smooth, frequencies, sharpen)
        yield option, _made(learned, option)


def _made(learned: Bought, option: Option) -> Dense:
    kind, first, frequencies, sharpen = option
    if kind == "ridge":
        return ease_weights(learned, first)
    spectrum = Spectrum.of(learned, frequencies, powers=(0.5, 0.5))
    return spectrum.rows(Filter(frequencies, first, sharpen))(0, learned.catalogue)


def _blend(one: Dense, other: Dense, weight: float) -> Dense:
    """A weighted sum of two kernels that are first brought to the same spread."""
    return np.asarray(weight * one / one.std() + (1 - weight) * other / other.std(), np.float32)


def _dense(weights: Dense) -> Scores:
    return lambda bought: np.asarray(bought.once() @ weights, np.float32)
