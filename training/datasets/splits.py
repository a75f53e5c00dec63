"""Which part of the past fits, calibrates and tests a model, so that no outcome reaches into a later use.

Cutoffs lie so far apart that each outcome is known before the next cutoff begins. From the latest on:
test, calibrate, fit, fit, …; the same pattern moved one cutoff back is the second test, and so on. The
model that ships is the pattern moved one cutoff *forward*: there is no later outcome to test it on,
which the model card says. A table that knows fewer than three cutoffs has no later time to test at; its
customers are dealt into folds instead (``training.datasets.folds``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from features.company.settings.reading import ChurnSettings
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.datasets.dataset import Dataset

MOST_TESTS = 3
FEWEST_ORIGINS = 3


@dataclass(frozen=True)
class Lesson:
    """Customers a model learns from, with others to calibrate what it says."""

    fit: Dataset
    held: Dataset


class Split(ABC):
    """One use of the past: rows to fit on, rows to calibrate on and rows to test on."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What the test is called: the cutoff it stands at, or its fold; empty for what ships."""

    @property
    @abstractmethod
    def is_crosswise(self) -> bool:
        """Whether the curve is learned from models that each leave out the customers they answer for.

        Then the model itself is fitted on all ``fit_rows``, and ``lessons`` are several.
        """

    @abstractmethod
    def fit_rows(self, dataset: Dataset) -> Dataset:
        """The rows the model of this split learns from."""

    @abstractmethod
    def lessons(self, dataset: Dataset) -> Sequence[Lesson]:
        """The pairs of rows whose answers, put together, calibrate the model; no row is in both."""

    @abstractmethod
    def calibration_rows(self, dataset: Dataset) -> Dataset:
        """All rows answered in the lessons, in the order of the lessons."""

    @abstractmethod
    def test_rows(self, dataset: Dataset) -> Dataset:
        """The rows the model is judged by: none of them was learned from or calibrated on."""

    @abstractmethod
    def as_dict(self) -> dict[str, Any]:
        """The split as plain fields: what it was fitted, calibrated and tested on, in words."""


@dataclass(frozen=True)
class OriginSplit(Split):
    """Fit on these cutoffs, calibrate on a later, test on a later one still."""

    fit: tuple[Cutoff, ...]
    calibration: Cutoff
    test: Cutoff | None

    @property
    def name(self) -> str:
        """The date of the test."""
        return "" if self.test is None else str(self.test)

    @property
    def is_crosswise(self) -> bool:
        """Never: a later cutoff calibrates."""
        return False

    def fit_rows(self, dataset: Dataset) -> Dataset:
        """The rows of the cutoffs to fit on."""
        return dataset.at(*(cutoff.seconds for cutoff in self.fit))

    def calibration_rows(self, dataset: Dataset) -> Dataset:
        """The rows of the cutoff to calibrate on."""
        return dataset.at(self.calibration.seconds)

    def lessons(self, dataset: Dataset) -> Sequence[Lesson]:
        """One: the cutoffs to fit on, and the one to calibrate on."""
        return (Lesson(self.fit_rows(dataset), self.calibration_rows(dataset)),)

    def test_rows(self, dataset: Dataset) -> Dataset:
        """The rows of the cutoff to test on; none where there is no later one."""
        return dataset.at(*(() if self.test is None else (self.test.seconds,)))

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
            "test": "its outcome is still to come" if self.test is None else str(self.test),
        }


@dataclass(frozen=True)
class Splits:
    """The tests, latest first, the split of the model that ships, and the cutoffs all rows stand at.

    ``horizon`` reaches to where an outcome is known for certain; ``said`` is how the tests were made,
    in a sentence for the model card.
    """

    tests: tuple[Split, ...]
    shipped: Split
    horizon: Horizon
    cutoffs: tuple[Cutoff, ...]
    said: str

    def as_dict(self) -> dict[str, Any]:
        """Which rows fitted, calibrated and tested what."""
        return {
            "said": self.said,
            "tests": [split.as_dict() for split in self.tests],
            "shipped": self.shipped.as_dict(),
        }


IN_TIME = "Every test stands at a later cutoff than all that was learned from."


