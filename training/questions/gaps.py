"""What the customers' own gaps between orders say about the horizon a company has chosen."""

from __future__ import annotations

import numpy as np

from features.lifecycle import horizons
from features.store.pack import EventStream
from features.vocabulary.arrays import Ints

FAR = 2.0
"""A horizon so many times as long as the proposed one, or as short, is worth a word."""


def proposed_horizon(purchases: EventStream) -> tuple[int, str] | None:
    """The horizon the gaps between days with an order propose, and why; None where nobody came twice."""
    days, _, gaps = _days_and_gaps(purchases)
    if not len(gaps):
        return None
    ninth, last = np.quantile(gaps, (0.9, 0.95))
    return horizons.horizon_for(float(ninth), float(last), float(days.max() - days.min()))


def note_on_horizon(purchases: EventStream, horizon_days: int) -> tuple[str, ...]:
    """A sentence where the chosen horizon lies far from what the gaps propose; nothing otherwise."""
    found = proposed_horizon(purchases)
    if found is None:
        return ()
    proposed, told = found
    if 1 / FAR < horizon_days / proposed < FAR:
        return ()
    compared = "longer" if horizon_days > proposed else "shorter"
    return (
        f"the horizon of {horizon_days} days is much {compared} than the {proposed} days the customers' "
        f"own gaps propose: {told[0].lower()}{told[1:]}",
    )


def note_on_paces(purchases: EventStream) -> tuple[str, ...]:
    """A sentence where customers buy at paces so different that no horizon fits all; nothing otherwise.

    A pace is a customer's mean gap, of two gaps at least.
    """
    _, owners, gaps = _days_and_gaps(purchases)
    counts = np.bincount(owners)
    means = np.bincount(owners, gaps)[counts >= 2] / counts[counts >= 2]
    if not len(means):
        return ()
    quick, slow = np.quantile(means, (0.1, 0.9))
    said = horizons.note_on_paces(len(means), float(quick), float(slow))
    return (said,) if said else ()


def _days_and_gaps(purchases: EventStream) -> tuple[Ints, Ints, Ints]:
    """All days with an order, and every gap between two of a customer's in days, with whose it is."""
    bought = np.asarray(purchases.columns["quantity_milli"]) > 0
    owners = np.repeat(np.arange(len(purchases.offsets) - 1), np.diff(purchases.offsets))[bought]
    days = np.asarray(purchases.columns["local_day"])[bought].astype(np.int64)
    # Lines of a customer are sorted by time, so that equal days lie beside one another.
    gaps = np.diff(days)
    kept = (np.diff(owners) == 0) & (gaps > 0)
    return days, owners[1:][kept], gaps[kept]
