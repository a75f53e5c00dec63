"""The linear models there are to choose from, each by the name it ships under."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from training.datasets.purchases.bought import Bought
from training.families.items.recommenders.item_kernel import ItemKernel
from training.families.items.recommenders.neighbours import (
    bm25_neighbours,
    cosine_neighbours,
    tf_idf_neighbours,
)
from training.families.items.recommenders.spectral import Filter, Spectrum
from training.learners.ease import MOST_ITEMS, ease_weights

Learn = Callable[[Bought], ItemKernel]
NEIGHBOURS_PER_ITEM = 100
"""So many others are kept of each item; memory grows in proportion."""
EASE_RIDGES = 100.0, 400.0
FILTERS = Filter(64, 0.3, 0.0), Filter(256, 0.3, 1.5)
EASE, SPECTRAL = "ridge regression of items", "spectral filter"
COSINE, TF_IDF, BM25 = "cosine neighbours", "tf-idf neighbours", "BM25 neighbours"


def kernels_for(catalogue: int) -> Mapping[str, Learn]:
    """Every linear model that a catalogue of this size leaves room for."""
    found: dict[str, Learn] = {
        COSINE: cosine_neighbours,
        TF_IDF: tf_idf_neighbours,
        BM25: bm25_neighbours,
    }
    for chosen in FILTERS:
        found[f"{SPECTRAL}, {chosen.frequencies} frequencies"] = _filtered(chosen)
    if catalogue <= MOST_ITEMS:
        for ridge in EASE_RIDGES:
            found[f"{EASE}, {ridge:g}"] = _regressed(ridge)
    return found


def _filtered(chosen: Filter) -> Learn:
    def learn(bought: Bought) -> ItemKernel:
        spectrum = Spectrum.of(bought, chosen.frequencies)
        return ItemKernel.of_rows(spectrum.rows(chosen), bought.catalogue, NEIGHBOURS_PER_ITEM)

    return learn


def _regressed(ridge: float) -> Learn:
    def learn(bought: Bought) -> ItemKernel:
        # What nobody bought has no weight; without it the matrix to invert is smaller.
        sold = np.flatnonzero(bought.buyers_of())
        weights = ease_weights(bought.of_catalogue(sold), ridge)

        def rows(begin: int, end: int) -> np.ndarray:
            return weights[begin:end]

        kernel = ItemKernel.of_rows(rows, len(sold), NEIGHBOURS_PER_ITEM)
        return kernel.among(sold, bought.catalogue)

    return learn
