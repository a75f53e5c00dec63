"""Customers whose likeliest repeats and new items are written down, to be checked by head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.families.items.balance.sides import Sides
from training.families.items.measures import NOTHING

Side = Sequence[tuple[float, int]]
"""Log-odds and item of each, the likeliest first."""


def sides(*customers: tuple[Side, Side], most: int = 3) -> Sides:
    """The repeats and the new items of each customer, padded to ``most``."""

    def padded(side: Side) -> list[tuple[float, int]]:
        return [*side, *[(-np.inf, NOTHING)] * (most - len(side))]

    repeats, new = (np.array([padded(one[at]) for one in customers]) for at in (0, 1))
    return Sides(
        repeats[..., 0], repeats[..., 1].astype(np.int32), new[..., 0], new[..., 1].astype(np.int32)
    )
