"""The balance of repeats and new items that ships: one offset, and the offset for any share that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.families.items.balance.sides import Sides

COUNTS = 1, 2, 3, 5, 10, 20, 50, 100
"""The lengths of lists that borders are kept for; between two of them they are interpolated."""
_STEPS = 200
"""Borders are kept for every half point of a share."""


@dataclass(frozen=True)
class Balance:
    """What is added to the log-odds of items never bought when a list is filled, and never when a chance is told.

    ``offset`` is what was chosen on a past day, 0 where none could be. ``borders`` has a row a length of ``COUNTS``
    and a column a half point of a share: the offset under which so much of everybody's lists is new. ``reach``
    has the least and the largest share that any offset gives, a row a length: some customers own too little
    for a list without anything new.
    """

    offset: float
    borders: NDArray[np.float32]
    reach: NDArray[np.float32]

    @classmethod
    def of(cls, offset: float, sides: Sides) -> Self:
        """The borders of the lists of some customers, who stand for everybody; at least ``COUNTS[-1]`` a side."""
        found = [_quantiles(sides.borders(count)) for count in COUNTS]
        borders, reach = (np.stack(part).astype(np.float32) for part in zip(*found, strict=True))
        return cls(float(offset), borders, reach)

    @classmethod
    def none(cls) -> Self:
        """No offset, whatever is asked for."""
        borders = np.zeros((len(COUNTS), _STEPS + 1), np.float32)
        return cls(0.0, borders, np.tile(np.array([0, 1], np.float32), (len(COUNTS), 1)))

    def offset_for(self, new_share: float | None, count: int) -> float:
        """The offset under which ``new_share`` of everybody's lists of ``count`` items is new; None is what ships.

        A share out of reach gives the nearest that is not.
        """
        if new_share is None:
            return self.offset
        steps = np.linspace(0.0, 1.0, _STEPS + 1)
        return self._at_length(
            [float(np.interp(new_share, steps, row)) for row in self.borders], count
        )

    def reachable(self, new_share: float, count: int) -> float:
        """The share nearest to ``new_share`` that lists of ``count`` items can have of new ones, over everybody."""
        least, most = (self._at_length(column.tolist(), count) for column in self.reach.T)
        return min(max(new_share, least), most)

    def _at_length(self, of_lengths: list[float], count: int) -> float:
        return float(np.interp(np.log(count), np.log(COUNTS), of_lengths))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as plain arrays by name."""
        return {"offset": np.array([self.offset]), "borders": self.borders, "reach": self.reach}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The balance read back."""
        return cls(float(arrays["offset"][0]), arrays["borders"], arrays["reach"])


def _quantiles(borders: Floats) -> tuple[Floats, Floats]:
    """The border of every half point of a share, finite; and the least and the largest share there is."""
    finite = borders[np.isfinite(borders)]
    if not len(finite):
        is_new = float(np.mean(borders < 0)) if len(borders) else 0.0
        return np.zeros(_STEPS + 1), np.array([is_new, is_new])
    reach = np.array([np.mean(borders == -np.inf), np.mean(borders < np.inf)])
    low, high = finite[0] - _BEYOND, finite[-1] + _BEYOND
    ends = np.concatenate([[low], np.clip(borders, low, high), [high]])
    # Halfway between two borders, where rounding moves nothing.
    places = np.round(np.linspace(0, 1, _STEPS + 1) * len(borders)).astype(int)
    return (ends[places] + ends[places + 1]) / 2.0, reach


_BEYOND = 0.01
