"""Small histories of purchases, by hand and by lot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from training.datasets.purchases.bought import Bought, keep_bought

DAY = 86_400
AS_OF = 100 * DAY

Line = tuple[int, int, int]
"""A day, an item and how many pieces; below zero goes back."""


def history(customers: Sequence[Sequence[Line]], catalogue: int) -> Bought:
    """What customers kept of these lines."""
    lines = [(at, *line) for at, one in enumerate(customers) for line in one]
    owners, days, items, pieces = np.array(lines, np.int64).reshape(-1, 4).T
    offsets = np.searchsorted(owners, np.arange(len(customers) + 1)).astype(np.int64)
    kept = keep_bought(offsets, items.astype(np.int32), days * DAY, pieces * 1_000)
    return Bought(*kept, catalogue, AS_OF)


def random_history(seed: int, customers: int = 60, catalogue: int = 25) -> Bought:
    """Customers of three tastes, some of whom bought nothing."""
    random = np.random.default_rng(seed)
    people = []
    for at in range(customers):
        lines = []
        for day in sorted(random.choice(99, random.integers(0, 8), replace=False)):
            tasty = np.arange(at % 3, catalogue, 3)
            for item in random.permutation(tasty)[: random.integers(1, 5)]:
                lines.append((int(day), int(item), int(random.integers(1, 4))))
            if random.random() < 0.3:
                lines.append((int(day), int(random.integers(catalogue)), 1))
        people.append(lines)
    return history(people, catalogue)


def lines(catalogue: int, most: int = 12) -> st.SearchStrategy[list[Line]]:
    """The lines of a customer, in any order."""
    line = st.tuples(st.integers(0, 99), st.integers(0, catalogue - 1), st.integers(-3, 3))
    return st.lists(line.filter(lambda one: one[2] != 0), max_size=most)
