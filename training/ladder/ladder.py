"""Every rung at every test cutoff, with intervals, and the rung that ships."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from training.datasets.dataset import Dataset
from training.datasets.splits import Split, Splits
from training.ladder.choice import Measure, Replicates, climbed
from training.ladder.fitting import Fitted, fit_and_calibrate
from training.ladder.rung import Rung
from training.ladder.tested import Tested, whole_tests
from training.learners.calibration import Calibration
from training.learners.model import Model
from training.learners.sorted_scores import SortedScores
from training.measures.intervals import Resampled, Resamples, finite, mean_figures
from training.measures.levels import HeldLevel, HeldLevels
from training.measures.metrics import calibration_error_by_chance, log_losses, measure
from training.seasons.levels import NO_SEASONS, SeasonLevels

POOLED = ("ece", "observed_over_expected", "calibration_slope")

AUC = Measure("auc", tie=0.002)
LOG_LOSS = Measure("log_loss", tie=math.inf, is_better_when_larger=False)
"""Alone it never makes a list better that chance could explain: a list is made by the order."""
MEASURES = (AUC, LOG_LOSS)


@dataclass(frozen=True)
class LadderRow:
    """One rung over all test cutoffs: mean figures, the AUC's interval, the gain over the best rule.

    ``gain`` is the paired difference in AUC to ``rule``, the best of the rules that need no learning,
    its interval from the same resampled customers. Figures are means over the test cutoffs, those of calibration are of all tested customers
    together; ``auc_by_cutoff`` and ``by_cutoff``, the levels, tell the cutoffs apart.
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
            "ships": self.ships,
        }


