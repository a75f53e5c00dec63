"""Who leaves: trees with their curve."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from tests.contracts.families.family import ROWS, Answers, Family, behaviour
from tests.training.companies import DECLARATIONS, dataset, manifest_of
from training.bundles.reference import Reference
from training.families.churn.bundle import CHURN_KIND, Bundle
from training.learners.boosting import BoostedModel
from training.learners.calibration import calibrate


def churn() -> Bundle:
    """Trees for who leaves, with their curve."""
    learned = dataset(ROWS)
    model = BoostedModel.fit(learned, rounds=12)
    curve = calibrate(model.score(learned.vectors), learned.outcomes)
    reference = Reference.learn(learned.vectors, curve.apply(model.score(learned.vectors)))
    return Bundle(manifest_of(model), model, curve, reference, declarations=DECLARATIONS)


def churn_answers(bundle: Bundle) -> Answers:
    log_odds = bundle.log_odds(behaviour().values)
    return {
        "log_odds": log_odds,
        "contributions": bundle.contributions(behaviour().values),
        "probability": bundle.probability(log_odds),
        "percentile": bundle.percentile(bundle.probability(log_odds)),
    }


def churn_explained(bundle: Bundle) -> tuple[NDArray[Any], NDArray[Any]]:
    values = behaviour().values
    return (
        bundle.base_log_odds + bundle.contributions(values).sum(axis=1),
        bundle.log_odds(values),
    )


FAMILY = Family(CHURN_KIND, churn, churn_answers, churn_explained)
