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
from training.families.offers.propensity import Propensity
from training.families.offers.uplift.effect import Effect
from training.families.offers.uplift.groups import EffectScale
from training.families.offers.uplift.line import Line
from training.families.offers.uplift.qini import Tenth
from training.ladder.rung import Rung
from training.learners.boosting import BoostedModel
from training.learners.calibration import calibrate


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
    learned, which = shown()
    names = learned.vectors.feature_names
    listed = Offers.of([Offer("tea", "Tea", 400, 100), Offer("mug", "Mug", 900, 100)])
    rung = Rung("trees", BoostedModel.family, names, "")
    propensity = Propensity.fit(rung, learned, which, len(listed))
    control = BoostedModel.fit(learned, names, rounds=5)
    line = Line.fit(learned.vectors, learned.outcomes, 10.0)
    tenths = (Tenth(60, 0.2, 0.2, 0.1, 0.3), Tenth(60, 0.0, 0.0, -0.1, 0.1))
    persuasion = Persuasion(
        Effect("line", ((1.0, line),)),
        EffectScale(0.5, 0.1, tenths),
        control,
        calibrate(control.score(learned.vectors), learned.outcomes),
        0.4,
        {},
    )
    manifest = manifest_of(
        control,
        name=OFFERS,
        learner="pooled propensity",
        task=OfferTask("propensity", 60, listed, True, ""),
        feature_names=list(names),
        features=[asdict(one) for one in (*(one.feature for one in DECLARATIONS), *CROSSES)],
        groups=[*manifest_of(control).groups, *map(asdict, GROUPS)],
    )
    tastes = Tastes(("tea", "ware"), np.eye(2, dtype=np.float32), np.full(2, 0.5, np.float32))
    return OfferBundle(manifest, DECLARATIONS, propensity, persuasion, tastes)


def offer_answers(bundle: OfferBundle) -> Answers:
    (learned, which), persuasion = shown(), bundle.persuasion
    assert persuasion is not None
    return {
        "log_odds": bundle.propensity.log_odds(learned.vectors, which),
        "contributions": bundle.contributions(learned.vectors.values),
        "effects": np.array(persuasion.effects(learned.vectors)),
        "without": persuasion.without(learned.vectors),
        "tastes": bundle.tastes.weights,
    }


def offers_explained(bundle: OfferBundle) -> tuple[NDArray[Any], NDArray[Any]]:
    """The log-odds of all offers alike, before each is brought to its own level."""
    model, values = bundle.propensity.model, shown()[0].vectors.values
    added = bundle.contributions(values).sum(axis=1)
    return model.base_log_odds + added, model.log_odds(bundle.prepared(values))


FAMILY = Family(OFFER_KIND, offers, offer_answers, offers_explained)