@dataclass(frozen=True)
class Ladder:
    """The whole ladder: its rows, the rung that ships and everything that was tested.

    ``oldest`` has each rung's model and curve of the earliest test, to see how it ages; ``rungs`` and
    ``replicates`` are what it was chosen by, and ``passed_over`` says of rungs why they do not ship.
    """

    rows: tuple[LadderRow, ...]
    winner: Rung
    tested: tuple[Tested, ...]
    oldest: Mapping[str, tuple[Model, Calibration]] = field(default_factory=dict)
    rungs: tuple[Rung, ...] = ()
    replicates: Mapping[str, Replicates] = field(default_factory=dict)
    passed_over: Mapping[str, str] = field(default_factory=dict)

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

    Every rung's level is moved to the season of its test. The first rung looks at nobody. Raises ``ModelRefused`` when no other tells who leaves better than
    this base rate does.
    """
    tested: list[Tested] = []
    oldest: dict[str, tuple[Model, Calibration]] = {}
    total = len(splits.tests) * len(rungs)
    for split in splits.tests:
        fitted = Fitted(dict)
        for rung in rungs:
            progress("testing the ladder", len(tested), total)
            over_newest = seasons.over_newest(split)
            found, oldest[rung.name] = _test(rung, dataset, split, over_newest, threads, fitted)
            tested.append(found)
    progress("testing the ladder", total, total)
    replicates = _replicates(tested, rungs)
    winner = climbed(rungs, replicates, MEASURES)
    if winner is rungs[0]:
        raise _nothing_learned(tested, rungs)
    rule = _best_rule(tested, rungs)
    rows = (_row(rung, tested, replicates, rule, rung.name == winner.name) for rung in rungs)
    rows = tuple(replace(row, by_cutoff=seasons.told(row.by_cutoff)) for row in rows)
    return Ladder(rows, winner, tuple(tested), oldest, tuple(rungs), replicates)


def _test(
    rung: Rung, dataset: Dataset, split: Split, over_newest: float, threads: int, fitted: Fitted
) -> tuple[Tested, tuple[Model, Calibration]]:
    """Test one rung, and keep its models among those fitted on this split; the test, model and curve."""
    model, calibration, _ = fit_and_calibrate(rung, dataset, split, threads=threads, fitted=fitted)
    calibration = calibration.shifted(over_newest)
    test = split.test_rows(dataset)
    probability = calibration.apply(model.score(test.vectors))
    found = Tested(
        rung.name,
        split.name,
        test.vectors.customer_keys,
        test.outcomes,
        probability,
        measure(test.outcomes, probability),
    )
    return found, (model, calibration)


def _replicates(tested: Sequence[Tested], rungs: Sequence[Rung]) -> dict[str, Replicates]:
    """The same resampled customers for every rung and cutoff, so that differences are paired."""
    drawn = Resamples.of(np.concatenate([one.customer_keys for one in tested]))
    found: dict[str, Replicates] = {}
    for rung in rungs:
        pairs = [_resampled(one, drawn) for one in tested if one.rung == rung.name]
        found[rung.name] = {
            AUC.name: np.mean([auc for auc, _ in pairs], axis=0),
            LOG_LOSS.name: np.mean([loss for _, loss in pairs], axis=0),
        }
    return found


def _resampled(tested: Tested, drawn: Resamples) -> tuple[Floats, Floats]:
    ranking = SortedScores.of(tested.outcomes, tested.probability)
    losses = log_losses(tested.outcomes, tested.probability)
    auc, loss = np.empty(len(drawn.drawn)), np.empty(len(drawn.drawn))
    for row, weights in enumerate(drawn.weights(tested.customer_keys)):
        auc[row] = ranking.auc(weights)
        loss[row] = weights @ losses / max(weights.sum(), 1.0)
    return auc, loss


def _row(
    rung: Rung,
    tested: Sequence[Tested],
    replicates: Mapping[str, Replicates],
    rule: str,
    ships: bool,
) -> LadderRow:
    mine = [one for one in tested if one.rung == rung.name]
    figures = _together(mine)
    auc = Resampled(figures["auc"], replicates[rung.name][AUC.name])
    low, high = auc.ends
    gain, gain_low, gain_high = auc.over(
        Resampled(_mean_auc(tested, rule), replicates[rule][AUC.name])
    )
    return LadderRow(
        name=rung.name,
        explained=rung.explained,
        rule=rule,
        figures=finite(figures),
        auc_low=low,
        auc_high=high,
        gain=gain,
        gain_low=gain_low,
        gain_high=gain_high,
        auc_by_cutoff=finite({one.test: one.figures["auc"] for one in mine}),
        ships=ships,
        is_rule=rung.is_rule,
        by_cutoff=_levels(mine).as_dict(),
    )


def _levels(tested: Sequence[Tested]) -> HeldLevels:
    """How the level held at each test; the folds of a round are one, for no time lies between them."""
    whole = whole_tests(tested)
    return HeldLevels.of(
        [HeldLevel.of_chances(one.name, one.outcomes, one.probability) for one in whole]
    )


def _together(tested: Sequence[Tested]) -> dict[str, float]:
    """Figures over all test cutoffs: calibration over everybody at once, the others as means.

    Ten bins of one cutoff's customers are often too small to tell a wrong probability from chance. Opposite errors
    cancel in them, so that the gate and the words go by each test.
    """
    probability = np.concatenate([one.probability for one in tested])
    pooled = measure(np.concatenate([one.outcomes for one in tested]), probability)
    return {
        **mean_figures([one.figures for one in tested]),
        **{name: pooled[name] for name in POOLED},
        "ece_by_chance": calibration_error_by_chance(probability),
    }


def _mean_auc(tested: Sequence[Tested], name: str) -> float:
    return mean_figures([one.figures for one in tested if one.rung == name])["auc"]


def _best_rule(tested: Sequence[Tested], rungs: Sequence[Rung]) -> str:
    """The rule that needs no learning with the highest mean AUC; of equals the simplest."""
    rules = [rung.name for rung in rungs if rung.is_rule]
    return max(rules, key=lambda name: _mean_auc(tested, name))


def _nothing_learned(tested: Sequence[Tested], rungs: Sequence[Rung]) -> ModelRefused:
    best = max((_mean_auc(tested, rung.name), rung.name) for rung in rungs)
    return ModelRefused(
        expected="behaviour that tells customers who leave from customers who stay",
        found=f"nothing better than the base rate beyond chance; best was {best[1]} "
        f"with an AUC of {best[0]:.3f}",
        remedy="Add more history or more customers, or choose another horizon_days in [churn].",
    )
