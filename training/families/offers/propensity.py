"""How likely a customer takes an offer: one model of all offers, brought to the right level for each.

The level of an offer is its own only as far as it was shown: by so many acceptances beside two hundred, and
not at all before fifty took it and fifty did not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.datasets.lots import dealt
from training.families.offers.uplift.experiment import FOLDS
from training.ladder.rung import Rung
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.calibration import Calibration, calibrate, logit, sigmoid
from training.learners.logistic import LogisticModel
from training.learners.model import Model

FEWEST_OF_EITHER = 50
"""Below so many takers, or as many others, an offer has no level of its own."""
SHRUNK_BY = 200.0
"""So many acceptances of its own weigh as much as all offers together."""
_MOST_SHIFT = 3.0
PROPENSITY_FILE = "propensity.json"
_FAMILIES: Mapping[str, type[Model]] = {
    one.family: one for one in (LogisticModel, BoostedModel, BlendedModel)
}


@dataclass(frozen=True)
class Propensity:
    """A model with its curve; ``shifts`` is what each offer's level is from that of all, in log-odds."""

    model: Model
    calibration: Calibration
    shifts: Floats

    @classmethod
    def fit(
        cls,
        rung: Rung,
        dataset: Dataset,
        offers: NDArray[np.integer],
        catalogue: int,
        *,
        threads: int = 1,
    ) -> Self:
        """Fit on all rows; the curve and the levels are learned from customers a model had not seen."""
        model = rung.fit(dataset, threads=threads)
        fold = dealt(dataset.vectors.customer_keys, 0) % FOLDS
        scores = np.zeros(dataset.rows)
        for one in range(FOLDS):
            held = fold == one
            apart = rung.fit(dataset.select(~held), threads=threads, rounds=model.rounds or None)
            scores[held] = apart.score(dataset.vectors.select(held))
        # A sigmoid alone: steps would put many customers level, and offers are told apart by order.
        calibration = calibrate(scores, dataset.outcomes, isotonic_from=dataset.rows + 1)
        level = logit(calibration.apply(scores))
        return cls(model, calibration, own_levels(level, dataset.outcomes, offers, catalogue))

    def log_odds(
        self, vectors: Vectors, offers: NDArray[np.integer], *, threads: int = 1
    ) -> Floats:
        """The calibrated log-odds that each customer takes the offer of their row; -1 is one of the level of all."""
        positions = self.model.columns.positions(vectors.feature_names)
        prepared = self.model.columns.prepare(vectors.values, positions)
        raw = self.model.log_odds(prepared, threads=threads)
        return np.asarray(logit(self.calibration.apply(raw)) + np.append(self.shifts, 0.0)[offers])

    def to_files(self) -> dict[str, bytes]:
        """The model's files, and the rest as JSON."""
        told = {
            "family": self.model.family,
            "calibration": json.loads(self.calibration.to_bytes()),
            "shifts": self.shifts.tolist(),
        }
        return self.model.to_files() | {PROPENSITY_FILE: json.dumps(told).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The propensity read back; the bytes must have been verified."""
        told = json.loads(files[PROPENSITY_FILE])
        family = _FAMILIES[told["family"]]
        return cls(
            family.from_files({name: files[name] for name in family.files}),
            Calibration.from_dict(told["calibration"]),
            np.array(told["shifts"], np.float64),
        )


def own_levels(
    log_odds: Floats, outcomes: Floats, offers: NDArray[np.integer], catalogue: int
) -> Floats:
    """By how much each offer is taken more often than its customers' log-odds say, as far as that is known.

    >>> own_levels(np.zeros(400), np.repeat([1.0, 0.0], [300, 100]), np.zeros(400, np.int64), 2).round(3)
    array([0.659, 0.   ])
    """
    found = np.zeros(catalogue)
    for offer in np.unique(offers):
        mine = offers == offer
        taken, shown = float(outcomes[mine].sum()), int(mine.sum())
        if min(taken, shown - taken) < FEWEST_OF_EITHER:
            continue
        shift = 0.0
        for _ in range(50):
            chance = sigmoid(log_odds[mine] + shift)
            step = (taken - chance.sum()) / max(float((chance * (1 - chance)).sum()), 1e-9)
            shift = float(np.clip(shift + np.clip(step, -1, 1), -_MOST_SHIFT, _MOST_SHIFT))
            if abs(step) < 1e-10:
                break
        found[offer] = round(shift * taken / (taken + SHRUNK_BY), 9)
    return found
