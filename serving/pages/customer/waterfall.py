"""Bars from left to right: a base, what is added and taken away one after the other, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Bar:
    """Where a bar begins and how long it is, as percentages of the width for a style sheet."""

    start: str
    width: str

    def as_dict(self) -> dict[str, str]:
        """The two as fields of a step."""
        return {"start": self.start, "width": self.width}


def bars(base: float, changes: Sequence[float], total: float) -> list[Bar]:
    """One bar for the base, one a change and one for the total.

    They lie on a scale from the least to the most the sum ever comes to, nothing included.

    >>> [(one.start, one.width) for one in bars(2.0, [3.0, -1.0], 4.0)]
    [('0.00%', '40.00%'), ('40.00%', '60.00%'), ('80.00%', '20.00%'), ('0.00%', '80.00%')]
    """
    reached = base + np.cumsum([0.0, *changes])
    least, most = min(0.0, float(reached.min())), max(float(reached.max()), 1e-9)
    scale = 100 / (most - least)

    def bar(one: float, other: float) -> Bar:
        low, high = min(one, other), max(one, other)
        return Bar(f"{(low - least) * scale:.2f}%", f"{(high - low) * scale:.2f}%")

    between = [bar(float(one), float(two)) for one, two in pairwise(reached)]
    return [bar(0.0, base), *between, bar(0.0, total)]
