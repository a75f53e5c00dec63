"""The chance of no order by day: the one place that computes it, whoever asks and for however many days.

What the model in use says of its own horizon stands; the hazard that ships with it says how the chance runs there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.families.churn.bundle import Bundle
from training.families.churn.timing.hazard import Periods, brought_to, days_until, silent_at


@dataclass(frozen=True)
class Silence:
    """How likely some customers order nothing by each day: one row a customer, falling from 1 at the ends of periods."""

    ends: Floats
    periods: Periods
    horizon_days: int

    def by(self, days: int) -> Floats:
        """The chance of no order within so many days; beyond the horizon at the mean rate within it."""
        reached = min(days, self.horizon_days)
        within = silent_at(self.ends, self.periods, [reached])[:, 0]
        return np.asarray(within ** (days / reached))

    def days_until(self, shares: Sequence[float]) -> Floats:
        """The day by which so many have ordered, one column a share; NaN where that lies beyond the horizon."""
        found = days_until(self.ends, self.periods, shares)
        found[found > self.horizon_days] = np.nan
        return found


def silence_of(bundle: Bundle, values: NDArray[np.float32], probability: Floats) -> Silence | None:
    """The silence of bound rows that are given these probabilities; None where the model is not asked about orders.

    Silence by the horizon is what the probability says; without a hazard orders come evenly until then.
    """
    horizon_days = bundle.manifest.horizon_days
    wanted = bundle.question.no_order(np.asarray(probability, np.float64))
    if wanted is None:
        return None
    if bundle.hazard is None:
        even = np.column_stack([np.ones(len(wanted)), wanted])
        return Silence(even, Periods(horizon_days, 1), horizon_days)
    periods = bundle.hazard.periods
    ends = brought_to(bundle.silence(values), periods, horizon_days, wanted)
    return Silence(ends, periods, horizon_days)
