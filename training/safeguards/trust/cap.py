"""What it costs in quality that trees are kept shallow, so that every customer can be explained.

The boosted rung is fitted and calibrated once more as a free hand would: without a limit of depth, with twice the
leaves, and with settings searched for it anew on what the test may learn from. Both answer the same customers there.
So what narrow settings cost is seen too, whatever made them narrow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.datasets.splits import Split
from training.ladder.fitting import FittedModels, fit_and_calibrate
from training.ladder.ladder import Ladder
from training.ladder.rung import Rung
from training.ladder.tuning import free_settings, search
from training.learners.boosting import BoostedModel
from training.learners.sorted_scores import SortedScores
from training.learners.trees import BoostingSettings
from training.measures.intervals import Resamples, interval
from training.measures.metrics import log_losses

UNCAPPED = replace(BoostingSettings(), depth=-1, leaves=31)
"""Where there are too few customers to search."""


@dataclass(frozen=True)
class CapCost:
    """The capped trees less the free ones, on the same customers, with 95 % intervals.

    ``log_loss`` above zero and ``auc`` below zero are quality given up.
    """

    test: str
    log_loss: float
    log_loss_low: float
    log_loss_high: float
    auc: float
    auc_low: float
    auc_high: float

    @property
    def is_noise(self) -> bool:
        """Whether nothing is given up beyond chance."""
        return self.log_loss_low <= 0.0 and self.auc_high >= 0.0


def cap_cost(
    ladder: Ladder,
    rungs: tuple[Rung, ...],
    dataset: Dataset,
    splits: tuple[Split, ...],
    *,
    threads: int = 1,
) -> CapCost | None:
    """What the cap costs the last boosted one of these rungs in tests of the ladder, all customers together.

    None where none of them is made of boosted trees alone.
    """
    boosted = [rung for rung in rungs if rung.family == BoostedModel.family]
    if not boosted:
        return None
    rung = boosted[-1]
    capped = [
        next(one for one in ladder.of(rung.name) if one.test == split.name) for split in splits
    ]
    free: list[Floats] = []
    for split in splits:
        deepest = replace(rung, settings=_freed(rung, split.fit_rows(dataset), threads))
        found = fit_and_calibrate(deepest, dataset, split, fitted=FittedModels(threads=threads))
        free.append(found.curve.apply(found.model.score(split.test_rows(dataset).vectors)))
    return _compared(
        ", ".join(split.name for split in splits),
        np.concatenate([one.customer_keys for one in capped]),
        np.concatenate([one.outcomes for one in capped]),
        np.concatenate([one.probability for one in capped]),
        np.concatenate(free),
    )


def _freed(rung: Rung, dataset: Dataset, threads: int) -> BoostingSettings:
    """The settings a free hand would take for these rows."""
    found = search(rung, dataset, free_settings(len(rung.feature_names)), threads=threads)
    return UNCAPPED if found is None else found.settings


def _compared(
    test: str, keys: np.ndarray, outcomes: Floats, capped: Floats, free: Floats
) -> CapCost:
    losses = log_losses(outcomes, capped) - log_losses(outcomes, free)
    rankings = [SortedScores.of(outcomes, one) for one in (capped, free)]

    def gap(weights: Floats) -> tuple[float, float]:
        areas = [one.auc(weights) for one in rankings]
        return float(weights @ losses / max(weights.sum(), 1.0)), areas[0] - areas[1]

    loss, area = gap(np.ones(len(outcomes)))
    drawn = [gap(weights) for weights in Resamples.of(keys).weights(keys)]
    lows = [interval(np.array(one)) for one in zip(*drawn, strict=True)]
    return CapCost(test, loss, *lows[0], area, *lows[1])
