"""When the next order may come: the chance of silence by day, and a date with its range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.time import Cutoff
from training.families.churn.bundle import Bundle
from training.families.churn.timing.hazard import days_until, silent_at

ASKED_DAYS = (30, 60, 90)
_SHARES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class NextOrder:
    """One customer's next order, counted from the cutoff of their behaviour.

    ``silent`` has the chance of no order within 30, 60 and 90 days and within the horizon, as far as the
    model looks.
    Dates are days by which one in ten, half and nine in ten such customers have ordered; None where that
    lies beyond ``horizon_days``.
    """

    silent: tuple[tuple[int, float], ...]
    earliest: str | None
    expected: str | None
    latest: str | None
    horizon_days: int


def next_orders(
    bundle: Bundle, values: NDArray[np.float32], cutoff: Cutoff
) -> list[NextOrder | None]:
    """One answer a bound row; None throughout where the model in use does not tell when."""
    if bundle.hazard is None:
        return [None] * len(values)
    periods, horizon_days = bundle.hazard.periods, bundle.manifest.horizon_days
    silence = bundle.silence(values)
    days = sorted({one for one in (*ASKED_DAYS, horizon_days) if one <= horizon_days})
    silent = silent_at(silence, periods, days)
    dates = days_until(silence, periods, _SHARES)
    dates[dates > horizon_days] = np.nan
    return [
        NextOrder(
            silent=tuple(zip(days, map(float, row), strict=True)),
            earliest=_date(cutoff, until[0]),
            expected=_date(cutoff, until[1]),
            latest=_date(cutoff, until[2]),
            horizon_days=horizon_days,
        )
        for row, until in zip(silent, dates, strict=True)
    ]


def _date(cutoff: Cutoff, days: float) -> str | None:
    return None if np.isnan(days) else str((cutoff.instant + timedelta(days=float(days))).date())
