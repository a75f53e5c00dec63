"""Silence with time, of customers of alike risk: as the hazard expected it at the latest test, and as it was seen."""

from __future__ import annotations

import numpy as np

from training.families.churn.timing.hazard import silent_at
from training.families.churn.timing.when import ForecastSilence
from training.measures.survival import SurvivalCurve, kaplan_meier

THIRDS = ("most at risk", "middle third", "least at risk")


def silence_curves(told: ForecastSilence, horizon_days: int) -> list[SurvivalCurve]:
    """A curve for each third of the customers by their risk of silence over the horizon, the highest first.

    The days are the ends of the periods the hazard knows, up to the horizon. A third without anybody has no curve.
    """
    periods = told.periods
    ends = [
        *(one for one in range(0, periods.end_days, periods.days) if one < horizon_days),
        horizon_days,
    ]
    expected = silent_at(told.silence, periods, ends)
    days = np.array(ends, np.float64)
    riskiest_first = np.argsort(-expected[:, -1], kind="stable")
    curves = []
    for name, rows in zip(THIRDS, np.array_split(riskiest_first, len(THIRDS)), strict=True):
        if len(rows):
            waited = told.waited.select(rows)
            seen = kaplan_meier(waited.days, waited.ordered, days)
            curves.append(SurvivalCurve(name, len(rows), days, expected[rows].mean(axis=0), *seen))
    return curves
