"""Every rung at every test cutoff, with intervals, and the rung that ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from training.datasets.dataset import Dataset
from training.datasets.splits import Split, Splits
from training.ladder.choice import Replicates, climbed
from training.ladder.fitting import Calibrated, FittedModels, fit_and_calibrate
from training.ladder.measured import MEASURES, MeasuredRung, measured_rungs
from training.ladder.rung import Rung
from training.ladder.seasons.levels import NO_SEASONS, SeasonLevels
from training.ladder.tested import Tested, whole_tests
from training.measures.intervals import Resampled, finite
from training.measures.levels import HeldLevel, HeldLevels
from training.measures.metrics import measure


@dataclass(frozen=True)
class LadderRow:
    """One rung over all test cutoffs: mean figures, the AUC's interval, the gain over the best rule.

    ``gain`` is the paired difference in AUC to ``rule``, the best of the rules that need no learning,
    its interval from the same resampled customers. Figures are means over the test cutoffs, those of calibration are of all tested customers
    together; ``auc_by_cutoff`` and ``by_cutoff``, the levels, tell the cutoffs apart. ``at_reserved`` has the same
    figures at the latest test alone, by which nothing was chosen; it is empty where none is reserved.
    """

    name: str
    explained: str
    rule: str
    figures: Mapping[str, float | None]
    auc_low: float
    auc_high: float
    gain: float
    gain_low: float
    gain_high: float
    auc_by_cutoff: Mapping[str, float | None]
    ships: bool
    is_rule: bool
    by_cutoff: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    at_reserved: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The row as plain fields."""
        ends = {
            "auc_low": self.auc_low,
            "auc_high": self.auc_high,
            "gain": self.gain,
            "gain_low": self.gain_low,
            "gain_high": self.gain_high,
        }
        return {
            "name": self.name,
            "explained": self.explained,
            "rule": self.rule,
            **self.figures,
            **finite(ends),
            "auc_by_cutoff": dict(self.auc_by_cutoff),
            "by_cutoff": {test: dict(one) for test, one in self.by_cutoff.items()},
            "at_reserved": dict(self.at_reserved),
            "ships": self.ships,
        }


@dataclass(frozen=True)
class Ladder:
    """The whole ladder: its rows, the rung that ships and everything that was tested.

    ``oldest`` has each rung's model and curve of the earliest test, to see how it ages; ``rungs`` and
    ``replicates`` are what it was chosen by, and ``passed_over`` says of rungs why they do not ship. ``reported`` is
    each rung's AUC at the reserved test, over all tests where none is; ``fitted`` keeps every model.
    """

    rows: tuple[LadderRow, ...]
    winner: Rung
    tested: tuple[Tested, ...]
    oldest: Mapping[str, Calibrated] = field(default_factory=dict)
    rungs: tuple[Rung, ...] = ()
    replicates: Mapping[str, Replicates] = field(default_factory=dict)
    passed_over: Mapping[str, str] = field(default_factory=dict)
    reported: Mapping[str, Resampled] = field(default_factory=dict)
    fitted: FittedModels = field(default_factory=FittedModels, repr=False, compare=False)

    def passing_over(self, why: str) -> Ladder | None:
        """The same ladder without the rung that ships, which is kept out; None where no other tells who leaves."""
        passed_over = {**self.passed_over, self.winner.name: why}
        left = [rung for rung in self.rungs if rung.name not in passed_over]
        winner = climbed(left, self.replicates, MEASURES) if left else None
        if winner is None or winner is self.rungs[0]:
            return None
        rows = tuple(replace(row, ships=row.name == winner.name) for row in self.rows)
        return replace(self, rows=rows, winner=winner, passed_over=passed_over)

    @property
    def winning_row(self) -> LadderRow:
        """The row of the rung that ships."""
        return next(row for row in self.rows if row.ships)

    @property
    def leads(self) -> dict[str, dict[str, float | None]]:
        """How much higher the AUC of the rung that ships is than each other's, on the same customers, with 95 % ends.

        By fits of which none had seen the outcomes they are tested on.
        """
        found = {}
        for name, other in self.reported.items():
            lead, low, high = self.reported[self.winner.name].over(other)
            found[name] = finite({"auc": lead, "auc_low": low, "auc_high": high})
        return found

    def of(self, name: str) -> tuple[Tested, ...]:
        """What one rung answered, at each test cutoff, the latest first."""
        return tuple(one for one in self.tested if one.rung == name)


