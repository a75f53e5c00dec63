"""Whom an e-mail changes: Hillstrom's experiment, both e-mails against none, twenty random halves each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.families.offers.uplift.choice import choose
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.pair import effect_of
from training.families.offers.uplift.qini import effect_at, qini
from training.learners.logistic import LogisticModel

WOMENS, MENS = "Womens E-Mail", "Mens E-Mail"
HALVES = 20
_NUMBERS = ("recency", "history", "mens", "womens", "newbie")
_TEXTS = ("zip_code", "channel")


@dataclass(frozen=True)
class Halves:
    """The Qini of each half's other half, of what was chosen and of a ranking by risk, and what was chosen."""

    chosen: Floats
    risk: Floats
    at_30_percent: Floats
    taken: Mapping[str, int]


def hillstrom(data: Path, arm: str) -> Dataset:
    """The customers of one e-mail and of none; the outcome is a visit within two weeks."""
    frame = pq.read_table(data / "hillstrom_email" / "hillstrom.parquet").to_pandas()
    frame = frame[frame.segment.isin([arm, "No E-Mail"])]
    columns = {name: frame[name].to_numpy(np.float32) for name in _NUMBERS}
    for name in _TEXTS:
        for value in sorted(frame[name].unique()):
            columns[f"{name}_{value}"] = (frame[name] == value).to_numpy(np.float32)
    keys = frame.index.to_numpy(np.int32)
    values = np.stack(list(columns.values()), axis=1)
    vectors = Vectors("hillstrom", tuple(columns), keys, np.zeros(len(keys), np.int64), values)
    return Dataset(
        vectors,
        frame["visit"].to_numpy(np.float64),
        (frame["segment"] == arm).to_numpy(),
    )


def halves(data: Path, arm: str, *, most: int = HALVES) -> Halves:
    """Choose and learn on one half, judge on the other; the same procedure for either e-mail."""
    dataset = hillstrom(data, arm)
    chosen, risk, at, taken = [], [], [], Counter[str]()
    for seed in range(most):
        order = np.random.default_rng(seed).permutation(dataset.rows)
        learned, asked = np.array_split(order, 2)
        experiment = Experiment.of(dataset.select(learned))
        found = choose(experiment)
        taken[found.pair.name] += 1
        other = dataset.select(asked)
        assert other.treated is not None
        scores = effect_of(found.pair.log_odds(other.vectors))
        chosen.append(qini(other.outcomes, scores, other.treated))
        at.append(effect_at(other.outcomes, scores, other.treated))
        # Who is least likely to visit is at the highest risk.
        stays = LogisticModel.fit(experiment.dataset).score(other.vectors)
        risk.append(qini(other.outcomes, -stays, other.treated))
    return Halves(np.array(chosen), np.array(risk), np.array(at), taken)
