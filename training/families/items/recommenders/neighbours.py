"""Items bought by the same people: the classic neighbourhoods, weighed in three ways."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from training.datasets.purchases.bought import Bought
from training.families.items.recommenders.item_kernel import ItemKernel

NEIGHBOURS = 100


def cosine_neighbours(bought: Bought, count: int = NEIGHBOURS) -> ItemKernel:
    """Weigh a pair of items by the cosine of the customers who bought them."""
    from implicit.nearest_neighbours import CosineRecommender

    return _neighbours(CosineRecommender, bought, count)


def tf_idf_neighbours(bought: Bought, count: int = NEIGHBOURS) -> ItemKernel:
    """The same, where customers who buy much count less."""
    from implicit.nearest_neighbours import TFIDFRecommender

    return _neighbours(TFIDFRecommender, bought, count)


def bm25_neighbours(bought: Bought, count: int = NEIGHBOURS) -> ItemKernel:
    """The same by BM25, where buying again counts, but ever less."""
    from implicit.nearest_neighbours import BM25Recommender

    return _neighbours(BM25Recommender, bought, count)


def _neighbours(kind: Callable[..., Any], bought: Bought, count: int) -> ItemKernel:
    model = kind(K=min(count, max(bought.catalogue, 1)), num_threads=1)
    with warnings.catch_warnings():
        # BM25 and tf-idf make a matrix of coordinates of it and tell of turning it back.
        warnings.simplefilter("ignore")
        model.fit(bought.times(), show_progress=False)
    similarity = sparse.csr_matrix(model.similarity)
    # Row j lists what is nearest to item j; what an owned item adds is read from its own row.
    similarity.sort_indices()
    return ItemKernel(
        similarity.indptr.astype(np.int64),
        similarity.indices.astype(np.int32),
        similarity.data.astype(np.float32),
    )
