"""Learning what offers change from a control arm, of all offers together."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from training.datasets.dataset import Dataset
from training.families.offers.exposures.crosses import NAMES
from training.families.offers.exposures.exposed import Exposed
from training.families.offers.exposures.ground import Asked
from training.families.offers.ladder import SETTINGS
from training.families.offers.persuasion import Persuasion, read_of
from training.families.offers.uplift.choice import Chosen, Round, choose
from training.families.offers.uplift.effect import Chance, Effect
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.groups import EffectScale
from training.families.offers.uplift.qini import effect_at
from training.learners.boosting import BoostedModel
from training.learners.calibration import Calibration, calibrate, logit
from training.learners.usable import usable_features

MOST_OVERLAP = 0.05
"""Where more of the exposures overlap, the control of one campaign is shown another: no effect is told."""
_ROUNDS = 80
BEHAVIOUR_FEATURES = 25
"""So many features of behaviour are read beside the crosses: an effect is a difference of two noises."""


def persuade(asked: Asked, exposed: Exposed, *, progress: Progress = silent) -> Persuasion:
    """Learn what offers change, all together.

    Raises ``ModelRefused``, in words, where it was not drawn by lot who was shown an offer, where either arm
    is too small, and where campaigns overlap.
    """
    experiment = experiment_of(asked, exposed)
    chosen = choose(experiment, progress=progress)
    name = chosen.effect.name
    scores = chosen.winner.scores
    scale = EffectScale.learn(experiment, scores)
    control, curve = _control(experiment)
    return Persuasion(
        chosen.effect,
        scale,
        control,
        curve,
        float(experiment.outcomes[~experiment.treated].mean()),
        _figures(experiment, chosen, scale, name),
    )


def experiment_of(asked: Asked, exposed: Exposed) -> Experiment:
    """The exposures as an experiment: the chance to be shown as it was logged, or the share of each offer."""
    if exposed.treated.all():
        raise ModelRefused(
            expected="a control arm drawn by lot",
            found="only customers who were shown the offer",
            remedy="Hold a part of the audience out of the next campaign, and say so in the column arm.",
        )
    if not exposed.taken[~exposed.treated].any():
        raise ModelRefused(
            expected="what customers of the control arm did in the days of the offer",
            found="acceptances of the treated alone",
            remedy="Say in accepted_at, for both arms, when the customer did what the offer asks for.",
        )
    overlap = exposed.overlapping()
    if overlap > MOST_OVERLAP:
        raise ModelRefused(
            expected="campaigns that leave each customer alone until the last one is over",
            found=f"{overlap:.0%} of the exposures overlap with another",
            remedy="Keep campaigns apart, or hold the same customers out of all of them.",
        )
    names = _few(asked.dataset)
    vectors = read_of(asked.dataset.vectors, names)
    return Experiment.of(Dataset(vectors, exposed.taken, exposed.treated), _chances(exposed))


def _chances(exposed: Exposed) -> Floats:
    """As logged; where nobody said, the share of each offer that was shown."""
    chances = exposed.chances.copy()
    for offer in np.unique(exposed.offers):
        mine = exposed.offers == offer
        unknown = mine & np.isnan(chances)
        chances[unknown] = exposed.treated[mine].mean()
    return chances


def _few(dataset: Dataset) -> tuple[str, ...]:
    """The crosses, and of behaviour what tells most of acting at all, in either arm."""
    asked = Dataset(dataset.vectors, dataset.outcomes)
    usable = usable_features(asked, of_company=True).names
    model = BoostedModel.fit(asked, usable, settings=SETTINGS, rounds=_ROUNDS)
    gains = model.booster.feature_importance("gain")
    behaviour = [
        (name, gain) for name, gain in zip(usable, gains, strict=True) if name not in NAMES
    ]
    strongest = sorted(behaviour, key=lambda one: -one[1])[:BEHAVIOUR_FEATURES]
    chosen = {name for name, _ in strongest} | {one for one in usable if one in NAMES}
    return tuple(name for name in usable if name in chosen)


def _control(experiment: Experiment) -> tuple[BoostedModel, Calibration]:
    """The chance to act without an offer, its curve learned from customers it had not seen."""

    def learn(some: Experiment) -> Effect:
        model = BoostedModel.fit(some.arm(False), settings=SETTINGS, rounds=_ROUNDS)
        return Effect("without", ((1.0, Chance(model)),))

    apart = Round(experiment, 0).out_of_fold(learn)
    kept = ~experiment.treated
    curve = calibrate(
        logit(apart[kept]), experiment.outcomes[kept], isotonic_from=experiment.dataset.rows
    )
    return BoostedModel.fit(experiment.arm(False), settings=SETTINGS, rounds=_ROUNDS), curve


def _figures(
    experiment: Experiment, chosen: Chosen, scale: EffectScale, name: str
) -> dict[str, Any]:
    mean, low, high = experiment.effect()
    balance, half = experiment.balance
    return {
        "learner": name,
        "customers": experiment.dataset.rows,
        "control": int((~experiment.treated).sum()),
        "mean_effect": [mean, low, high],
        "balance_auc": [balance, half],
        "effect_at_30_percent": effect_at(
            experiment.outcomes, chosen.winner.scores, experiment.treated
        ),
        "candidates": [
            {"name": one.name, "qini": one.qini, "stability": one.stability}
            for one in chosen.candidates
        ],
        "tenths": [asdict(one) for one in scale.tenths],
    }
