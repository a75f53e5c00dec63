"""Everything that runs as machine code, compiled ahead: ``python -m training.machine_code`` when the program is set up.

Importing a function compiles nothing: numba compiles at the first call, for the kinds of arrays it is called with. So
what is compiled here is called as it is called on a company's data, by the parts that call it, on a few invented numbers.
"""

from __future__ import annotations

import sys

import numpy as np

from features.store.order_numbers import number_orders, text_prints
from features.vectors.kernel_call import load_kernel
from training.datasets.purchases.bought import Bought, keep_bought
from training.datasets.purchases.item_facts import ItemFacts
from training.families.items.pairs.pairs import PairFinder
from training.families.items.recommenders.item_kernel import ItemKernel
from training.learners.leaf_sums import LeafSums
from training.learners.trees import BinnedRows, BoostingSettings
from training.learners.treeshap.explainer import Explainer
from training.learners.treeshap.model_text import Forest, read_forest

_ROWS, _FEATURES, _BY_ROW_AND_IN_BLOCKS = 200, 3, (1, 64)


def main() -> int:
    """Compile what is not kept yet; where it is kept, this takes a moment."""
    load_kernel()
    _number_orders()
    _explain(_forest())
    _walk(_bought())
    return 0


def _number_orders() -> None:
    offsets = np.array([0, 2], np.int64)
    prints = text_prints(np.array([0, 1, 2], np.int64), np.frombuffer(b"ab", np.uint8))
    number_orders(offsets, prints, np.empty(2, np.int32))


def _forest() -> Forest:
    random = np.random.default_rng(0)
    values = random.random((_ROWS, _FEATURES)).astype(np.float32)
    names = tuple(f"feature_{place}" for place in range(_FEATURES))
    settings = BoostingSettings(leaves=4, depth=3, leaf_share=0.05)
    latest = np.zeros(_ROWS, np.bool_)
    ground = BinnedRows(values.astype(np.float64), latest, names, settings, threads=1)
    outcomes = (values[:, 0] > 0.5).astype(np.float64)
    grown = ground.grow(outcomes, ~latest, {"objective": "binary"}, 3)
    return read_forest(grown.text)


def _explain(forest: Forest) -> None:
    explainer, sums = Explainer.of(forest), LeafSums(forest)
    for rows in _BY_ROW_AND_IN_BLOCKS:
        values = np.zeros((rows, forest.features), np.float32)
        explainer.contributions(values)
        sums.of(values)


def _bought() -> Bought:
    """Two customers who each bought both of two items."""
    offsets = np.array([0, 2, 4], np.int64)
    items, seconds = np.array([0, 1, 0, 1], np.int32), np.arange(4, dtype=np.int64)
    return Bought(*keep_bought(offsets, items, seconds, np.full(4, 1_000)), 2, 10)


def _walk(bought: Bought) -> None:
    kernel = ItemKernel.of_rows(lambda begin, end: np.ones((end - begin, 2), np.float32), 2, 2)
    facts = ItemFacts.learn(bought, np.zeros(2, np.float32), np.zeros(2, np.int32))
    PairFinder(kernel, facts).pairs(bought)
    kernel.scores(bought)
    kernel.weights_to(0, bought.items)


if __name__ == "__main__":
    sys.exit(main())
