"""How often it is enough to fit anew, and how a walk's answers are put together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from experiments.backtests.measured import longest_interval
from experiments.backtests.policies import BY_LOT, LIVED, ONCE, RULE, of_age, policies
from experiments.backtests.result import BacktestPolicy
from experiments.backtests.running import FinishedBacktest
from experiments.backtests.walking import CutoffModel, CutoffWalk, known_by
from experiments.trials.rows import ExperimentRows
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplit, stated_origins
from training.ladder.rung import Rung
from training.ladder.tested import Tested as Answered

DAYS = [Cutoff(day * DAY_SECONDS) for day in (30, 60, 90)]
RUNG = Rung("line", "logistic", (), "")


def three_cutoffs() -> tuple[ExperimentRows, CutoffWalk]:
    """Two customers at three cutoffs; the model of a cutoff says .1 and its number of tenths more at each later one."""
    seconds = np.repeat([one.seconds for one in DAYS], 2)
    vectors = Vectors(
        "", (), np.tile(np.arange(2, dtype=np.int32), 3), seconds, np.zeros((6, 0), np.float32)
    )
    dataset = Dataset(vectors, np.tile([0.0, 1.0], 3))
    models = tuple(
        CutoffModel(
            OriginSplit((), day, day),
            RUNG,
            {later.seconds: np.full(2, 0.1 * (place + 1)) for later in DAYS[place:]},
            RUNG,
            np.array([0.2, 0.9]),
        )
        for place, day in enumerate(DAYS)
    )
    return cast(ExperimentRows, SimpleNamespace(dataset=dataset)), CutoffWalk(models)


def test_each_way_answers_by_the_model_it_would_have_had() -> None:
    paired = policies(*three_cutoffs())
    said = dict(zip(paired.sides, paired.probability[:, ::2].round(1).tolist(), strict=True))
    assert said == {
        LIVED: [0.1, 0.2, 0.3],
        "fitted at every 2. cutoff": [0.1, 0.1, 0.3],
        ONCE: [0.1, 0.1, 0.1],
        RULE: [0.2, 0.2, 0.2],
        BY_LOT: [0.1, 0.2, 0.3],
    }
    old = of_age(*three_cutoffs(), 2)
    assert old.probability[:, ::2].round(1).tolist() == [[0.3], [0.1]]
    assert old.cutoffs == [DAYS[2].seconds]


def test_a_choice_knows_only_the_tests_whose_outcomes_were_there() -> None:
    days = [Cutoff(day * DAY_SECONDS) for day in range(0, 240, 30)]
    splits = stated_origins(days, Horizon(60), most=8, tests=8)
    assert splits is not None
    tests = sorted(splits.tests, key=lambda one: one.name)
    empty = np.zeros(0)
    answered = [Answered("", one.name, empty.astype(np.int32), empty, empty, {}) for one in tests]
    known = [[one.test for one in known_by(test, answered, splits)] for test in tests]
    # An outcome takes two of the steps between cutoffs.
    assert known == [[], [], [tests[0].name], [tests[0].name, tests[1].name]]


@pytest.mark.parametrize(
    ("good", "longest"),
    [([], 0), ([True, True], 3), ([True, False], 2), ([False, True], 1)],
)
def test_an_interval_is_enough_where_no_shorter_one_loses(good: list[bool], longest: int) -> None:
    others = [
        BacktestPolicy(str(every), every, 1, {}, is_as_good=is_as_good)
        for every, is_as_good in enumerate(good, start=2)
    ]
    assert longest_interval([BacktestPolicy(LIVED, 1, 3, {}), *others]) == longest


def test_money_follows_from_who_is_counted_and_what_is_assumed(whole: FinishedBacktest) -> None:
    found = whole.result
    success, value, contact = (found.costs[one] for one in ("success", "value", "contact"))
    assert contact == 500 and 0 < success < 0.2 and value > 0
    for one in found.cutoffs:
        earned = success * value * one.on_list - contact * one.contacted
        assert one.earned_cents == pytest.approx(earned)
        assert one.on_list_by_lot == pytest.approx(one.contacted * one.left / one.customers)
    lived = found.policy(LIVED).figures
    assert lived["list_found"] == pytest.approx(sum(one.on_list for one in found.cutoffs))
    middle, low, high = found.policy(BY_LOT).differences["list_profit_cents"]
    assert middle is not None and low is not None and high is not None
    by_lot = [one.earned_by_lot_cents or 0.0 for one in found.cutoffs]
    assert middle == pytest.approx(sum(by_lot) - (lived["list_profit_cents"] or 0.0))
    assert low < middle < high < 0
    assert [one.age for one in found.ages] == [1, 2, 3]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in whole.plots.values())
    assert "MLflow" in whole.not_sent
