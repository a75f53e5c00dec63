"""Learning what offers change from a control arm, of all offers together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from training.datasets.dataset import Dataset
from training.families.offers.exposures.crosses import NAMES
from training.families.offers.exposures.exposed import Exposed
from training.families.offers.exposures.ground import Asked
from training.families.offers.exposures.terms import Offers
from training.families.offers.ladder import SETTINGS
from training.families.offers.persuasion import Persuasion, read_of
from training.families.offers.uplift.choice import Chosen, Round, choose
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.learners import learned
from training.families.offers.uplift.pair import effect_of
from training.families.offers.uplift.qini import effect_at
from training.families.offers.uplift.scale import PairScale
from training.families.offers.uplift.stakes import Stakes
from training.learners.boosting import BoostedModel
from training.learners.usable import usable_features

MOST_OVERLAP = 0.05
"""Where more of the exposures overlap, the control of one campaign is shown another: no effect is told."""
_ROUNDS = 80
BEHAVIOUR_FEATURES = 60
"""So many features of behaviour are read beside the crosses: an effect is a difference of two noises."""
FEWEST_TO_LEARN = 10
"""From so many of either arm who acted, and who did not, an early day is told; to claim an effect takes more."""
TERMS = ("offer_discount", "offer_category_share", "own_discount_share")
"""What makes an offer change more: how strong it is, how much of what is bought it is about, and how often a discount was taken."""


@dataclass(frozen=True)
class Persuading:
    """What was chosen of an experiment, so that it can be learned again from what was over by some day."""

    experiment: Experiment
    chosen: Chosen

    @classmethod
    def of(
        cls,
        asked: Asked,
        exposed: Exposed,
        offers: Offers,
        contact_cents: float,
        *,
        progress: Progress = silent,
    ) -> Persuading:
        """Choose how both chances are told, by what decisions about these offers would have brought.

        Raises ``ModelRefused``, in words, where it was not drawn by lot who was shown an offer, where either arm
        is too small, where an offer has no control and nobody said its chance, and where campaigns overlap.
        """
        _require_both_arms(exposed, offers)
        experiment = experiment_of(asked, exposed)
        stakes = _stakes(offers, exposed, contact_cents)
        return cls(experiment, choose(experiment, stakes=stakes, progress=progress))

    def persuasion(self) -> Persuasion:
        """Both chances, learned from everybody."""
        experiment, chosen = self.experiment, self.chosen
        scale = PairScale.learn(experiment, chosen.log_odds, self._terms)
        return Persuasion(
            chosen.pair,
            scale,
            experiment.vectors.feature_names,
            float(experiment.outcomes[~experiment.treated].mean()),
            _figures(experiment, chosen, scale),
        )

    def learned_from(self, rows: NDArray[np.bool_]) -> Persuasion | None:
        """The same way learned from some exposures alone; None where they are too few to learn both chances from."""
        some = self.experiment.select(rows)
        if some.fewest_of_either < FEWEST_TO_LEARN:
            return None
        learn = partial(learned, self.chosen.names)
        scale = PairScale.learn(some, Round(some, 0).out_of_fold(learn), self._terms)
        return Persuasion(learn(some), scale, some.vectors.feature_names, 0.0, {})

    @property
    def _terms(self) -> tuple[str, ...]:
        return tuple(one for one in TERMS if one in self.experiment.vectors.feature_names)


def _stakes(offers: Offers, exposed: Exposed, contact_cents: float) -> Stakes:
    margins = np.array([float(one.margin_cents) for one in offers.listed])
    rewards = np.array([float(one.reward_cost_cents) for one in offers.listed])
    return Stakes(margins[exposed.offers], rewards[exposed.offers], contact_cents)


def _require_both_arms(exposed: Exposed, offers: Offers) -> None:
    """Each offer has both arms, or its chances say that it might have had."""
    alone = []
    for offer in np.unique(exposed.offers):
        mine = exposed.offers == offer
        has_one_arm = exposed.treated[mine].all() or not exposed.treated[mine].any()
        if has_one_arm and np.isnan(exposed.chances[mine]).any():
            alone.append(offers[int(offer)].offer_id)
    if alone and not exposed.treated.all():
        others = f" and {len(alone) - 5} more" if len(alone) > 5 else ""
        raise ModelRefused(
            expected="both arms of every offer, those shown it and a control",
            found=f"one alone of {', '.join(alone[:5])}{others}",
            remedy="Hold a part of the audience out of each campaign, or leave these exposures out of the table.",
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


def _figures(experiment: Experiment, chosen: Chosen, scale: PairScale) -> dict[str, Any]:
    mean, low, high = experiment.effect()
    balance, half = experiment.balance
    effects = effect_of(scale.brought(experiment.vectors, chosen.log_odds))
    return {
        "learner": chosen.pair.name,
        "customers": experiment.dataset.rows,
        "control": int((~experiment.treated).sum()),
        "mean_effect": [mean, low, high],
        "balance_auc": [balance, half],
        "effect_at_30_percent": effect_at(experiment.outcomes, effects, experiment.treated),
        "candidates": [
            {"name": one.name, "gain": one.gain, "qini": one.qini, "stability": one.stability}
            for one in chosen.candidates
        ],
        "tenths": [asdict(one) for one in scale.tenths],
    }
