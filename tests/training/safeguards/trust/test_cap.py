"""What shallow trees cost: the sign of each figure, and what counts as chance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from features.vocabulary.time import Cutoff, Horizon
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit, Splits
from training.ladder.ladder import climb
from training.ladder.rung import Rung
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.trees import BoostingSettings
from training.safeguards.trust.cap import CapCost, _compared, cap_cost

# Twenty who left and twenty who stayed, in turn.
KEYS, OUTCOMES = np.arange(40), np.tile([1.0, 0.0], 20)
SHARP, BLUNT = np.tile([0.8, 0.2], 20), np.full(40, 0.5)


@pytest.mark.parametrize(
    ("loss_low", "auc_high", "noise"),
    [(-0.1, 0.1, True), (0.0, 0.0, True), (0.001, 0.1, False), (-0.1, -0.001, False)],
)
def test_nothing_is_given_up_where_both_intervals_reach_zero(
    loss_low: float, auc_high: float, noise: bool
) -> None:
    assert CapCost("a", 0.1, loss_low, 0.2, 0.0, -0.2, auc_high).is_noise is noise


def test_a_loss_above_zero_and_an_area_below_it_are_quality_given_up() -> None:
    cost = _compared("a", KEYS, OUTCOMES, BLUNT, SHARP)
    lost = math.log(2.0) + math.log(0.8)
    assert [cost.log_loss, cost.log_loss_low, cost.log_loss_high] == pytest.approx([lost] * 3)
    assert [cost.auc, cost.auc_low, cost.auc_high] == pytest.approx([-0.5] * 3)
    assert not cost.is_noise


def test_what_is_won_has_the_other_sign_and_equals_cost_nothing() -> None:
    won = _compared("a", KEYS, OUTCOMES, SHARP, BLUNT)
    assert won.log_loss < 0.0 < won.auc and won.is_noise
    same = _compared("a", KEYS, OUTCOMES, SHARP, SHARP)
    assert (same.log_loss, same.auc) == (0.0, 0.0) and same.is_noise


def test_what_is_given_up_by_one_setting_for_tables_of_any_width_is_seen() -> None:
    draw = np.random.default_rng(6)
    rows, columns = 2_400, 13
    values = draw.normal(size=(rows, columns)).astype(np.float32)
    chance = 1 / (1 + np.exp(-1.5 * np.sign(values[:, 0] * values[:, 1])))
    names = tuple(f"column_{one}" for one in range(columns))
    keys, cutoffs = np.arange(rows, dtype=np.int32), np.repeat([0, 1, 2], rows // 3) * 864_000
    outcomes = (draw.random(rows) < chance).astype(np.float64)
    dataset = Dataset(Vectors("plan", names, keys, cutoffs, values), outcomes)
    days = [Cutoff(one * 864_000) for one in range(3)]
    split = OriginSplit((days[0],), days[1], days[2])
    shipped = OriginSplit((days[0], days[1]), days[2], None)
    splits = Splits((split,), shipped, Horizon(10), tuple(days), "by hand")
    base = Rung("base rate", LogisticModel.family, (), "", is_rule=True)
    settings = BoostingSettings(feature_fraction=0.3, rounds_untested=100)
    narrow = Rung("trees", BoostedModel.family, names, "", settings=settings)
    ladder = climb(dataset, splits, (base, narrow))
    cost = cap_cost(ladder, (narrow,), dataset, splits.tests)
    assert cost is not None and not cost.is_noise and cost.auc < -0.01
