"""How well the hazard says when: silence by day, and the date of the next order with its range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import Cutoff
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit, Splits
from training.families.churn.timing.hazard import (
    Hazard,
    Periods,
    brought_to,
    days_until,
    fit_hazard,
    silent_at,
)
from training.families.churn.timing.waits import Waits, silence_error, waits
from training.measures.intervals import finite
from training.measures.metrics import auc

ASKED_DAYS = (30, 60, 90)
MOST_TESTED = 20_000
RANGE = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class SilenceRow:
    """Silence for so many days: what was expected and observed, and the error beside that of one rate.

    ``brier`` weighs out waits that were cut short; ``brier_by_rate`` is that of giving everybody the
    share observed.
    """

    days: int
    customers: int
    expected: float
    observed: float
    brier: float
    brier_by_rate: float
    auc: float


@dataclass(frozen=True)
class ForecastSilence:
    """What was told of some customers' silence at a test, and how long each was then waited for.

    ``rows`` are their places among all who were tested there; ``silence`` has a row each and a column for the
    beginning and the end of each of the ``periods``.
    """

    rows: NDArray[np.int64]
    silence: Floats
    periods: Periods
    waited: Waits


@dataclass(frozen=True)
class When:
    """The hazard at the latest test cutoff.

    A range begins where one in ten has ordered and ends where nine in ten have; where that lies beyond
    the horizon the range stays open, and then holds more than four in five. ``held`` is the share of
    next orders inside their range and ``held_expected`` what it should be; ``by_median`` the share
    ordered by the median day, 0.5 when it is right; ``open_ended`` the share of open ranges;
    ``width_days`` the usual width of the others, NaN where there is none.
    """

    cutoff: Cutoff
    rows: tuple[SilenceRow, ...]
    held: float
    held_expected: float
    by_median: float
    open_ended: float
    width_days: float
    told: ForecastSilence = field(repr=False, compare=False)

    @property
    def is_useful(self) -> bool:
        """Whether it errs less than one rate for everybody does, at every number of days."""
        return all(one.brier < one.brier_by_rate for one in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain fields."""
        figures: Mapping[str, float] = {
            "held": self.held,
            "held_expected": self.held_expected,
            "by_median": self.by_median,
            "open_ended": self.open_ended,
            "width_days": self.width_days,
        }
        rows = [dict(vars(one)) for one in self.rows]
        return {"cutoff": str(self.cutoff), "rows": rows} | finite(figures)


def say_when(
    purchases: EventStream,
    dataset: Dataset,
    splits: Splits,
    end: Cutoff,
    probability: Floats,
    *,
    threads: int = 1,
) -> tuple[When | None, str]:
    """Fit the hazard before the latest test cutoff and measure it there, or say why that cannot be.

    It is measured as it is answered: brought to the ``probability`` of silence that the shipped kind of model says of
    each customer tested. Nothing it learns from reaches beyond the cutoff that calibrates, nor what calibrates beyond the test.
    """
    split = splits.tests[0]
    if not isinstance(split, OriginSplit) or split.test is None:
        return None, "Without a test at a later day there is no saying when."
    fit, later = _lesson(split, dataset)
    test = split.test_rows(dataset).vectors
    part = _part(test.rows)
    test, probability = test.select(part), probability[part]
    horizon_days = splits.horizon.days
    try:
        hazard = fit_hazard(
            fit,
            _waits(purchases, fit, split.calibration),
            later,
            _waits(purchases, later, split.test),
            horizon_days=horizon_days,
            threads=threads,
        )
    except ModelRefused as fault:
        return None, f"The history is too short to say when: found {fault.found}."
    waited = _waits(purchases, test, end)
    measured = measure_when(hazard, test, waited, split.test, horizon_days, probability, part)
    unasked = [str(days) for days in ASKED_DAYS if days > horizon_days]
    if not unasked:
        return measured, ""
    return measured, f"Nothing is said of {' and '.join(unasked)} days: beyond the horizon."