def climb(
    dataset: Dataset,
    splits: Splits,
    rungs: Sequence[Rung],
    *,
    seasons: SeasonLevels = NO_SEASONS,
    threads: int = 1,
    progress: Progress = silent,
) -> Ladder:
    """Fit, calibrate and test every rung at every test cutoff, and choose the one that ships.

    Every rung's level is moved to the season of its test. The reserved test takes no part in the choice. The first rung
    looks at nobody. Raises ``ModelRefused`` when no other tells who leaves better than this base rate does.
    """
    tested: list[Tested] = []
    oldest: dict[str, Calibrated] = {}
    fitted = FittedModels(threads=threads)
    total = len(splits.tests) * len(rungs)
    for split in splits.tests:
        for rung in rungs:
            progress("testing the ladder", len(tested), total)
            oldest[rung.name] = fit_and_calibrate(
                rung, dataset, split, fitted=fitted, over_newest=seasons.over_newest(split)
            )
            tested.append(_tested(rung.name, dataset, split, oldest[rung.name]))
    progress("testing the ladder", total, total)
    measured = measured_rungs(tested, rungs)
    choosing = [split.name for split in splits.choosing]
    replicates = {one.rung.name: one.replicates(choosing) for one in measured}
    winner = climbed(rungs, replicates, MEASURES)
    if winner is rungs[0]:
        raise _nothing_learned(measured, choosing)
    tests = [split.name for split in splits.tests]
    reserved = "" if splits.reserved is None else splits.reserved.name
    reported = [reserved] if reserved else choosing
    return Ladder(
        tuple(
            replace(row, by_cutoff=seasons.with_season_seen(row.by_cutoff))
            for row in _rows(measured, tests, choosing, reserved, winner.name)
        ),
        winner,
        tuple(tested),
        oldest,
        tuple(rungs),
        replicates,
        reported={one.rung.name: one.auc(reported) for one in measured},
        fitted=fitted,
    )


def laid_again(
    tested: Sequence[Tested],
    rungs: Sequence[Rung],
    ships: str,
    *,
    choosing: Sequence[str],
    reserved: str,
) -> Ladder:
    """The ladder as it follows from what was tested alone, without any model, for the rung that ships by its name.

    ``choosing`` and ``reserved`` name the tests that chose, and the one that did not; empty where there is none.
    """
    measured = measured_rungs(tested, rungs)
    tests = list(dict.fromkeys(one.test for one in tested))
    return Ladder(
        _rows(measured, tests, choosing, reserved, ships),
        next(rung for rung in rungs if rung.name == ships),
        tuple(tested),
        rungs=tuple(rungs),
        replicates={one.rung.name: one.replicates(choosing) for one in measured},
        reported={one.rung.name: one.auc([reserved] if reserved else choosing) for one in measured},
    )


def _tested(name: str, dataset: Dataset, split: Split, model: Calibrated) -> Tested:
    test = split.test_rows(dataset)
    probability = model.curve.apply(model.model.score(test.vectors))
    return Tested(
        name,
        split.name,
        test.vectors.customer_keys,
        test.outcomes,
        probability,
        measure(test.outcomes, probability),
        test.vectors.cutoff_seconds,
    )


def _rows(
    measured: Sequence[MeasuredRung],
    tests: Sequence[str],
    choosing: Sequence[str],
    reserved: str,
    ships: str,
) -> tuple[LadderRow, ...]:
    """A row a rung; the best rule is chosen like a rung, by the tests that choose, of equals the simplest."""
    rules = [one for one in measured if one.rung.is_rule]
    rule = max(rules, key=lambda one: one.auc(choosing).figure)
    return tuple(_row(one, rule, tests, reserved, ships) for one in measured)


def _row(
    mine: MeasuredRung, rule: MeasuredRung, tests: Sequence[str], reserved: str, ships: str
) -> LadderRow:
    ends, by_cutoff = _ends(mine, rule, tests), _levels(mine.tested).as_dict()
    at_reserved: dict[str, Any] = {}
    if reserved:
        figures = {**mine.at(reserved).figures, **_ends(mine, rule, [reserved])}
        by_chance = by_cutoff[reserved]["ece_by_chance"]
        at_reserved = {"test": reserved, **finite(figures), "ece_by_chance": by_chance}
    return LadderRow(
        name=mine.rung.name,
        explained=mine.rung.explained,
        rule=rule.rung.name,
        figures=finite(mine.figures(tests)),
        **ends,
        auc_by_cutoff=finite({one.test: one.figures["auc"] for one in mine.tested}),
        ships=mine.rung.name == ships,
        is_rule=mine.rung.is_rule,
        by_cutoff=by_cutoff,
        at_reserved=at_reserved,
    )


def _ends(mine: MeasuredRung, rule: MeasuredRung, tests: Sequence[str]) -> dict[str, float]:
    """The interval of the AUC over some tests, and the gain over the rule with its interval."""
    auc = mine.auc(tests)
    low, high = auc.ends
    gain, gain_low, gain_high = auc.over(rule.auc(tests))
    return {
        "auc_low": low,
        "auc_high": high,
        "gain": gain,
        "gain_low": gain_low,
        "gain_high": gain_high,
    }


def _levels(tested: Sequence[Tested]) -> HeldLevels:
    """How the level held at each test; folds are one, but for the cutoffs that customers stand at."""
    whole = whole_tests(tested)
    return HeldLevels.of(
        [HeldLevel.of_chances(one.name, one.outcomes, one.probability) for one in whole]
    )


def _nothing_learned(measured: Sequence[MeasuredRung], choosing: Sequence[str]) -> ModelRefused:
    best = max((one.auc(choosing).figure, one.rung.name) for one in measured)
    return ModelRefused(
        expected="behaviour that tells customers who leave from customers who stay",
        found=f"nothing better than the base rate beyond chance; best was {best[1]} "
        f"with an AUC of {best[0]:.3f}",
        remedy="Add more history or more customers, or choose another horizon_days in [churn].",
    )
