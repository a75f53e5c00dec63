"""What the newest labels are worth: a model that learns from them beside its predecessor, which does not.

The predecessor is what shipped before: fitted on all but the newest cutoff, which calibrates it. Both answer the
same customers at every test, and the same customers are drawn again for both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit
from training.families.churn.learning import Learned
from training.ladder.fitting import fit_and_calibrate
from training.ladder.rung import Rung
from training.learners.calibration import calibrate
from training.learners.sorted_scores import SortedScores
from training.measures.intervals import Resamples, interval
from training.measures.metrics import calibration_error, observed_over_expected


@dataclass(frozen=True)
class NewestLabels:
    """The mean gain in AUC over the tests with its 95 % interval, and ECE and O/E at the latest, before and now."""

    rung: str
    tests: int
    gain: float
    low: float
    high: float
    ece_before: float
    ece: float
    level_before: float
    level: float

    @property
    def said(self) -> str:
        """One line for the terminal."""
        return (
            f"  newest labels, {self.rung}: AUC {self.gain:+.4f} [{self.low:+.4f}, {self.high:+.4f}] over "
            f"{self.tests} tests; latest ECE {self.ece_before:.4f} → {self.ece:.4f}, O/E {self.level_before:.3f} → "
            f"{self.level:.3f}"
        )


def newest_labels(learned: Learned, rung: Rung | None = None) -> NewestLabels | None:
    """Measure a rung, that which ships unless named; None for a table without time."""
    chosen = rung or learned.ladder.winner
    splits = [one for one in learned.splits.tests if isinstance(one, OriginSplit)]
    if not splits:
        return None
    answers = [_both(chosen, learned, split) for split in splits]
    tested = [split.test_rows(learned.dataset) for split in splits]
    gains = [
        np.array([_area(test, one) for one in both])
        for test, both in zip(tested, answers, strict=True)
    ]
    drawn = Resamples.of(np.concatenate([one.vectors.customer_keys for one in tested]))
    again = np.mean(
        [_resampled(test, both, drawn) for test, both in zip(tested, answers, strict=True)], axis=0
    )
    mean = np.mean(gains, axis=0)
    latest, (before, now) = tested[0].outcomes, answers[0]
    return NewestLabels(
        chosen.name,
        len(splits),
        float(mean[1] - mean[0]),
        *interval(again),
        calibration_error(latest, before),
        calibration_error(latest, now),
        observed_over_expected(latest, before),
        observed_over_expected(latest, now),
    )


def _both(rung: Rung, learned: Learned, split: OriginSplit) -> tuple[Floats, Floats]:
    """What the predecessor says of the tested, and what the model does."""
    dataset, fitted = learned.dataset, learned.ladder.fitted
    test = split.test_rows(dataset).vectors
    [lesson] = split.lessons(dataset)
    old = fitted.of(rung, lesson.fit)
    curve = calibrate(old.score(lesson.held.vectors), lesson.held.outcomes)
    new = fit_and_calibrate(rung, dataset, split, fitted=fitted)
    return curve.apply(old.score(test)), new.curve.apply(new.model.score(test))


def _area(test: Dataset, probability: Floats) -> float:
    return float(SortedScores.of(test.outcomes, probability).auc(np.ones(test.rows)))


def _resampled(test: Dataset, both: tuple[Floats, Floats], drawn: Resamples) -> Floats:
    before, now = (SortedScores.of(test.outcomes, one) for one in both)
    weights = drawn.weights(test.vectors.customer_keys)
    return np.array([now.auc(one) - before.auc(one) for one in weights])
