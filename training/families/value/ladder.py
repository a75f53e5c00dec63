"""Every rung of the value ladder at every test cutoff, with intervals, and the rung that ships."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from training.datasets.splits import OriginSplit, OriginSplits
from training.families.value.dataset import ValueDataset
from training.families.value.fits import Fits, KnownOutcomes
from training.families.value.measures import Order, measure_value, normalised_gini
from training.families.value.model import CalibratedValue, ExpectedValues, kinds
from training.families.value.models import EXPLAINED, LAST, LEARNED, RATE, RUNGS
from training.families.value.tested_value import TestedValue, covered
from training.ladder.choice import Measure
from training.measures.intervals import Resampled, Resamples, finite, interval, mean_figures

POOLED = ("bias", "decile_mape", "coverage", "coverage_of_buyers")
GINI = Measure("gini", tie=0.002)
"""A rule of thumb ships where what learns does no more than tie with it."""
CHOSEN_BY = "gini_chosen_by"
_RESAMPLES = 200


@dataclass(frozen=True)
class ValueRow:
    """One rung over all test cutoffs.

    Gini, Spearman, the top tenth's share and MAE are means over the test cutoffs; bias, decile MAPE and
    coverage are of all tested customers together. ``gain`` is the paired difference in Gini to the past
    rate, ``gini_chosen_by`` the mean Gini over the tests a rung is chosen on. Ends of intervals are of 95 %, from
    resampled customers.
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
        left = [row for row in self.rows if row.name not in passed_over]
        known = {row.name: row.figures[CHOSEN_BY] for row in left}
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


def climb_value(fits: Fits, splits: OriginSplits, *, progress: Progress = silent) -> ValueLadder:
    """Fit, calibrate and test every rung at every test cutoff, and choose the one that ships.

    The latest test is reserved: what came of it has no part in the choice. The earliest test goes first, so that what ``fits`` finds there is only
    ever used at later cutoffs. Raises ``ModelRefused`` when no rung tells who brings more.
    """
    tested: list[TestedValue] = []
    for number, split in enumerate(reversed(splits.tests)):
        progress("testing the value ladder", number, len(splits.tests))
        tested = _tested(fits, split) + tested
    progress("testing the value ladder", len(splits.tests), len(splits.tests))
    names = [name for name in RUNGS if _everywhere(name, tested, len(splits.tests))]
    chosen_by = _chosen_by(tested, names, [split.name for split in splits.choosing])
    winner = choose_value(chosen_by)
    if not chosen_by[winner] > 0.0:
        raise _nothing_learned(chosen_by[winner])
    replicates = _replicates(tested, names)
    rows = (_row(name, tested, replicates, chosen_by[name], name == winner) for name in names)
    told = tuple(
        replace(row, by_cutoff=fits.seasons.with_season_seen(row.by_cutoff)) for row in rows
    )
    return ValueLadder(told, winner, tuple(tested))


def laid_value_again(
    tested: Sequence[TestedValue], names: Sequence[str], ships: str, choosing: Sequence[str]
) -> ValueLadder:
    """The ladder as it follows from what was tested alone, without any model, of the rungs of these names.

    ``choosing`` names the tests that chose.
    """
    replicates = _replicates(tested, names)
    chosen_by = _chosen_by(tested, names, choosing)
    rows = tuple(_row(name, tested, replicates, chosen_by[name], name == ships) for name in names)
    return ValueLadder(rows, ships, tuple(tested))


def _chosen_by(
    tested: Sequence[TestedValue], names: Sequence[str], choosing: Sequence[str]
) -> dict[str, float]:
    there = [one for one in tested if str(one.cutoff) in choosing]
    return {name: _mean(name, there)["gini"] for name in names}


