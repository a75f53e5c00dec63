"""How many go on waiting with time: as it was seen, waits cut short among them, and as it was expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.vocabulary.arrays import Floats, Truths

_TWO_SIDED = 1.96


@dataclass(frozen=True)
class SurvivalCurve:
    """Of alike customers the share who still wait after each of ``days``: expected, seen, and the 95 % interval of what was seen."""

    name: str
    customers: int
    days: Floats
    expected: Floats
    seen: Floats
    low: Floats
    high: Floats


def kaplan_meier(days: Floats, ended: Truths, at: Floats) -> tuple[Floats, Floats, Floats]:
    """The share of waits of ``at`` days or longer, with the ends of its 95 % interval.

    ``days`` is how long each wait was watched, and ``ended`` whether it was over then; of the others nobody knows what came
    after. By Kaplan and Meier (1958), the interval by Greenwood's variance of log(-log) (Kalbfleisch and Prentice 1980), which
    stays between 0 and 1. Where none has ended yet, or all have, it has no width.

    >>> share, _, _ = kaplan_meier(np.array([1.0, 2.0, 3.0]), np.array([True, False, True]), np.array([1.0, 2.0, 4.0]))
    >>> share.round(4).tolist()
    [1.0, 0.6667, 0.0]
    """
    times, events = np.unique(days[ended], return_counts=True)
    present = len(days) - np.searchsorted(np.sort(days), times, side="left")
    left = present - events
    share = np.r_[1.0, np.cumprod(left / present)]
    spread = np.divide(events, present * left, out=np.zeros(len(times)), where=left > 0)
    variance = np.r_[0.0, np.cumsum(spread)]
    inside = (share > 0) & (share < 1)
    logs = np.log(share, out=np.full_like(share, -1.0), where=inside)
    half = _TWO_SIDED * np.sqrt(variance) / np.abs(logs)
    low = np.where(inside, share ** np.exp(half), share)
    high = np.where(inside, share ** np.exp(-half), share)
    place = np.searchsorted(times, at, side="left")
    return share[place], low[place], high[place]
