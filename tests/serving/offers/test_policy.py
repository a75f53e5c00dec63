"""What the company lays down, as its settings say it."""

from __future__ import annotations

from dataclasses import replace

from features.company.settings.offers import OfferSettings
from serving.offers.contact_policy import ContactPolicy
from serving.offers.policy import Policy


def test_percentages_become_shares_weights_and_prices() -> None:
    settings = replace(
        OfferSettings(),
        levers={"tea": "20", "cup": "-99", "pot": "0"},
        contact_cents=7,
        explore_percent=4,
        explore_unknown_percent=12,
        hold_out_percent=9,
        response_days=11,
        unsuitable={"unhappy": "complaints >= 1"},
        budget_price_percent=250,
        assumed_effect_percent=40,
        weekly_caps={"email": "0"},
    )
    assert Policy.of(settings) == Policy(
        ContactPolicy({"email": 0}, 0, 3, 30),
        {"tea": 1.2, "cup": 1.0 - 0.99, "pot": 1.0},
        contact_cents=7.0,
        explore=0.04,
        hold_out_percent=9,
        response_days=11,
        unsuitable={"unhappy": "complaints >= 1"},
        budget_price=2.5,
        explore_unknown=0.12,
        assumed_effect=0.4,
    )


def test_a_company_that_says_nothing_lays_down_the_defaults() -> None:
    assert Policy.of(OfferSettings()) == Policy(
        ContactPolicy({}, 0, 3, 30), {}, 0.0, 0.02, 5, 30, {}, 0.0, 0.1, 1.0
    )
