"""Who takes which of two offers, and what they change."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from tests.contracts.families.family import ROWS, Answers, Family
from tests.training.companies import DECLARATIONS, dataset, manifest_of
from tests.training.companies import NAMES as BEHAVIOUR
from training.datasets.dataset import Dataset
from training.families.offers.bundle import OFFER_KIND, OFFERS, OfferBundle, OfferTask
from training.families.offers.exposures.crosses import CROSSES, GROUPS, crossed_names
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offer, Offers
from training.families.offers.persuasion import Persuasion
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.learners import two_lines
from training.families.offers.uplift.pair import Arms, Pair, with_arm
from training.families.offers.uplift.scale import PairScale
from training.learners.boosting import BoostedModel


def shown() -> tuple[Dataset, NDArray[np.integer]]:
    """Customers who were shown one of two offers, and took it the sooner the less they had ordered."""
    behaviour = dataset(ROWS)
    crosses = np.random.default_rng(5).random((ROWS, len(CROSSES))).astype(np.float32)
    vectors = Vectors(
        "plan-1",
        crossed_names(BEHAVIOUR),
        behaviour.vectors.customer_keys,
        behaviour.vectors.cutoff_seconds,
        np.hstack([behaviour.vectors.values, crosses]),
    )
    return Dataset(vectors, behaviour.outcomes), np.arange(ROWS) % 2


def offers() -> OfferBundle:
    """Who takes which of two offers, and what they change."""
    learned, _ = shown()
    names = learned.vectors.feature_names
    listed = Offers.of([Offer("tea", "Tea", 400, 100), Offer("mug", "Mug", 900, 100)])
    random = np.random.default_rng(6)
    treated = random.random(ROWS) < 0.5
    experiment = Experiment(Dataset(learned.vectors, learned.outcomes, treated), np.full(ROWS, 0.5))
    grown = Pair("trees", ((1.0, Arms.of_both(_reading_the_arm(experiment))),))
    pair = Pair.mean_of([two_lines(experiment), grown])
    scale = PairScale.learn(experiment, pair.log_odds(learned.vectors), ("offer_discount",))
    persuasion = Persuasion(pair, scale, names, 0.4, {})
    control = BoostedModel.fit(learned, names, rounds=5)
    manifest = manifest_of(
        control,
        name=OFFERS,
        learner="pair of both arms",
        task=OfferTask("propensity", 60, listed, True, ""),
        feature_names=list(names),
        features=[asdict(one) for one in (*(one.feature for one in DECLARATIONS), *CROSSES)],
        groups=[*manifest_of(control).groups, *map(asdict, GROUPS)],
    )
    tastes = Tastes(("tea", "ware"), np.eye(2, dtype=np.float32), np.full(2, 0.5, np.float32))
    return OfferBundle(manifest, DECLARATIONS, None, persuasion, tastes)


def offer_answers(bundle: OfferBundle) -> Answers:
    (learned, which), persuasion = shown(), bundle.persuasion
    assert persuasion is not None
    return {
        "log_odds": bundle.log_odds(learned.vectors, which),
        "contributions": bundle.contributions(learned.vectors.values).pushes,
        "effects": np.array(persuasion.effects(learned.vectors)),
        "without": persuasion.chances(learned.vectors)[0],
        "tastes": bundle.tastes.weights,
    }


def offers_explained(bundle: OfferBundle) -> tuple[NDArray[Any], NDArray[Any]]:
    """The log-odds to act with the offer, which both arms' models tell together."""
    learned, which = shown()
    return bundle.contributions(learned.vectors.values).total, bundle.log_odds(
        learned.vectors, which
    )


def _reading_the_arm(experiment: Experiment) -> BoostedModel:
    both = Dataset(with_arm(experiment.vectors, experiment.treated), experiment.outcomes)
    return BoostedModel.fit(both, rounds=5)


FAMILY = Family(OFFER_KIND, offers, offer_answers, offers_explained)
