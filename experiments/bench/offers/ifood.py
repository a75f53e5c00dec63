"""Who takes the pilot's offer: iFood's 2,240 customers on one day, cross-validated over customers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.datasets.lots import dealt
from training.families.offers.propensity import Propensity
from training.ladder.rung import Rung
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.calibration import sigmoid
from training.learners.logistic import LogisticModel
from training.learners.sorted_scores import SortedScores
from training.learners.trees import BoostingSettings
from training.measures.intervals import customer_resamples, interval
from training.measures.metrics import auc, calibration_error

FOLDS, ROUNDS = 10, 3
_AS_OF = pd.Timestamp("2014-07-01")
_TREES = BoostingSettings(
    leaves=7, depth=4, learning_rate=0.03, feature_fraction=0.3, rounds_untested=300
)


@dataclass(frozen=True)
class Pilot:
    """The AUC and ECE of what ships, the AUC of the logistic model, and the difference with its interval."""

    auc: float
    logistic_auc: float
    gain: float
    gain_low: float
    gain_high: float
    ece: float


def ifood(data: Path) -> Dataset:
    """Customers with what was known before the pilot; the outcome is that they took it."""
    frame = pd.read_csv(data / "ifood_campaigns" / "ml_project1_data.csv")
    columns = {
        name: frame[name].to_numpy(np.float32)
        for name in frame.columns
        if name not in ("ID", "Response", "Dt_Customer", "Education", "Marital_Status")
        and not name.startswith("Z_")
    }
    columns["tenure_days"] = (
        (_AS_OF - pd.to_datetime(frame.Dt_Customer)).dt.days.to_numpy().astype(np.float32)
    )
    spent = frame.filter(like="Mnt").sum(axis=1)
    columns["spent"] = spent.to_numpy(np.float32)
    columns["offers_taken_before"] = (
        frame.filter(like="AcceptedCmp").sum(axis=1).to_numpy(np.float32)
    )
    columns["has_partner"] = frame.Marital_Status.isin(["Married", "Together"]).to_numpy(np.float32)
    for value in sorted(frame.Education.unique()):
        columns[f"education_{value}"] = (frame.Education == value).to_numpy(np.float32)
    values = np.stack(list(columns.values()), axis=1)
    keys = np.arange(len(frame), dtype=np.int32)
    vectors = Vectors("ifood", tuple(columns), keys, np.zeros(len(keys), np.int64), values)
    return Dataset(vectors, frame.Response.to_numpy(np.float64))


def pilot(data: Path) -> Pilot:
    """Each customer is answered for by models that have not seen them, three times over ten folds."""
    dataset = ifood(data)
    names = dataset.vectors.feature_names
    line = Rung("line", LogisticModel.family, names, "", strength=1.0)
    trees = Rung("trees", BoostedModel.family, names, "", settings=_TREES)
    both = Rung("both", BlendedModel.family, names, "", parts=(line, trees))
    said = {rung.name: _apart(dataset, rung) for rung in (line, both)}
    outcomes = dataset.outcomes
    rankings = {name: SortedScores.of(outcomes, one) for name, one in said.items()}
    drawn = customer_resamples(dataset.rows)
    gains = [rankings["both"].auc(row) - rankings["line"].auc(row) for row in drawn.astype(float)]
    low, high = interval(np.array(gains))
    return Pilot(
        auc(outcomes, said["both"]),
        auc(outcomes, said["line"]),
        auc(outcomes, said["both"]) - auc(outcomes, said["line"]),
        low,
        high,
        calibration_error(outcomes, said["both"]),
    )


def _apart(dataset: Dataset, rung: Rung) -> Floats:
    total = np.zeros(dataset.rows)
    one_offer = np.zeros(dataset.rows, np.int64)
    for number in range(ROUNDS):
        fold = dealt(dataset.vectors.customer_keys, 100 + number) % FOLDS
        for one in range(FOLDS):
            held = fold == one
            fitted = Propensity.fit(rung, dataset.select(~held), one_offer[~held], 1)
            total[held] += sigmoid(fitted.log_odds(dataset.vectors.select(held), one_offer[held]))
    return total / ROUNDS
