"""What customers own: each item they bought once, with how often and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.datasets.purchases.bought import Bought


@dataclass(frozen=True)
class Owned:
    """The distinct items of each customer, by place in the catalogue.

    ``times`` counts the orders that hold the item, ``first`` and ``last`` are their seconds.
    """

    offsets: NDArray[np.int64]
    items: NDArray[np.int32]
    times: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    catalogue: int

    @classmethod
    def of(cls, bought: Bought) -> Self:
        """What was bought, gathered by customer and item."""
        keys = bought.owners * bought.catalogue + bought.items
        # Rows of a customer run from the oldest to the latest, and stay so among equals.
        sorting = np.argsort(keys, kind="stable")
        keys, seconds = keys[sorting], bought.seconds[sorting]
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        ends = np.append(starts, len(keys))[1:]
        pairs = keys[starts]
        borders = np.arange(bought.customers + 1) * bought.catalogue
        return cls(
            offsets=np.searchsorted(pairs, borders).astype(np.int64),
            items=(pairs % max(bought.catalogue, 1)).astype(np.int32),
            times=ends - starts,
            first=seconds[starts],
            last=seconds[ends - 1],
            catalogue=bought.catalogue,
        )

    @property
    def owners(self) -> NDArray[np.int64]:
        """The customer of each row."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))
