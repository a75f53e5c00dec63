"""Which part of the past fits, calibrates and tests a model, so that no outcome reaches into a later use.

Cutoffs lie so far apart that each outcome is known before the next cutoff begins. The latest is the first
test: a model learns from all cutoffs before it, the newest labels among them. What turns its answers into
probabilities is learned from its *predecessor*, the same kind of model fitted on all but the newest of these
cutoffs, which it then answers for. The same pattern moved one cutoff back is the second test, and so on; so
the model of a test is the predecessor in the test one cutoff later. The model that ships is the pattern moved
one cutoff *forward*: there is no later outcome to test it on, which the model card says.

The latest test is reserved: by it nothing is chosen, neither a rung nor a setting. A table that knows fewer
than three cutoffs has no later time to test at; its customers are dealt into folds instead
(``training.datasets.folds``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

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

    @abstractmethod
    def fit_rows(self, dataset: Dataset) -> Dataset:
        """The rows the model of this split learns from: all whose outcome is known at the test."""

    @abstractmethod
    def lessons(self, dataset: Dataset) -> Sequence[Lesson]:
        """Pairs of rows among ``fit_rows``; no row is in both of a pair.

        A model like that of the split, fitted on the first, answers for the second, which it has not seen; these
        answers, put together, calibrate the model of the split.
        """

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
    """Learn from all cutoffs known at a test; the newest of them calibrates what was learned from ``fit`` alone.

    ``fit`` are the cutoffs whose outcome is known at ``calibration``. Where cutoffs lie closer together than the
    horizon, those ``between`` are known at the test and not yet at the calibration: the model learns from them too.
    """

    fit: tuple[Cutoff, ...]
    calibration: Cutoff
    test: Cutoff | None
    between: tuple[Cutoff, ...] = ()

    @property
    def name(self) -> str:
        """The date of the test."""
        return "" if self.test is None else str(self.test)

    @property
    def learned_from(self) -> tuple[Cutoff, ...]:
        """The cutoffs the model of this split is fitted on, the earliest first."""
        return tuple(sorted({*self.fit, *self.between, self.calibration}))

    def fit_rows(self, dataset: Dataset) -> Dataset:
        """The rows of all cutoffs known at the test."""
        return dataset.at(*(cutoff.seconds for cutoff in self.learned_from))

    def calibration_rows(self, dataset: Dataset) -> Dataset:
        """The rows of the cutoff to calibrate on."""
        return dataset.at(self.calibration.seconds)

    def lessons(self, dataset: Dataset) -> Sequence[Lesson]:
        """One: the cutoffs known at the one to calibrate on, and that one."""
        earlier = dataset.at(*(cutoff.seconds for cutoff in self.fit))
        return (Lesson(earlier, self.calibration_rows(dataset)),)

    def test_rows(self, dataset: Dataset) -> Dataset:
        """The rows of the cutoff to test on; none where there is no later one."""
        return dataset.at(*(() if self.test is None else (self.test.seconds,)))

    def require_embargo(self, horizon: Horizon) -> None:
        """Assert that every outcome is complete before the cutoff it serves."""
        for cutoff in self.fit:
            assert horizon.end(cutoff) <= self.calibration, "a fitting outcome is not yet known"
        for cutoff in self.learned_from:
            if self.test is not None:
                assert horizon.end(cutoff) <= self.test, "a calibrating outcome is not known"

    def as_dict(self) -> dict[str, Any]:
        """The cutoffs as dates."""
        return {
            "fit": [str(cutoff) for cutoff in self.learned_from],
            "predecessor": [str(cutoff) for cutoff in self.fit],
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

    @property
    def reserved(self) -> Split | None:
        """The latest test, by which nothing is chosen; None where the choice needs every test there is.

        A test alone has to choose, and so have tests whose outcomes reach into the latest. In folds every customer
        is tested in every round, so that none is left.
        """
        return self.tests[0] if self._known_at_latest() else None

    @property
    def choosing(self) -> tuple[Split, ...]:
        """The tests by which a rung and its settings are chosen, the latest first."""
        return self._known_at_latest() or self.tests

    def _known_at_latest(self) -> tuple[OriginSplit, ...]:
        """The tests whose outcomes are known where the latest test stands."""
        tests = [one for one in self.tests if isinstance(one, OriginSplit)]
        return tuple(
            one
            for one in tests[1:]
            if one.test is not None
            and tests[0].test is not None
            and self.horizon.end(one.test) <= tests[0].test
        )

    def as_dict(self) -> dict[str, Any]:
        """Which rows fitted, calibrated and tested what, and which tests chose."""
        return {
            "said": self.said,
            "reserved": "" if self.reserved is None else self.reserved.name,
            "choosing": [split.name for split in self.choosing],
            "tests": [split.as_dict() for split in self.tests],
            "shipped": self.shipped.as_dict(),
        }


@dataclass(frozen=True)
class OriginSplits(Splits):
    """Splits every one of which is a list of cutoffs, each test later than all that was learned from."""

    tests: tuple[OriginSplit, ...]
    shipped: OriginSplit


IN_TIME = "Every test stands at a later cutoff than all that was learned from."


def rolling_origins(
    first_seconds: int, end: Cutoff, asked: Horizon, *, origins: int, settling_days: int = 0
) -> OriginSplits:
    """The splits a company's history allows; ``end`` is the first instant without data.

    The earliest cutoff leaves one horizon of history behind it, and at most ``origins`` cutoffs are
    used. An outcome is known ``settling_days`` after the end of the horizon ``asked``. Raises ``ModelRefused`` with the days needed and found when one fit, one
    calibration and one test do not fit in.

    >>> day = DAY_SECONDS
    >>> splits = rolling_origins(0, Cutoff(400 * day), Horizon(90), origins=6)
    >>> [cutoff.seconds // day for cutoff in splits.cutoffs], len(splits.tests)
    ([130, 220, 310], 1)
    """
    horizon = Horizon(asked.days + settling_days, asked.gap_days)
    step = horizon.days + horizon.gap_days
    earliest = first_seconds + asked.days * DAY_SECONDS
    room = horizon_room(end, step, earliest)
    cutoffs = [end.plus_days(-step * (one + 1)) for one in range(min(room, origins))]
    if len(cutoffs) < FEWEST_ORIGINS:
        raise _too_short(first_seconds, end, asked, origins, room, step)
    tests = tuple(
        OriginSplit(tuple(reversed(cutoffs[one + 2 :])), cutoffs[one + 1], cutoffs[one])
        for one in range(min(MOST_TESTS, len(cutoffs) - 2))
    )
    shipped = OriginSplit(tuple(reversed(cutoffs[1:])), cutoffs[0], None)
    return _embargoed(tests, shipped, horizon)


def stated_origins(
    cutoffs: Sequence[Cutoff],
    horizon: Horizon,
    *,
    most: int,
    tests: int = MOST_TESTS,
    window_days: int = 0,
    refit_every: int = 1,
) -> OriginSplits | None:
    """The splits over cutoffs a table states; None where they leave no room for a test in time.

    A cutoff serves another only when its outcome is known by then. At most the latest ``most`` cutoffs are used, and
    the latest ``tests`` of them are tests. A test learns from cutoffs of at most ``window_days`` before it, of all
    where that is 0. A model answers ``refit_every`` tests before it is fitted anew, the earliest test first.

    >>> days = [Cutoff(day * DAY_SECONDS) for day in (0, 30, 60, 90, 120)]
    >>> splits = stated_origins(days, Horizon(60), most=6)
    >>> [str(one) for one in splits.tests[0].learned_from], splits.tests[0].as_dict()["calibration"]
    (['1970-01-01', '1970-01-31', '1970-03-02'], '1970-03-02')
    """
    ordered = sorted(set(cutoffs))[-most:] if most else []
    chosen = [_split_before(ordered, horizon, test, window_days) for test in reversed(ordered)]
    found = _refitted([one for one in chosen if one is not None][:tests], refit_every)
    shipped = _shipped(ordered, horizon)
    if len(ordered) < FEWEST_ORIGINS or not found or shipped is None:
        return None
    return _embargoed(found, shipped, horizon)


def horizon_room(end: Cutoff, step_days: int, earliest_seconds: int) -> int:
    """How many cutoffs, ``step_days`` apart and with complete outcomes, lie at or after the earliest."""
    return max(0, (end.seconds - earliest_seconds) // (step_days * DAY_SECONDS))


def _split_before(
    ordered: Sequence[Cutoff], horizon: Horizon, test: Cutoff, window_days: int
) -> OriginSplit | None:
    """All cutoffs known by the test, and in the window before it, are learned from; the latest of them calibrates."""
    first = test.plus_days(-window_days) if window_days else min(ordered)
    known = [one for one in ordered if horizon.end(one) <= test and one >= first]
    split = _shipped(known, horizon)
    return None if split is None else replace(split, test=test)


def _refitted(tests: Sequence[OriginSplit], every: int) -> tuple[OriginSplit, ...]:
    """The tests, the latest first, each by the model of the last one at which it was fitted anew."""
    in_time = tests[::-1]
    last = [in_time[place - place % every] for place in range(len(in_time))]
    return tuple(replace(by, test=one.test) for by, one in zip(last, in_time, strict=True))[::-1]


def _shipped(ordered: Sequence[Cutoff], horizon: Horizon) -> OriginSplit | None:
    fit = tuple(one for one in ordered if horizon.end(one) <= ordered[-1])
    between = tuple(one for one in ordered[:-1] if one not in fit)
    return OriginSplit(fit, ordered[-1], None, between) if fit else None


def _embargoed(
    tests: tuple[OriginSplit, ...], shipped: OriginSplit, horizon: Horizon
) -> OriginSplits:
    used: set[Cutoff] = set()
    for split in (*tests, shipped):
        split.require_embargo(horizon)
        used |= {*split.learned_from, *(() if split.test is None else (split.test,))}
    return OriginSplits(tests, shipped, horizon, tuple(sorted(used)), IN_TIME)


def _too_short(
    first_seconds: int, end: Cutoff, asked: Horizon, origins: int, room: int, step: int
) -> ModelRefused:
    needed = FEWEST_ORIGINS * step + asked.days
    found = max(0, (end.seconds - first_seconds) // DAY_SECONDS)
    if room >= FEWEST_ORIGINS:
        return ModelRefused(
            expected=f"churn.origins of at least {FEWEST_ORIGINS}: fit, calibration and test",
            found=str(origins),
            remedy="Raise origins in [churn].",
        )
    return ModelRefused(
        expected=f"{needed} days of history to fit, calibrate and test a horizon of "
        f"{asked.days} days apart from one another",
        found=f"{found} days",
        remedy="Add older records, or choose a shorter horizon_days in [churn].",
    )
