"""What the simulated company sells and offers: items by category, and one offer after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.world.people import CATEGORIES
from experiments.world.spec import WorldSpec
from features.vocabulary.arrays import Floats, Ints

OFFERS = 12
DEPARTMENTS = ("Food", "Drinks", "Household", "Care", "Garden", "Leisure")
CATEGORY_NAMES = (
    ("Bread", "Cheese", "Fruit", "Sweets"),
    ("Coffee", "Tea", "Wine", "Juice"),
    ("Kitchen", "Lighting", "Textiles", "Cleaning"),
    ("Skin", "Hair", "Bath", "Health"),
    ("Plants", "Tools", "Outdoor", "Pets"),
    ("Books", "Games", "Sport", "Crafts"),
)
_GRID = 4_096
BRANDS = 40


@dataclass(frozen=True)
class SimulatedCatalogue:
    """Items sorted by category and, within it, by price; offers as parallel arrays.

    ``grid[category, cell]`` maps a price position between 0 and 1, cut into equal cells, to an item:
    popular items are wide.
    """

    category: Ints
    brand: Ints
    price_cents: Ints
    cost_cents: Ints
    grid: NDArray[np.int32]
    offer_category: Ints
    offer_discount: Floats

    @property
    def category_names(self) -> list[str]:
        """The names of the categories, by number."""
        return [name for names in CATEGORY_NAMES for name in names]


def offer_of(campaign: Ints) -> Ints:
    """Which offer each of some campaigns makes."""
    return campaign % OFFERS


def catalogue_of(spec: WorldSpec, random: np.random.Generator) -> SimulatedCatalogue:
    """Draw the items, their prices and the offers of one company."""
    category = np.sort(np.arange(spec.items) % CATEGORIES)
    level = np.exp(random.normal(6.3, 0.5, CATEGORIES))
    raw = level[category] * np.exp(random.normal(0.0, 0.45, spec.items))
    raw = raw[np.lexsort((raw, category))]
    # Prices end in 9 cents, as prices do.
    price = np.maximum(np.round(raw / 10).astype(np.int64) * 10 - 1, 19)
    width = np.exp(random.normal(0.0, 1.0, spec.items))
    grid = np.empty((CATEGORIES, _GRID), np.int32)
    for one in range(CATEGORIES):
        rows = np.flatnonzero(category == one)
        edges = np.cumsum(width[rows]) / width[rows].sum()
        cells = (np.arange(_GRID) + 0.5) / _GRID
        grid[one] = rows[np.minimum(np.searchsorted(edges, cells), len(rows) - 1)]
    return SimulatedCatalogue(
        category=category,
        brand=random.integers(0, BRANDS, spec.items),
        price_cents=price,
        cost_cents=np.round(price * random.uniform(0.45, 0.75, spec.items)).astype(np.int64),
        grid=grid,
        offer_category=random.permutation(CATEGORIES)[:OFFERS],
        offer_discount=random.choice((0.10, 0.15, 0.20, 0.25), OFFERS),
    )
