"""Rungs fitted and calibrated as splits of the past say, and no model fitted twice."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.datasets.splits import Split
from training.ladder.rung import Rung
from training.learners.calibration import Calibration, calibrate
from training.learners.model import Model
from training.learners.repeated import Repeated


class FittedModels:
    """Models by the rows they were fitted on: what is asked for again, on the very same rows, is not fitted again.

    The model of a test is the predecessor in the test one cutoff later, a blend is made of rungs fitted before, and
    what folds leave out in turn is left out twice. ``fits`` counts what was fitted.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self.threads, self.fits = threads, 0
        self._known: dict[bytes, list[tuple[Rung, Model]]] = defaultdict(list)

    def of(self, rung: Rung, rows: Dataset) -> Model:
        """The rung's model of these rows; ``ModelRefused`` where nothing can be learned from them."""
        return self._of(rung, rows, self._known[_fingerprint(rows)])

    def _of(self, rung: Rung, rows: Dataset, known: list[tuple[Rung, Model]]) -> Model:
        for other, model in known:
            if other == rung:
                return model
        parts = {part.name: self._of(part, rows, known) for part in rung.parts}
        model = rung.fit(rows, threads=self.threads, fitted=parts)
        known.append((rung, model))
        self.fits += not parts
        return model


@dataclass(frozen=True)
class Calibrated:
    """A model fitted on all rows of a split, and the curve that turns its answers into probabilities.

    ``held`` are the customers of the curve, and ``probability`` what models said of them that had not seen them.
    """

    model: Model
    curve: Calibration
    held: Dataset
    probability: Floats


def fit_and_calibrate(
    rung: Rung,
    dataset: Dataset,
    split: Split,
    *,
    fitted: FittedModels,
    over_newest: float = 0.0,
) -> Calibrated:
    """A rung fitted on all that is known at a split's test, and calibrated by its predecessors.

    The shape of the curve is learned from their answers for customers they had not seen. The model has learned from
    these customers and may stand at another level than its predecessors did; so the curve is moved to where it says
    of them, all together, what the predecessors were found to say. From there it is moved to the season of the
    test: ``over_newest`` in log-odds.
    """
    held = split.calibration_rows(dataset)
    model = fitted.of(rung, split.fit_rows(dataset))
    answers = np.concatenate(
        [
            fitted.of(rung, lesson.fit).score(lesson.held.vectors)
            for lesson in split.lessons(dataset)
        ]
    )
    repeated = Repeated(held.vectors.customer_keys, held.vectors.cutoff_seconds)
    learned = calibrate(answers, held.outcomes, repeated=repeated)
    probability = learned.apply(answers)
    curve = learned.levelled(model.score(held.vectors), float(np.mean(probability)))
    return Calibrated(model, curve.shifted(over_newest), held, probability)


def _fingerprint(rows: Dataset) -> bytes:
    """Rows of one dataset are told apart by whom they are about and when, and by what came of them."""
    told = hashlib.blake2b(digest_size=16)
    for column in (rows.vectors.customer_keys, rows.vectors.cutoff_seconds, rows.outcomes):
        told.update(np.ascontiguousarray(column).data)
    return told.digest()
