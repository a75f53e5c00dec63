"""How likely each item truly is to be the next line of each simulated customer: the taste behind the baskets.

Lines follow one another without memory, so nobody who lists items by anything else finds more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments.world.campaigns import OTHER_CATEGORY_SHARE, taste_shares
from experiments.world.catalogue import SimulatedCatalogue
from experiments.world.people import CATEGORIES, People
from features.vocabulary.arrays import Floats

PRICE_SPREAD = 0.3
"""How far an item's price position lies from the customer's own at most."""


def item_shares(people: People, catalogue: SimulatedCatalogue) -> Floats:
    """The share of the lines that each item draws, offers apart: [people, items]; a row sums to 1."""
    categories = category_shares(people)
    cells = cell_shares(people.price_level, catalogue.grid.shape[1])
    shares = np.zeros((len(people), len(catalogue.category)))
    for category, row in enumerate(catalogue.grid):
        # The cells of an item lie side by side.
        items, first = np.unique(row, return_index=True)
        shares[:, items] = categories[:, [category]] * np.add.reduceat(cells, first, axis=1)
    return shares


def category_shares(people: People) -> Floats:
    """The share of the lines that each category draws: [people, categories]."""
    shares = np.full((len(people), CATEGORIES), OTHER_CATEGORY_SHARE / CATEGORIES)
    np.add.at(
        shares, (np.arange(len(people))[:, None], people.favourites), taste_shares(people.breadth)
    )
    return shares


def cell_shares(price_level: Floats, cells: int) -> Floats:
    """The chance of each price cell: the level plus the difference of two even draws, cut at the ends."""
    edges = np.arange(1, cells) / cells
    below = _difference_of_two((edges[None, :] - price_level[:, None]) / PRICE_SPREAD)
    ends = np.zeros((len(price_level), 1)), np.ones((len(price_level), 1))
    return np.diff(np.hstack([ends[0], below, ends[1]]), axis=1)


def _difference_of_two(value: NDArray[np.float64]) -> Floats:
    """The distribution of the difference of two draws from 0 to 1."""
    held = np.clip(value, -1.0, 1.0)
    return np.where(held < 0, (1 + held) ** 2 / 2, 1 - (1 - held) ** 2 / 2)