def hazard_to_ship(
    purchases: EventStream,
    dataset: Dataset,
    splits: Splits,
    end: Cutoff,
    measured: When | None,
    *,
    threads: int = 1,
) -> Hazard | None:
    """The hazard of the split that ships, where the one tested says more than one rate for all does."""
    split = splits.shipped
    if measured is None or not measured.is_useful or not isinstance(split, OriginSplit):
        return None
    fit, later = _lesson(split, dataset)
    try:
        return fit_hazard(
            fit,
            _waits(purchases, fit, split.calibration),
            later,
            _waits(purchases, later, end),
            horizon_days=splits.horizon.days,
            threads=threads,
        )
    except ModelRefused:
        return None


def measure_when(
    hazard: Hazard,
    vectors: Vectors,
    waited: Waits,
    cutoff: Cutoff,
    horizon_days: int,
    probability: Floats | None = None,
    rows: NDArray[np.int64] | None = None,
) -> When:
    """The hazard's figures on vectors of one cutoff it has not seen, brought to a ``probability`` where it is given.

    ``rows`` are their places where they are a part of those who were tested.
    """
    silence = hazard.silence(vectors)
    if probability is not None:
        silence = brought_to(silence, hazard.periods, horizon_days, probability)
    places = np.arange(vectors.rows) if rows is None else rows
    told = ForecastSilence(places, silence, hazard.periods, waited)
    return when_by(told, cutoff, horizon_days)


def when_by(told: ForecastSilence, cutoff: Cutoff, horizon_days: int) -> When:
    """The figures of what was told of customers at a cutoff."""
    silence, periods, waited = told.silence, told.periods, told.waited
    days = sorted({one for one in (*ASKED_DAYS, horizon_days) if one <= horizon_days})
    columns = silent_at(silence, periods, days).T
    rows = [_row(one, waited, column) for one, column in zip(days, columns, strict=True)]
    # The last period may reach beyond the horizon, to where only orders are known and no silence.
    beyond = float(horizon_days)
    told_days = days_until(silence, periods, RANGE)
    low, middle, high = np.where(told_days <= beyond, told_days, np.nan).T
    known = waited.known_by(beyond)
    day = np.where(waited.ordered & (waited.days < beyond), waited.days, np.inf)
    inside = (day >= np.nan_to_num(low, nan=beyond)) & (day <= np.nan_to_num(high, nan=np.inf))
    last = silent_at(silence, periods, [horizon_days])[:, 0]
    nominal = np.where(
        np.isnan(low), last, np.where(np.isnan(high), 1 - RANGE[0], RANGE[2] - RANGE[0])
    )
    # Of a median beyond the horizon nobody knows more than that it has not come yet.
    has_median = known & ~np.isnan(middle)
    widths = (high - low)[~np.isnan(high)]
    return When(
        cutoff=cutoff,
        rows=tuple(rows),
        held=_share(inside[known]),
        held_expected=_share(nominal[known]),
        by_median=_share(day[has_median] <= middle[has_median]),
        open_ended=_share(np.isnan(high)),
        width_days=float(np.median(widths)) if len(widths) else float("nan"),
        told=told,
    )


def _lesson(split: OriginSplit, dataset: Dataset) -> tuple[Vectors, Vectors]:
    """Whom the hazard is fitted on, and whom it is calibrated on: its waits are watched up to the later cutoff."""
    [lesson] = split.lessons(dataset)
    return lesson.fit.vectors, lesson.held.vectors


def _part(rows: int) -> NDArray[np.int64]:
    """Evenly spaced rows, where there are more than the figures need."""
    return np.arange(0, rows, max(1, -(-rows // MOST_TESTED)))


def _row(days: int, waited: Waits, silent: Floats) -> SilenceRow:
    known = waited.known_by(days)
    still = (waited.days[known] >= days).astype(np.float64)
    rate = float(still.mean())
    return SilenceRow(
        days=days,
        customers=int(known.sum()),
        expected=float(silent[known].mean()),
        observed=rate,
        brier=silence_error(waited, silent, days),
        brier_by_rate=silence_error(waited, np.full(len(silent), rate), days),
        auc=auc(still, silent[known]),
    )


def _share(held: NDArray[np.bool_]) -> float:
    return float(np.mean(held)) if len(held) else float("nan")


def _waits(purchases: EventStream, vectors: Vectors, end: Cutoff) -> Waits:
    return waits(purchases, vectors.customer_keys, vectors.cutoff_seconds, end.seconds)
