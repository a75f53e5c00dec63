"""What a model of offers must show beside the one in use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.training.companies import dataset, manifest_of
from training.families.offers.bundle import OfferTask
from training.families.offers.checks import _within_against_champion
from training.families.offers.exposures.terms import Offer, Offers
from training.learners.logistic import LogisticModel


def manifest(within: float | None, low: float | None = 0.6, **changes: Any) -> Any:
    made = manifest_of(LogisticModel.fit(dataset(200)))
    offers = Offers.of([Offer("tea", "Tea", 400)])
    task = OfferTask("propensity", 60, offers, False, "")
    metrics = {"within_offer_auc": within, "within_offer_auc_low": low, "ece": 0.01}
    return replace(made, metrics=metrics, task=task, **changes)


@pytest.mark.parametrize(
    ("challenger", "champion", "passes"),
    [
        (manifest(0.70), None, True),
        (manifest(0.70), manifest(0.704), True),
        (manifest(0.70), manifest(0.71), False),
        (manifest(0.70, 0.68), manifest(0.715, data_cut="another day"), True),
        (manifest(0.70, 0.69), manifest(0.715, data_cut="another day"), False),
        (manifest(None, None), manifest(0.71), True),
    ],
)
def test_the_order_within_offers_may_be_a_little_worse_or_as_much_as_chance_gives(
    challenger: Any, champion: Any, passes: bool
) -> None:
    assert _within_against_champion(challenger, champion).passed is passes
