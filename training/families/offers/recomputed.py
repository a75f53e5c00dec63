"""The figures of the card of offers once more, from the predictions and from nothing else that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.bundles.manifest import Manifest
from training.families.offers.bundle import OFFERS, OfferTask
from training.families.offers.ladder import OfferLadder, figures, offer_rows
from training.measures.levels import HeldLevel, HeldLevels
from training.measures.predictions.predictions import Predictions, RungPredictions

_PROBABILITY, _OFFER = "probability", "offer"
LEFT_OUT: Mapping[str, str] = {
    "base_rate": "it counts everything that was shown, and predictions are of the tests alone",
    "evaluation.persuasion": "it is told by models of those who were shown an offer and those who were not, which only a "
    "training fits",
}
"""What predictions do not give."""


def offer_predictions(ladder: OfferLadder) -> Predictions:
    """What every way said of every tested exposure; an offer stands by its place in the table of offers."""
    exposed, outcomes = ladder.tested.exposed, ladder.tested.dataset.outcomes
    tested = [
        RungPredictions(
            rung=way.name,
            fold="",
            customer_keys=exposed.customer_keys[rows],
            cutoff_seconds=exposed.as_of_seconds[rows],
            outcomes=outcomes[rows],
            answers={
                _PROBABILITY: way.probability[rows],
                _OFFER: exposed.offers[rows].astype(np.int64),
            },
        )
        for way in ladder.rungs
        for _, rows in ladder.by_test()
    ]
    return Predictions.of(OFFERS, tested, {})


def recomputed_offers(manifest: Manifest[OfferTask], predictions: Predictions) -> dict[str, Any]:
    """Ladder, levels of each tested day and offer by offer, each where the manifest has it."""
    names = [offer.offer_id for offer in manifest.task.offers.listed]
    rows, by_offer = [], []
    for row in manifest.ladder:
        mine = [part for part in predictions.tested if part.rung == row["name"]]
        outcomes, probability = _whole(mine, "outcomes"), _answers(mine, _PROBABILITY)
        offers, keys = _answers(mine, _OFFER), _whole(mine, "customer_keys")
        rows.append(
            {
                "name": row["name"],
                **figures(outcomes, probability, offers, keys),
                "by_cutoff": _levels(mine).as_dict(),
            }
        )
        if row["ships"]:
            shipping = rows[-1]
            by_offer = offer_rows(outcomes, probability, offers, names)
    levels = HeldLevels.from_dict(shipping["by_cutoff"])
    metrics = {key: figure for key, figure in shipping.items() if key != "name"}
    return {
        "metrics": metrics | levels.next_figures,
        "ladder": rows,
        "evaluation": {"by_offer": by_offer},
    }


def _levels(tested: list[RungPredictions]) -> HeldLevels:
    return HeldLevels.of(
        [
            HeldLevel.of_chances(part.test, part.outcomes, part.numbers(_PROBABILITY))
            for part in tested
        ]
    )


def _whole(tested: list[RungPredictions], name: str) -> Any:
    return np.concatenate([getattr(part, name) for part in tested])


def _answers(tested: list[RungPredictions], name: str) -> Any:
    return np.concatenate([part.answers[name] for part in tested])
