"""Which past cutoffs fit, calibrate and test a model, so that no outcome reaches into a later use.

All cutoffs lie one gap and horizon apart, counted back from the end of the data, so each outcome is
known before the next cutoff begins. From the latest on: test, calibrate, fit, fit, …; the same
pattern moved one cutoff back is the second test, and so on. The model that ships is the pattern moved
one cutoff *forward*: there is no later outcome to test it on, which the model card says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.errors import ModelRefused
from features.settings import ChurnSettings
from features.vocabulary import DAY_SECONDS, Cutoff, Horizon

MOST_TESTS = 3
_FEWEST_ORIGINS = 3


@dataclass(frozen=True)
class Split:
    """One use of the past: fit on these cutoffs, calibrate on a later, test on a later one still."""

    fit: tuple[Cutoff, ...]
    calibration: Cutoff
    test: Cutoff | None

    def require_embargo(self, horizon: Horizon) -> None:
        """Assert that every outcome is complete before the cutoff it serves."""
        for cutoff in self.fit:
            assert horizon.end(cutoff) <= self.calibration, "a fitting outcome is not yet known"
        if self.test is not None:
            assert horizon.end(self.calibration) <= self.test, "a calibrating outcome is not known"

    def as_dict(self) -> dict[str, Any]:
        """The cutoffs as dates."""
        return {
            "fit": [str(cutoff) for cutoff in self.fit],
            "calibration": str(self.calibration),
            "test": None if self.test is None else str(self.test),
        }


@dataclass(frozen=True)
class Splits:
    """The tests, latest first, and the split of the model that ships."""

    tests: tuple[Split, ...]
    shipped: Split
    horizon: Horizon

    @property
    def cutoffs(self) -> tuple[Cutoff, ...]:
        """Every cutoff in use, earliest first."""
        return (*self.shipped.fit, self.shipped.calibration)


def rolling_origins(first_seconds: int, end: Cutoff, settings: ChurnSettings) -> Splits:
    """The splits a company's history allows; ``end`` is the first instant without data.

    The earliest cutoff leaves one horizon of history behind it. Raises ``ModelRefused`` with the days
    needed and found when one fit, one calibration and one test do not fit in.

    >>> day = DAY_SECONDS
    >>> splits = rolling_origins(0, Cutoff(400 * day), ChurnSettings(horizon_days=90, origins=6))
    >>> [cutoff.seconds // day for cutoff in splits.cutoffs], len(splits.tests)
    ([130, 220, 310], 1)
    """
    horizon = Horizon(settings.horizon_days, settings.gap_days)
    step = horizon.days + horizon.gap_days
    earliest = first_seconds + horizon.days * DAY_SECONDS
    room = horizon_room(end, step, earliest)
    cutoffs = [end.plus_days(-step * (one + 1)) for one in range(min(room, settings.origins))]
    if len(cutoffs) < _FEWEST_ORIGINS:
        raise _too_short(first_seconds, end, settings, room)
    tests = tuple(
        Split(tuple(reversed(cutoffs[one + 2 :])), cutoffs[one + 1], cutoffs[one])
        for one in range(min(MOST_TESTS, len(cutoffs) - 2))
    )
    shipped = Split(tuple(reversed(cutoffs[1:])), cutoffs[0], None)
    for split in (*tests, shipped):
        split.require_embargo(horizon)
    return Splits(tests, shipped, horizon)


def horizon_room(end: Cutoff, step_days: int, earliest_seconds: int) -> int:
    """How many cutoffs, ``step_days`` apart and with complete outcomes, lie at or after the earliest."""
    return max(0, (end.seconds - earliest_seconds) // (step_days * DAY_SECONDS))


def _too_short(first_seconds: int, end: Cutoff, settings: ChurnSettings, room: int) -> ModelRefused:
    step = settings.horizon_days + settings.gap_days
    needed = _FEWEST_ORIGINS * step + settings.horizon_days
    found = max(0, (end.seconds - first_seconds) // DAY_SECONDS)
    if room >= _FEWEST_ORIGINS:
        return ModelRefused(
            expected=f"churn.origins of at least {_FEWEST_ORIGINS}: fit, calibration and test",
            found=str(settings.origins),
            remedy="Raise origins in [churn].",
        )
    return ModelRefused(
        expected=f"{needed} days of purchases to fit, calibrate and test a horizon of "
        f"{settings.horizon_days} days apart from one another",
        found=f"{found} days",
        remedy="Add older purchases, or choose a shorter horizon_days in [churn].",
    )
