"""What one rung answered at all tests, with the same figures of resampled customers beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.vocabulary.arrays import Floats
from training.ladder.choice import Measure, Replicates
from training.ladder.rung import Rung
from training.ladder.tested import Tested
from training.learners.sorted_scores import SortedScores
from training.measures.intervals import Resampled, Resamples, mean_figures
from training.measures.metrics import calibration_error_by_chance, log_losses, measure

POOLED = ("ece", "observed_over_expected", "calibration_slope")

AUC = Measure("auc", tie=0.002)
LOG_LOSS = Measure("log_loss", tie=math.inf, is_better_when_larger=False)
"""Alone it never makes a list better that chance could explain: a list is made by the order."""
MEASURES = (AUC, LOG_LOSS)


@dataclass(frozen=True)
class MeasuredRung:
    """One rung with its answers at every test, the latest first, and resampled figures by the name of the test."""

    rung: Rung
    tested: tuple[Tested, ...]
    resampled: Mapping[str, Replicates]

    def at(self, test: str) -> Tested:
        """What it answered at one test."""
        return next(one for one in self.tested if one.test == test)

    def figures(self, tests: Sequence[str]) -> dict[str, float]:
        """Figures over some tests: calibration over everybody at once, the others as means.

        Ten bins of one cutoff's customers are often too small to tell a wrong probability from chance. Opposite errors
        cancel in them, so that the gate and the words go by each test.
        """
        chosen = [one for one in self.tested if one.test in tests]
        probability = np.concatenate([one.probability for one in chosen])
        pooled = measure(np.concatenate([one.outcomes for one in chosen]), probability)
        return {
            **mean_figures([one.figures for one in chosen]),
            **{name: pooled[name] for name in POOLED},
            "ece_by_chance": calibration_error_by_chance(probability),
        }

    def replicates(self, tests: Sequence[str]) -> Replicates:
        """Each measure of resampled customers, as means over some tests."""
        return {
            one.name: np.mean([self.resampled[test][one.name] for test in tests], axis=0)
            for one in MEASURES
        }

    def auc(self, tests: Sequence[str]) -> Resampled:
        """The mean AUC over some tests, with its replicates."""
        chosen = [one.figures for one in self.tested if one.test in tests]
        return Resampled(mean_figures(chosen)[AUC.name], self.replicates(tests)[AUC.name])


def measured_rungs(tested: Sequence[Tested], rungs: Sequence[Rung]) -> list[MeasuredRung]:
    """Every rung with the same resampled customers at every test, so that differences are paired."""
    drawn = Resamples.of(np.concatenate([one.customer_keys for one in tested]))
    found = []
    for rung in rungs:
        mine = tuple(one for one in tested if one.rung == rung.name)
        found.append(MeasuredRung(rung, mine, {one.test: _resampled(one, drawn) for one in mine}))
    return found


def _resampled(tested: Tested, drawn: Resamples) -> Replicates:
    ranking = SortedScores.of(tested.outcomes, tested.probability)
    losses = log_losses(tested.outcomes, tested.probability)
    auc: Floats = np.empty(len(drawn.drawn))
    loss: Floats = np.empty(len(drawn.drawn))
    for row, weights in enumerate(drawn.weights(tested.customer_keys)):
        auc[row] = ranking.auc(weights)
        loss[row] = weights @ losses / max(weights.sum(), 1.0)
    return {AUC.name: auc, LOG_LOSS.name: loss}