def choose_value(gini: Mapping[str, float]) -> str:
    """The rung that ships: the best order, or the simplest rule that orders as well.

    Among the rungs that learn from every feature the highest mean Gini over the tests they are chosen on wins. A
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


def _tested(fits: Fits, split: OriginSplit) -> list[TestedValue]:
    """Every rung at one test cutoff, fitted on all that was known there."""
    assert split.test is not None
    test = fits.outcomes(split.test)
    kind = kinds(test.vectors, fits.horizon_days)
    before = fits.answers(KnownOutcomes.before(split), split.test)
    whole = fits.answers(KnownOutcomes.whole(split, split.test), split.test)
    return [
        _test(
            split.test,
            test,
            found.value,
            found.value.at(*whole[name], kind),
            found.predecessor.at(*before[name], kind).expected,
        )
        for name, found in fits.refitted(split, split.test).items()
    ]


def _test(
    cutoff: Cutoff,
    test: ValueDataset,
    value: CalibratedValue,
    found: ExpectedValues,
    before: Floats,
) -> TestedValue:
    return TestedValue.measured(
        value.model.title,
        cutoff,
        test.vectors.customer_keys,
        test.amounts,
        (found.expected, found.low, found.high),
        value.intervals.says_something(found.expected),
        before,
    )


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
    held = covered(brought, whole("low"), whole("high"), told)
    figures = measure_value(brought, expected) | held
    return {key: figures[key] for key in POOLED} | {"told_share": float(told.mean())}


def _replicates(
    tested: Sequence[TestedValue], names: Sequence[str]
) -> dict[str, dict[Cutoff, Floats]]:
    """Each rung's Gini at each test cutoff, for the same resampled customers."""
    resamples = _resamples(tested)
    found: dict[str, dict[Cutoff, Floats]] = {name: {} for name in names}
    for cutoff in dict.fromkeys(one.cutoff for one in tested):
        mine = [one for one in tested if one.cutoff == cutoff and one.rung in found]
        ginis = _resampled(resamples, mine[0], [one.expected for one in mine])
        for one, gini in zip(mine, ginis, strict=True):
            found[one.rung][cutoff] = gini
    return found


def _resamples(tested: Sequence[TestedValue]) -> Resamples:
    keys = np.concatenate([one.customer_keys for one in tested])
    return Resamples.of(keys, resamples=_RESAMPLES)


def _resampled(resamples: Resamples, test: TestedValue, expected: Sequence[Floats]) -> list[Floats]:
    """The Gini of several expectations of the customers of one test, in each resample."""
    drawn, columns = resamples.drawn, resamples.places(test.customer_keys)
    best = Order.of(test.brought).concentrations(test.brought, drawn, columns)
    return [Order.of(one).concentrations(test.brought, drawn, columns) / best for one in expected]


def _row(
    name: str,
    tested: Sequence[TestedValue],
    replicates: Mapping[str, Mapping[Cutoff, Floats]],
    chosen_by: float,
    ships: bool,
) -> ValueRow:
    mean = _mean(name, tested)
    gini, rate = (
        Resampled(_mean(one, tested)["gini"], np.mean(list(replicates[one].values()), axis=0))
        for one in (name, RATE)
    )
    low, high = gini.ends
    gain, gain_low, gain_high = gini.over(rate)
    ends = {
        "gini_low": low,
        "gini_high": high,
        "gain": gain,
        "gain_low": gain_low,
        "gain_high": gain_high,
        CHOSEN_BY: chosen_by,
    }
    mine = [one for one in tested if one.rung == name]
    return ValueRow(
        name=name,
        figures=finite(mean | _pooled(name, tested) | ends),
        by_cutoff={
            str(one.cutoff): finite({**one.figures, **_ends(replicates[name][one.cutoff])})
            | one.level.as_dict()
            for one in mine
        },
        ships=ships,
    )


def _ends(replicates: Floats) -> dict[str, float]:
    low, high = interval(replicates)
    return {"gini_low": low, "gini_high": high}


def newest_gain(tested: Sequence[TestedValue]) -> dict[str, float]:
    """What a rung gains in Gini by the newest outcomes, over its predecessor on the same customers.

    The mean over its tests, with the ends of the 95 % interval from resampled customers.
    """
    resamples = _resamples(tested)
    gains, drawn = [], []
    for one in tested:
        gains.append(one.figures["gini"] - normalised_gini(one.brought, one.before))
        after, before = _resampled(resamples, one, [one.expected, one.before])
        drawn.append(after - before)
    low, high = interval(np.mean(drawn, axis=0))
    return {
        "newest_gain": float(np.mean(gains)),
        "newest_gain_low": low,
        "newest_gain_high": high,
    }
