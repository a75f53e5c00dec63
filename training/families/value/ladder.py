"""Every rung of the value ladder at every test cutoff, with intervals, and the rung that ships."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from training.datasets.splits import OriginSplit
from training.families.value.dataset import ValueDataset, ValueSplits
from training.families.value.measures import Order, coverage, measure_value
from training.families.value.model import CalibratedValue, ExpectedValues, kinds
from training.families.value.models import EXPLAINED, LAST, LEARNED, RATE, RUNGS
from training.families.value.rungs import Tuning, calibrate_value, fit_rungs, score_rungs
from training.ladder.choice import Measure
from training.measures.intervals import Resampled, Resamples, finite, mean_figures
from training.measures.levels import HeldLevel

POOLED = ("bias", "decile_mape", "coverage", "coverage_of_buyers")
GINI = Measure("gini", tie=0.002)
"""A rule of thumb ships where what learns does no more than tie with it."""
_RESAMPLES = 200


@dataclass(frozen=True)
class TestedValue:
    """One rung at one test cutoff: what it expected of whom, what they brought, and the figures.

    ``says_something`` marks the customers of whose like more than a fifth bought at all.
    """

    rung: str
    cutoff: Cutoff
    customer_keys: NDArray[np.int32]
    brought: Floats
    expected: Floats
    low: Floats
    high: Floats
    says_something: NDArray[np.bool_]
    figures: Mapping[str, float]

    @classmethod
    def measured(
        cls,
        rung: str,
        cutoff: Cutoff,
        customer_keys: NDArray[np.int32],
        brought: Floats,
        ranges: tuple[Floats, Floats, Floats],
        says_something: NDArray[np.bool_],
    ) -> TestedValue:
        """A rung with its figures at a test; ``ranges`` are what it expected, and the lows and highs around it."""
        expected, low, high = ranges
        figures = measure_value(brought, expected) | _covered(brought, low, high, says_something)
        return cls(
            rung, cutoff, customer_keys, brought, expected, low, high, says_something, figures
        )

    @property
    def level(self) -> HeldLevel:
        """How far what was expected of everybody was off."""
        return HeldLevel.of(str(self.cutoff), self.brought, self.expected)


@dataclass(frozen=True)
class ValueRow:
    """One rung over all test cutoffs.

    Gini, Spearman, the top tenth's share and MAE are means over the test cutoffs; bias, decile MAPE and
    coverage are of all tested customers together. ``gain`` is the paired difference in Gini to the past
    rate. Ends of intervals are of 95 %, from resampled customers.
    """

    name: str
    figures: Mapping[str, float | None]
    by_cutoff: Mapping[str, Mapping[str, float | None]]
    ships: bool

    def as_dict(self) -> dict[str, Any]:
        """The row as plain fields."""
        return {
            "name": self.name,
            "explained": EXPLAINED[self.name],
            **self.figures,
            "by_cutoff": {cutoff: dict(one) for cutoff, one in self.by_cutoff.items()},
            "ships": self.ships,
        }


@dataclass(frozen=True)
class ValueLadder:
    """The whole ladder: its rows, the rung that ships and everything that was tested.

    ``passed_over`` says of rungs why they do not ship.
    """

    rows: tuple[ValueRow, ...]
    winner: str
    tested: tuple[TestedValue, ...]
    passed_over: Mapping[str, str] = field(default_factory=dict)

    def passing_over(self, why: str) -> ValueLadder | None:
        """The same ladder without the rung that ships, which is kept out; None where no other orders customers."""
        passed_over = {**self.passed_over, self.winner: why}
        known = {row.name: row.figures["gini"] for row in self.rows if row.name not in passed_over}
        gini = {name: one for name, one in known.items() if one is not None and one > 0.0}
        if not gini:
            return None
        winner = choose_value(gini)
        rows = tuple(replace(row, ships=row.name == winner) for row in self.rows)
        return replace(self, rows=rows, winner=winner, passed_over=passed_over)

    @property
    def winning_row(self) -> ValueRow:
        """The row of the rung that ships."""
        return next(row for row in self.rows if row.ships)

    def of(self, name: str) -> tuple[TestedValue, ...]:
        """What one rung expected, at each test cutoff, the latest first."""
        return tuple(one for one in self.tested if one.rung == name)


def climb_value(
    dataset: ValueDataset,
    splits: ValueSplits,
    feature_names: Sequence[str],
    *,
    tuning: Tuning,
    threads: int = 1,
    progress: Progress = silent,
) -> ValueLadder:
    """Fit, calibrate and test every rung at every test cutoff, and choose the one that ships.

    ``tuning`` is filled with what is found. The earliest test goes first, so that this is only ever used
    at later cutoffs than it was found at. Raises ``ModelRefused`` when no rung tells who brings more.
    """
    tested: list[TestedValue] = []
    for number, split in enumerate(reversed(splits.tests)):
        progress("testing the value ladder", number, len(splits.tests))
        found = _tested(dataset, split, splits.horizon.days, feature_names, tuning, threads)
        tested = found + tested
    progress("testing the value ladder", len(splits.tests), len(splits.tests))
    names = [name for name in RUNGS if _everywhere(name, tested, len(splits.tests))]
    gini = {name: _mean(name, tested)["gini"] for name in names}
    winner = choose_value(gini)
    if not gini[winner] > 0.0:
        raise _nothing_learned(gini[winner])
    replicates = _replicates(tested, names)
    rows = tuple(_row(name, tested, replicates, name == winner) for name in names)
    return ValueLadder(rows, winner, tuple(tested))


def laid_value_again(
    tested: Sequence[TestedValue], names: Sequence[str], ships: str
) -> ValueLadder:
    """The ladder as it follows from what was tested alone, without any model, of the rungs of these names."""
    replicates = _replicates(tested, names)
    rows = tuple(_row(name, tested, replicates, name == ships) for name in names)
    return ValueLadder(rows, ships, tuple(tested))


def choose_value(gini: Mapping[str, float]) -> str:
    """The rung that ships: the best order, or the simplest rule that orders as well.

    Among the rungs that learn from every feature the highest mean Gini over the test cutoffs wins. A
    rule ships instead where its Gini ties with that. Levels and intervals are learned the same way for every rung, so they do not enter.
    """
    known = {name: value for name, value in gini.items() if not math.isnan(value)}
    rule = RATE if RATE in known else max(known, key=known.__getitem__, default=RATE)
    best = max((name for name in known if name in LEARNED), key=known.__getitem__, default=rule)
    for name in (RATE, LAST):
        if name in known and GINI.is_as_good(known[name], known.get(best, -math.inf)):
            return name
    others = [name for name in known if known[name] > known.get(best, -math.inf)]
    return max([best, *others], key=lambda name: known.get(name, -math.inf))


def _nothing_learned(gini: float) -> ModelRefused:
    found = "everybody brought the same" if math.isnan(gini) else f"a best Gini of {gini:.3f}"
    return ModelRefused(
        expected="behaviour that tells customers who bring more from customers who bring less",
        found=found,
        remedy="Add more history or more customers, or choose another horizon_days in [value].",
    )


def _tested(
    dataset: ValueDataset,
    split: OriginSplit,
    horizon_days: int,
    feature_names: Sequence[str],
    tuning: Tuning,
    threads: int,
) -> list[TestedValue]:
    """Every rung at one test cutoff."""
    assert split.test is not None
    earlier = dataset.at(*(cutoff.seconds for cutoff in split.fit))
    later, test = dataset.at(split.calibration.seconds), dataset.at(split.test.seconds)
    rungs = fit_rungs(earlier, feature_names, horizon_days, tuning=tuning, threads=threads)
    at_later = score_rungs(rungs, later.vectors, threads=threads)
    at_test = score_rungs(rungs, test.vectors, threads=threads)
    kind = kinds(test.vectors, horizon_days)
    found = []
    for name, model in rungs.items():
        value = calibrate_value(model, earlier, later, at_later[name])
        found.append(_test(name, split.test, test, value, value.at(*at_test[name], kind)))
    return found


def _test(
    name: str, cutoff: Cutoff, test: ValueDataset, value: CalibratedValue, found: ExpectedValues
) -> TestedValue:
    return TestedValue.measured(
        name,
        cutoff,
        test.vectors.customer_keys,
        test.amounts,
        (found.expected, found.low, found.high),
        value.intervals.says_something(found.expected),
    )


def _covered(
    brought: Floats, low: Floats, high: Floats, told: NDArray[np.bool_]
) -> dict[str, float]:
    return {
        "coverage": coverage(brought, low, high),
        "coverage_of_buyers": coverage(brought[told], low[told], high[told]),
    }


def _everywhere(name: str, tested: Sequence[TestedValue], tests: int) -> bool:
    return sum(one.rung == name for one in tested) == tests


def _mean(name: str, tested: Sequence[TestedValue]) -> dict[str, float]:
    return mean_figures([one.figures for one in tested if one.rung == name])


def _pooled(name: str, tested: Sequence[TestedValue]) -> dict[str, float]:
    """Bias, decile MAPE and coverage of all tested customers at once; ``told`` is who has a range."""
    mine = [one for one in tested if one.rung == name]

    def whole(part: str) -> Any:
        return np.concatenate([getattr(one, part) for one in mine])

    brought, expected, told = whole("brought"), whole("expected"), whole("says_something")
    covered = _covered(brought, whole("low"), whole("high"), told)
    figures = measure_value(brought, expected) | covered
    return {key: figures[key] for key in POOLED} | {"told_share": float(told.mean())}


def _replicates(tested: Sequence[TestedValue], names: Sequence[str]) -> dict[str, Floats]:
    """Each rung's mean Gini over the test cutoffs, for the same resampled customers."""
    keys = np.concatenate([one.customer_keys for one in tested])
    resamples = Resamples.of(keys, resamples=_RESAMPLES)
    found: dict[str, list[Floats]] = {name: [] for name in names}
    for cutoff in dict.fromkeys(one.cutoff for one in tested):
        mine = [one for one in tested if one.cutoff == cutoff and one.rung in found]
        drawn, columns = resamples.drawn, resamples.places(mine[0].customer_keys)
        best = Order.of(mine[0].brought).concentrations(mine[0].brought, drawn, columns)
        for one in mine:
            order = Order.of(one.expected)
            found[one.rung].append(order.concentrations(one.brought, drawn, columns) / best)
    return {name: np.mean(parts, axis=0) for name, parts in found.items()}


def _row(
    name: str, tested: Sequence[TestedValue], replicates: Mapping[str, Floats], ships: bool
) -> ValueRow:
    mean = _mean(name, tested)
    gini = Resampled(mean["gini"], replicates[name])
    low, high = gini.ends
    gain, gain_low, gain_high = gini.over(Resampled(_mean(RATE, tested)["gini"], replicates[RATE]))
    ends = {
        "gini_low": low,
        "gini_high": high,
        "gain": gain,
        "gain_low": gain_low,
        "gain_high": gain_high,
    }
    mine = [one for one in tested if one.rung == name]
    return ValueRow(
        name=name,
        figures=finite(mean | _pooled(name, tested) | ends),
        by_cutoff={str(one.cutoff): finite(one.figures) | one.level.as_dict() for one in mine},
        ships=ships,
    )
