"""When the next order may come: the chance of silence by day, and a date with its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.time import Cutoff
from serving.scores.silence import silence_of
from training.families.churn.bundle import Bundle

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
    bundle: Bundle,
    values: NDArray[np.float32],
    probability: Floats,
    as_of_seconds: Sequence[int | None],
) -> list[NextOrder | None]:
    """One answer a bound row that is given its probability, counted from an instant of its own.

    None where nobody knows the instant, and throughout where the model in use does not tell when.
    """
    silence = None if bundle.hazard is None else silence_of(bundle, values, probability)
    if silence is None:
        return [None] * len(values)
    horizon_days = silence.horizon_days
    days = sorted({one for one in (*ASKED_DAYS, horizon_days) if one <= horizon_days})
    silent = np.column_stack([silence.by(one) for one in days])
    dates = silence.days_until(_SHARES)
    return [
        None
        if seconds is None
        else NextOrder(
            silent=tuple(zip(days, map(float, row), strict=True)),
            earliest=_date(Cutoff(seconds), until[0]),
            expected=_date(Cutoff(seconds), until[1]),
            latest=_date(Cutoff(seconds), until[2]),
            horizon_days=horizon_days,
        )
        for row, until, seconds in zip(silent, dates, as_of_seconds, strict=True)
    ]


def _date(cutoff: Cutoff, days: float) -> str | None:
    return None if np.isnan(days) else str((cutoff.instant + timedelta(days=float(days))).date())
