"""How far this week's customers lie from those of the weeks before: the population stability index, held to its size.

The index of two samples from one population is no 0: times ``1 / (1 / n + 1 / m)`` it is spread as chi-squared with as many
degrees as there are bins less one (Yurdakul, Statistical Properties of Population Stability Index, 2018). So an index alarms by
three bounds and none of a textbook: it must be beyond chance for samples of its sizes, with a share of the false alarms that are
allowed for all features together (Bonferroni); what is beyond chance on average must be a shift at all; and it must be more than
the weeks before it showed of themselves, so that tenure, which grows every week, is no alarm every week.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats, Ints
from training.measures.monitoring.seasons import moved_as_then

MOST_BINS = 10
FALSE_ALARMS_A_WEEK = 0.001
"""How often a quiet week may alarm, by all inputs and scores together."""
SHIFT = 0.1
"""An index below it, beyond what chance adds, is no shift that anybody would act on."""
USUAL = 2.0
"""So many times what the weeks before showed of themselves an index must be."""
LEAST_CUSTOMERS = 100
_HALF_A_CUSTOMER = 0.5
"""Counted into every bin, so that an empty one does not make the index infinite."""


@dataclass(frozen=True)
class Shift:
    """One column this week beside the weeks before.

    ``index`` is the stability index, ``by_chance`` the index that samples of these sizes exceed by chance as seldom as is allowed,
    ``usual`` the largest index that a week before showed against the others. ``unseasonal`` is the index beside what the weeks before
    would have become by moving as at the same time of last year, NaN where that was not asked or is not known. ``is_alarm`` says
    whether all bounds are passed.
    """

    name: str
    index: float
    by_chance: float
    usual: float
    median_before: float
    median_now: float
    missing_before: float
    missing_now: float
    is_alarm: bool
    unseasonal: float = math.nan


Weeks = Sequence[NDArray[np.floating]]
"""Customers by columns of each week, the latest last."""


def shifts(
    names: Sequence[str],
    weeks: Weeks,
    *,
    compared: int | None = None,
    years_before: Sequence[Weeks] = (),
) -> list[Shift]:
    """Every column of the last of some weeks beside those before it; nothing where customers or weeks are too few.

    Each week is an array of customers by columns, NaN where a value is missing. ``compared`` says among how many columns the false
    alarms that are allowed are shared, where there are others besides; two weeks before are the least. ``years_before`` has as many weeks
    of about a year ago, once or for some weeks around: a column that has moved as in any of them is no alarm.
    """
    if len(weeks) < 3 or min(map(len, weeks)) < LEAST_CUSTOMERS:
        return []
    allowed = FALSE_ALARMS_A_WEEK / (compared or len(names))
    return [
        _shift(
            name,
            [week[:, place] for week in weeks],
            allowed,
            [[week[:, place] for week in year] for year in years_before],
        )
        for place, name in enumerate(names)
    ]


def _shift(name: str, weeks: Weeks, allowed: float, years_before: Sequence[Weeks]) -> Shift:
    before, now = np.concatenate(weeks[:-1]), weeks[-1]
    edges = bin_edges(before)
    counts = np.stack([binned(week, edges) for week in weeks])
    past = counts[:-1].sum(axis=0)
    # The weeks before are the same people again and again: they count as one week's.
    customers = past.sum() / (len(weeks) - 1)
    index = stability_index(counts[-1], past)
    degrees = max(int(((past > 0) | (counts[-1] > 0)).sum()) - 1, 1)
    size = 1.0 / (1.0 / counts[-1].sum() + 1.0 / customers)
    by_chance = chance_bound(degrees, allowed) / float(size)
    usual = max(stability_index(week, past - week) for week in counts[:-1])
    beyond = index - degrees / float(size)
    is_alarm = bool(index > by_chance and beyond >= SHIFT and index > USUAL * usual)
    unseasonal = math.nan
    if is_alarm and years_before:
        known = [_unseasonal(counts[-1], past, customers, year, edges) for year in years_before]
        # Each with what it exceeds nothing by on average, which last year's few customers add to.
        unseasonal, expected = min(known)
        is_alarm = unseasonal > by_chance and unseasonal - expected >= SHIFT
    return Shift(
        name=name,
        index=index,
        by_chance=by_chance,
        usual=usual,
        median_before=_median(before),
        median_now=_median(now),
        missing_before=float(np.isnan(before).mean()),
        missing_now=float(np.isnan(now).mean()),
        is_alarm=is_alarm,
        unseasonal=unseasonal,
    )


def _unseasonal(
    now: Ints, past: Ints, customers: float, year: Weeks, edges: Floats
) -> tuple[float, float]:
    """The index of a week beside the weeks before as those of a year moved, and what it is by chance on average."""
    then = np.stack([binned(week, edges) for week in year])
    before_then = then[:-1].sum(axis=0)
    index = stability_index(now, moved_as_then(past, then[-1], before_then))
    degrees = max(int(((past > 0) | (now > 0)).sum()) - 1, 1)
    of_then = before_then.sum() / (len(year) - 1)
    sizes = (now.sum(), customers, then[-1].sum(), of_then)
    return index, degrees * sum(1.0 / max(float(one), 1.0) for one in sizes)


def bin_edges(values: NDArray[np.floating]) -> Floats:
    """The upper ends of at most ten bins of about as many values each, ties kept together.

    A column of one value has bins below and above it, that what was never seen has a place.

    >>> bin_edges(np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])).tolist()
    [0.0, 1.0]
    """
    present = np.asarray(values[~np.isnan(values)], np.float64)
    if not len(present):
        return np.zeros(0)
    steps = np.linspace(0.0, 1.0, MOST_BINS + 1)[1:-1]
    edges: Floats = np.unique(np.quantile(present, steps, method="inverted_cdf"))
    if len(edges) == 1:
        return np.array([np.nextafter(edges[0], -math.inf), edges[0]])
    return edges


def binned(values: NDArray[np.floating], edges: Floats) -> Ints:
    """How many values lie in each bin, up to its upper end and beyond the last one, and how many are missing."""
    present = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, present, side="left"), minlength=len(edges) + 1)
    return np.append(counts, len(values) - len(present)).astype(np.int64)


def stability_index(now: Ints, before: Ints | Floats) -> float:
    """The population stability index of two counts over the same bins: 0 where their shares are the same.

    >>> round(stability_index(np.array([500, 500]), np.array([500, 500])), 6)
    0.0
    >>> round(stability_index(np.array([750, 250]), np.array([500, 500])), 2)
    0.27
    """
    here, there = now + _HALF_A_CUSTOMER, before + _HALF_A_CUSTOMER
    here, there = here / here.sum(), there / there.sum()
    return float(((here - there) * np.log(here / there)).sum())


def chance_bound(degrees: int, allowed: float) -> float:
    """What a chi-squared of so many degrees exceeds as seldom as is allowed."""
    # Not scipy.stats, which takes a second to load.
    from scipy.special import chdtri

    return float(chdtri(degrees, allowed))


def _median(values: NDArray[np.floating]) -> float:
    present = values[~np.isnan(values)]
    return float(np.median(present)) if len(present) else math.nan
