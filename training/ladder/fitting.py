"""A rung fitted and calibrated as a split of the past says."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from training.datasets.dataset import Dataset
from training.datasets.splits import Split
from training.ladder.rung import Rung
from training.learners.calibration import Calibration, calibrate
from training.learners.model import Model


class Fitted(defaultdict[int, dict[str, Model]]):
    """The models of one split by their rung: those of the split itself at 0, those of its lessons from 1 on."""


def fit_and_calibrate(
    rung: Rung,
    dataset: Dataset,
    split: Split,
    *,
    threads: int,
    fitted: Fitted | None = None,
) -> tuple[Model, Calibration, Dataset]:
    """A rung fitted and calibrated as a split says: the model, its curve and the customers of the curve.

    ``fitted`` keeps what earlier rungs were fitted to on this split, so that a blend need not fit its
    parts again.
    """
    kept = Fitted(dict) if fitted is None else fitted

    def fit(rows: Dataset, place: int) -> Model:
        kept[place][rung.name] = rung.fit(rows, threads=threads, fitted=kept[place])
        return kept[place][rung.name]

    later = split.calibration_rows(dataset)
    model = fit(split.fit_rows(dataset), 0)
    if not split.is_crosswise:
        return model, calibrate(model.score(later.vectors), later.outcomes), later
    scores = [
        fit(lesson.fit, place).score(lesson.held.vectors)
        for place, lesson in enumerate(split.lessons(dataset), start=1)
    ]
    return model, calibrate(np.concatenate(scores), later.outcomes), later
