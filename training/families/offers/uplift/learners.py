"""Three ways to learn both chances, each a function of an experiment that gives a ``Pair``; all read every feature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from training.datasets.dataset import Dataset
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.line import Line
from training.families.offers.uplift.pair import Arms, Pair, with_arm
from training.learners.boosting import BoostedModel
from training.learners.trees import BoostingSettings

ONE_LINE, TWO_LINES, TREES = "one line", "a line for each arm", "trees of both arms"
ROUNDS = 100
BAGS = 3
"""So many times trees are grown, each from other draws of rows and features: alone they tell effects by accident."""

Learn = Callable[[Experiment], Pair]


def one_line(experiment: Experiment) -> Pair:
    """A logistic regression that reads the arm: in log-odds an offer does the same to everybody."""
    return Pair(ONE_LINE, ((1.0, Arms.of_both(Line.fit(_with_arm(experiment)))),))


def two_lines(experiment: Experiment) -> Pair:
    """A logistic regression of each arm (Künzel et al. 2019: a T-learner)."""
    without, shown = (Line.fit(experiment.arm(arm)) for arm in (False, True))
    return Pair(TWO_LINES, ((1.0, Arms(without, shown)),))


def trees(experiment: Experiment) -> Pair:
    """Trees of few leaves that read the arm (Künzel et al. 2019: an S-learner), the mean of three draws."""
    both = _with_arm(experiment)
    grown = [
        BoostedModel.fit(both, settings=_settings(seed), rounds=ROUNDS)
        for seed in range(1, BAGS + 1)
    ]
    return Pair(TREES, tuple((1.0 / BAGS, Arms.of_both(one)) for one in grown))


LEARNERS: Mapping[str, Learn] = {ONE_LINE: one_line, TWO_LINES: two_lines, TREES: trees}
"""From the simplest on."""


def learned(names: Sequence[str], experiment: Experiment) -> Pair:
    """The mean of the named ways, each learned from the same customers."""
    return Pair.mean_of([LEARNERS[name](experiment) for name in names])


def _settings(seed: int) -> BoostingSettings:
    return BoostingSettings(
        leaves=6,
        depth=6,
        learning_rate=0.04,
        leaf_share=0.002,
        feature_fraction=0.5,
        bagging_fraction=0.6,
        lambda_l2=20.0,
        seed=seed,
    )


def _with_arm(experiment: Experiment) -> Dataset:
    return Dataset(with_arm(experiment.vectors, experiment.treated), experiment.outcomes)
