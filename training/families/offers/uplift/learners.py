"""Eight ways to learn what an offer changes, each a function of an experiment that gives an ``Effect``.

Künzel et al. (2019) for S, T and X, Kennedy (2023) for DR. All but the rule read every feature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from features.vectors.vectors import Vectors
from training.datasets.dataset import Dataset
from training.families.offers.uplift.effect import (
    ROUNDS,
    SETTINGS,
    Chance,
    Effect,
    Part,
    Regressed,
    with_arm,
)
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.line import Line, chance_line
from training.learners.boosting import BoostedModel
from training.learners.calibration import sigmoid

_RIDGE = 1_000.0
RULE, RESPONSE, T_LOGISTIC, S, T, X, DR_LINE, DR = (
    "one-feature rule",
    "response of the treated",
    "T-learner, logistic",
    "S-learner",
    "T-learner",
    "X-learner",
    "DR-learner, linear",
    "DR-learner",
)


Learn = Callable[[Experiment], Effect]


def boosted(dataset: Dataset) -> BoostedModel:
    """Trees for a chance, as far as an effect is told by them."""
    return BoostedModel.fit(dataset, settings=SETTINGS, rounds=ROUNDS)


def difference(name: str, fit: Callable[[Dataset], Part], experiment: Experiment) -> Effect:
    """A model of each arm; the effect is the difference of their chances."""
    shown, kept = (fit(experiment.arm(arm)) for arm in (True, False))
    return Effect(name, ((1.0, shown), (-1.0, kept)))


def response(experiment: Experiment) -> Effect:
    """The chance to act of who is shown the offer, as if nobody did without it."""
    return Effect(RESPONSE, ((1.0, chance_line(experiment.arm(True))),))


def rule(experiment: Experiment) -> Effect:
    """The one feature whose high or low values tell the most of the effect in a straight line."""
    pseudo = experiment.pseudo_outcomes
    vectors = experiment.vectors
    best = Line.fit(_only(vectors, vectors.feature_names[0]), pseudo, _RIDGE)
    least = np.inf
    for name in vectors.feature_names:
        line = Line.fit(_only(vectors, name), pseudo, _RIDGE)
        left = float(np.sum((pseudo - line.answer(vectors)) ** 2))
        if left < least - 1e-9:
            best, least = line, left
    return Effect(RULE, ((1.0, best),))


def single(experiment: Experiment) -> Effect:
    """One model of both arms that reads the arm too."""
    both = Dataset(with_arm(experiment.vectors, experiment.treated), experiment.outcomes)
    model = boosted(both)
    return Effect(S, ((1.0, Chance(model, 1.0)), (-1.0, Chance(model, 0.0))))


def crossed(experiment: Experiment) -> Effect:
    """What each arm's customers would have done in the other, and trees on the difference."""
    shown, kept = (boosted(experiment.arm(arm)) for arm in (True, False))
    treated, vectors, outcomes = experiment.treated, experiment.vectors, experiment.outcomes
    of_shown = vectors.select(treated)
    of_kept = vectors.select(~treated)
    gained = Regressed.fit(of_shown, outcomes[treated] - sigmoid(kept.score(of_shown)))
    missed = Regressed.fit(of_kept, sigmoid(shown.score(of_kept)) - outcomes[~treated])
    share = float(experiment.chances.mean())
    return Effect(X, ((1.0 - share, gained), (share, missed)))


def robust(experiment: Experiment) -> Effect:
    """Trees on what each customer would have done in either arm, corrected by what was seen."""
    final = Regressed.fit(experiment.vectors, experiment.pseudo_outcomes)
    return Effect(DR, ((1.0, final),))


def robust_line(experiment: Experiment) -> Effect:
    """The same in a straight line."""
    final = Line.fit(experiment.vectors, experiment.pseudo_outcomes, _RIDGE)
    return Effect(DR_LINE, ((1.0, final),))


LEARNERS: Mapping[str, Learn] = {
    RULE: rule,
    RESPONSE: response,
    T_LOGISTIC: partial(difference, T_LOGISTIC, chance_line),
    DR_LINE: robust_line,
    S: single,
    X: crossed,
    T: partial(difference, T, lambda arm: Chance(boosted(arm))),
    DR: robust,
}
"""From the simplest on: of equals the first is taken."""


def _only(vectors: Vectors, name: str) -> Vectors:
    values: Any = vectors.column(name)[:, None]
    return Vectors(
        vectors.plan_hash, (name,), vectors.customer_keys, vectors.cutoff_seconds, values
    )
