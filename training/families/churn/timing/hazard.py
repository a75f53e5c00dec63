"""When: the chance of an order in each short period to come, as long as none has come before.

Time is cut into periods; each customer gives one row a period for as long as they are waited for, and
trees learn how likely the order comes in it (discrete-time hazard; Singer and Willett 1993). The chance
of silence is the product over periods, so it can only fall with time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.families.churn.timing.waits import Waits
from training.learners.boosting import BoostedModel
from training.learners.calibration import Calibration, calibrate
from training.learners.columns import Columns
from training.learners.trees import BoostingSettings

PERIOD = "period_number"
HAZARD_FILE, TREES_FILE = "hazard.json", "hazard.txt"
MOST_ROWS = 40_000
"""Of more rows a part of the customers is taken: a few trees do not need them all."""

_TREES = BoostingSettings(
    learning_rate=0.1, rounds=200, patience=15, rounds_untested=60, feature_fraction=0.7
)
_LEAST = 1e-300
"""Less is no chance at all, and has a logarithm still."""
_RHYTHM = ("gap_", "silence_", "buying_", "orders_count_", "days_since_order", "expected_next_")


@dataclass(frozen=True)
class Periods:
    """The horizon cut into equal periods; the last one may reach beyond it."""

    days: int
    count: int

    @classmethod
    def of(cls, horizon_days: int) -> Periods:
        """Ten days each up to a quarter, fifteen up to half a year, thirty beyond.

        A horizon of fewer than ten days is one period.

        >>> Periods.of(90), Periods.of(180).days, Periods.of(7)
        (Periods(days=10, count=9), 15, Periods(days=7, count=1))
        """
        days = (
            horizon_days
            if horizon_days < 10
            else 10
            if horizon_days <= 92
            else 15
            if horizon_days <= 184
            else 30
        )
        return cls(days, -(-horizon_days // days))

    @property
    def end_days(self) -> int:
        """The end of the last period."""
        return self.days * self.count


@dataclass(frozen=True)
class Hazard:
    """The chance of an order period by period, for any vectors of the same plan."""

    model: BoostedModel
    calibration: Calibration
    periods: Periods

    def silence(self, vectors: Vectors) -> Floats:
        """The chance of no order by the end of each period: one row a vector, falling from 1."""
        rows = vectors.rows
        silent = np.ones((rows, self.periods.count + 1))
        for number in range(self.periods.count):
            moved = _with_period(vectors, np.arange(rows), np.full(rows, number))
            hazard = self.calibration.apply(self.model.score(moved))
            silent[:, number + 1] = silent[:, number] * (1.0 - hazard)
        return silent

    def to_files(self) -> dict[str, bytes]:
        """The trees as text, and the columns, curve and periods as JSON."""
        content = {
            "columns": self.model.columns.as_dict(),
            "calibration": self.calibration.as_dict(),
            "period_days": self.periods.days,
            "periods": self.periods.count,
        }
        return {TREES_FILE: self.model.text.encode(), HAZARD_FILE: json.dumps(content).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Hazard:
        """The hazard read back; the bytes must have been verified, for LightGBM does not forgive."""
        content = json.loads(files[HAZARD_FILE])
        columns = Columns.from_dict(content["columns"])
        return cls(
            BoostedModel.from_text(files[TREES_FILE].decode(), columns),
            Calibration.from_dict(content["calibration"]),
            Periods(int(content["period_days"]), int(content["periods"])),
        )


def silent_at(silence: Floats, periods: Periods, days: Sequence[int]) -> Floats:
    """Silence between the ends of periods, as if orders came evenly in each: one column a day."""
    assert max(days) <= periods.end_days
    ends = np.arange(periods.count + 1) * float(periods.days)
    logs = np.log(np.maximum(silence, _LEAST))
    columns = []
    for one in days:
        place = min(int(one // periods.days), periods.count - 1)
        share = (one - ends[place]) / periods.days
        columns.append(np.exp(logs[:, place] * (1 - share) + logs[:, place + 1] * share))
    return np.column_stack(columns)


def brought_to(silence: Floats, periods: Periods, day: int, wanted: Floats) -> Floats:
    """The same shape of silence with another chance of it by a day: one number wanted a row.

    Each customer's hazard is multiplied by one factor over all periods (proportional hazards; Cox 1972), so that
    silence goes on falling. Of somebody no order was expected of by then, orders come evenly.
    """
    ends = np.arange(periods.count + 1) * float(periods.days)
    logs = np.log(np.maximum(silence, _LEAST))
    reached = np.log(np.maximum(silent_at(silence, periods, [day])[:, 0], _LEAST))[:, None]
    shape = np.where(reached < 0.0, logs, -ends / day) / np.where(reached < 0.0, -reached, 1.0)
    return np.asarray(np.exp(-np.log(np.maximum(wanted, _LEAST))[:, None] * shape))


def days_until(silence: Floats, periods: Periods, shares: Sequence[float]) -> Floats:
    """The day on which the chance of an order reaches each share, one column a share, else NaN."""
    logs = np.log(np.maximum(silence, _LEAST))
    columns = []
    for share in shares:
        wanted = np.log1p(-share)
        place = np.argmax(logs <= wanted, axis=1)
        row = np.arange(len(logs))
        high, low = logs[row, np.maximum(place - 1, 0)], logs[row, place]
        inside = np.divide(high - wanted, high - low, out=np.zeros(len(logs)), where=high > low)
        found = (np.maximum(place - 1, 0) + inside) * periods.days
        columns.append(np.where(logs[:, -1] <= wanted, found, np.nan))
    return np.column_stack(columns)


def fit_hazard(
    vectors: Vectors,
    waited: Waits,
    later: Vectors,
    later_waited: Waits,
    *,
    horizon_days: int,
    threads: int = 1,
) -> Hazard:
    """Fit the hazard on some vectors and their waits, and calibrate it on later ones.

    It reads the features of buying rhythm among those of the vectors. Raises ``ModelRefused`` where
    nobody, or everybody at once, has ordered.
    """
    periods = Periods.of(horizon_days)
    dataset = person_periods(vectors, waited, periods)
    names = [name for name in vectors.feature_names if name.startswith(_RHYTHM)]
    model = BoostedModel.fit(dataset, [*names, PERIOD], settings=_TREES, threads=threads)
    held = person_periods(later, later_waited, periods)
    held.require_fit()
    return Hazard(model, calibrate(model.score(held.vectors), held.outcomes), periods)


def person_periods(vectors: Vectors, waited: Waits, periods: Periods) -> Dataset:
    """One row for each vector and period while it is waited: 1.0 where the order came in that period.

    A period that would not have been watched to its end is left out, whether it brought an order or
    not: kept for its orders alone, it would look busier than it is. Of more than
    ``MOST_ROWS`` rows those of a part of the customers are kept, the same whatever the order of rows.
    """
    whole = np.floor(waited.days / periods.days).astype(np.int64)
    held = np.minimum(whole + waited.ordered, periods.count)
    if waited.watched_days is not None:
        watched = np.floor(waited.watched_days / periods.days).astype(np.int64)
        held = np.minimum(held, watched)
    share = MOST_ROWS / max(int(held.sum()), 1)
    if share < 1.0:
        # Knuth's multiplicative hash spreads neighbouring keys over the whole range.
        spread = (vectors.customer_keys.astype(np.uint64) * np.uint64(2_654_435_761)) % np.uint64(
            2**32
        )
        held = np.where(spread < share * 2**32, held, 0)
    rows = np.repeat(np.arange(vectors.rows), held)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(held) - held, held)
    came = waited.ordered[rows] & (whole[rows] == number)
    return Dataset(_with_period(vectors, rows, number), came.astype(np.float64))


@lru_cache(maxsize=8)
def _of_rhythm(feature_names: tuple[str, ...]) -> tuple[list[int], tuple[str, ...]]:
    """Where the features of rhythm stand; asked for every period of every answer, so found once."""
    chosen = [at for at, name in enumerate(feature_names) if name.startswith(_RHYTHM)]
    return chosen, tuple(feature_names[at] for at in chosen)


def _with_period(
    vectors: Vectors, rows: NDArray[np.integer], number: NDArray[np.integer]
) -> Vectors:
    """Some rows with the features of rhythm and the number of a period beside them."""
    chosen, names = _of_rhythm(tuple(vectors.feature_names))
    values = np.column_stack([vectors.values[rows][:, chosen], number]).astype(np.float32)
    return Vectors(
        vectors.plan_hash,
        (*names, PERIOD),
        vectors.customer_keys[rows],
        vectors.cutoff_seconds[rows],
        values,
    )
