"""How a model ages: days counted from what it was taught, and its figures beside those of a fresh one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.vocabulary.time import Cutoff, Horizon
from tests.training.answers import answered, ladder_of
from tests.training.companies import dataset
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit, Splits
from training.families.churn.evaluation.decay import decay
from training.ladder.fitting import Calibrated
from training.learners.calibration import calibrate
from training.learners.logistic import LogisticModel
from training.measures.metrics import auc

DAYS = [Cutoff(day * 86_400) for day in (100, 200, 300, 400, 500)]
LEFT, RIGHT = [1.0, 0.0], [0.9, 0.1]


def at_five_cutoffs() -> Dataset:
    made = dataset(500)
    cutoffs = np.repeat([one.seconds for one in DAYS], 100).astype(np.int64)
    return replace(made, vectors=replace(made.vectors, cutoff_seconds=cutoffs))


def test_age_counts_from_the_end_of_what_was_learned_to_each_test() -> None:
    """Fitted and calibrated at day 200 over 60 days: 40 days old at day 300, and 240 at day 500."""
    data = at_five_cutoffs()
    splits = Splits(
        horizon=Horizon(60),
        tests=(
            OriginSplit((DAYS[1], DAYS[2]), DAYS[3], DAYS[4]),
            OriginSplit((DAYS[0], DAYS[1]), DAYS[2], DAYS[3]),
            OriginSplit((DAYS[0],), DAYS[1], DAYS[2]),
        ),
        shipped=OriginSplit((DAYS[3],), DAYS[4], None),
        cutoffs=tuple(DAYS),
        said="",
    )
    old = LogisticModel.fit(data.at(DAYS[0].seconds))
    curve = calibrate(
        old.score(data.at(DAYS[1].seconds).vectors), data.at(DAYS[1].seconds).outcomes
    )
    fresh = [answered("model", LEFT, RIGHT, test=str(one)) for one in DAYS[2:]]
    ladder = replace(
        ladder_of("model", *fresh), oldest={"model": Calibrated(old, curve, data, np.zeros(0))}
    )
    rows = decay(ladder, data, splits)
    assert [(one.cutoff, one.age_days, one.customers) for one in rows] == [
        (DAYS[2], 40, 100),
        (DAYS[3], 140, 100),
        (DAYS[4], 240, 100),
    ]
    for one in rows:
        asked = data.at(one.cutoff.seconds)
        chance = curve.apply(old.score(asked.vectors))
        assert one.auc == pytest.approx(auc(asked.outcomes, chance)) and one.auc_fresh == 1.0
        expected = asked.outcomes.sum() / chance.sum()
        assert one.observed_over_expected == pytest.approx(expected)
    alone = replace(splits, tests=splits.tests[:1])
    assert decay(ladder, data, alone) == []