def rolling_origins(
    first_seconds: int, end: Cutoff, settings: ChurnSettings, *, settling_days: int = 0
) -> Splits:
    """The splits a company's history allows; ``end`` is the first instant without data.

    The earliest cutoff leaves one horizon of history behind it. An outcome is known ``settling_days``
    after the horizon's end. Raises ``ModelRefused`` with the days needed and found when one fit, one
    calibration and one test do not fit in.

    >>> day = DAY_SECONDS
    >>> splits = rolling_origins(0, Cutoff(400 * day), ChurnSettings(horizon_days=90, origins=6))
    >>> [cutoff.seconds // day for cutoff in splits.cutoffs], len(splits.tests)
    ([130, 220, 310], 1)
    """
    horizon = Horizon(settings.horizon_days + settling_days, settings.gap_days)
    step = horizon.days + horizon.gap_days
    earliest = first_seconds + settings.horizon_days * DAY_SECONDS
    room = horizon_room(end, step, earliest)
    cutoffs = [end.plus_days(-step * (one + 1)) for one in range(min(room, settings.origins))]
    if len(cutoffs) < FEWEST_ORIGINS:
        raise _too_short(first_seconds, end, settings, room, step)
    tests = tuple(
        OriginSplit(tuple(reversed(cutoffs[one + 2 :])), cutoffs[one + 1], cutoffs[one])
        for one in range(min(MOST_TESTS, len(cutoffs) - 2))
    )
    shipped = OriginSplit(tuple(reversed(cutoffs[1:])), cutoffs[0], None)
    return _embargoed(tests, shipped, horizon)


def stated_origins(cutoffs: Sequence[Cutoff], horizon: Horizon, *, most: int) -> Splits | None:
    """The splits over cutoffs a table states; None where they leave no room for a test in time.

    A cutoff serves another only when its outcome is known by then, so of cutoffs closer together than
    the horizon those in between fit a model but do not calibrate the next. At most the latest ``most``
    cutoffs are used.

    >>> days = [Cutoff(day * DAY_SECONDS) for day in (0, 30, 60, 90, 120)]
    >>> splits = stated_origins(days, Horizon(60), most=6)
    >>> [str(one) for one in splits.tests[0].fit], splits.tests[0].as_dict()["calibration"]
    (['1970-01-01'], '1970-03-02')
    """
    ordered = sorted(set(cutoffs))[-most:] if most else []
    chosen = [_split_before(ordered, horizon, test) for test in reversed(ordered)]
    tests = tuple(one for one in chosen if one is not None)[:MOST_TESTS]
    shipped = _shipped(ordered, horizon)
    if len(ordered) < FEWEST_ORIGINS or not tests or shipped is None:
        return None
    return _embargoed(tests, shipped, horizon)


def horizon_room(end: Cutoff, step_days: int, earliest_seconds: int) -> int:
    """How many cutoffs, ``step_days`` apart and with complete outcomes, lie at or after the earliest."""
    return max(0, (end.seconds - earliest_seconds) // (step_days * DAY_SECONDS))


def _split_before(ordered: Sequence[Cutoff], horizon: Horizon, test: Cutoff) -> OriginSplit | None:
    """The latest cutoff known by the test calibrates; all that are known by that one are fitted on."""
    known = [one for one in ordered if horizon.end(one) <= test]
    split = _shipped(known, horizon)
    return None if split is None else OriginSplit(split.fit, split.calibration, test)


def _shipped(ordered: Sequence[Cutoff], horizon: Horizon) -> OriginSplit | None:
    fit = tuple(one for one in ordered if horizon.end(one) <= ordered[-1])
    return OriginSplit(fit, ordered[-1], None) if fit else None


def _embargoed(tests: tuple[OriginSplit, ...], shipped: OriginSplit, horizon: Horizon) -> Splits:
    used: set[Cutoff] = set()
    for split in (*tests, shipped):
        split.require_embargo(horizon)
        used |= {*split.fit, split.calibration, *(() if split.test is None else (split.test,))}
    return Splits(tests, shipped, horizon, tuple(sorted(used)), IN_TIME)


def _too_short(
    first_seconds: int, end: Cutoff, settings: ChurnSettings, room: int, step: int
) -> ModelRefused:
    needed = FEWEST_ORIGINS * step + settings.horizon_days
    found = max(0, (end.seconds - first_seconds) // DAY_SECONDS)
    if room >= FEWEST_ORIGINS:
        return ModelRefused(
            expected=f"churn.origins of at least {FEWEST_ORIGINS}: fit, calibration and test",
            found=str(settings.origins),
            remedy="Raise origins in [churn].",
        )
    return ModelRefused(
        expected=f"{needed} days of history to fit, calibrate and test a horizon of "
        f"{settings.horizon_days} days apart from one another",
        found=f"{found} days",
        remedy="Add older records, or choose a shorter horizon_days in [churn].",
    )
