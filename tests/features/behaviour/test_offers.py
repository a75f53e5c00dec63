from __future__ import annotations

import math

import numpy as np
import pytest

from features.behaviour.offers import offers
from features.plan.plan import standard_plan
from features.vectors.vectors import build_vectors
from tests.builders import Event, Exposure, at, order, pack_of

HISTORY: list[Event] = [
    Exposure("2025-06-01", accepted="2025-06-05", revenue=30.00),
    Exposure("2026-01-10", accepted="2026-01-20", revenue=12.50, discount=0.1),
    Exposure("2026-02-10", accepted="2026-03-04", revenue=99.00),  # accepted after 1 March
    Exposure("2026-02-20", discount=0.3),
    Exposure("2026-02-22", arm="control"),
    Exposure("2026-02-23", arm="control", accepted="2026-02-24", revenue=7.00),  # bought unasked
]


def of_anna(history: list[Event], *cutoffs: str) -> dict[str, list[float]]:
    pack = pack_of({"anna": history})
    vectors = build_vectors(pack, standard_plan(pack), [at(one) for one in cutoffs])
    return {name: vectors.column(name).tolist() for name in vectors.feature_names}


def test_the_offers_of_one_customer_by_hand() -> None:
    found = of_anna(HISTORY, "2026-03-01")

    expected = {
        "shown_offers_count_7d": 0,
        "shown_offers_count_30d": 2,
        "shown_offers_count_lifetime": 4,
        "days_since_shown_offer": 9,
        "withheld_offers_count_90d": 2,
        "accepted_offers_count_90d": 1,
        "accepted_offers_count_lifetime": 2,
        "accepted_offers_share_90d": 1 / 3,
        "ignored_offers_count_30d": 2,
        "days_since_accepted_offer": 40,
        "offer_revenue_sum_lifetime": 4_250,
        "offer_discount_mean_90d": 0.2,
    }
    assert {name: found[name][0] for name in expected} == pytest.approx(expected, rel=1e-6)


def test_a_plain_contact_among_the_exposures_is_no_offer() -> None:
    contacts: list[Event] = [
        Exposure("2026-02-24", offer="call"),
        Exposure("2026-02-25", offer="letter", arm="control"),
        Exposure("2026-02-26", offer="mail"),
    ]
    found, expected = (of_anna(one, "2026-03-01") for one in ([*HISTORY, *contacts], HISTORY))
    assert found == {name: pytest.approx(one, nan_ok=True) for name, one in expected.items()}


def test_an_acceptance_changes_nothing_before_its_own_instant() -> None:
    cutoffs = ("2026-02-15", "2026-03-04", "2026-03-05")
    ignored = of_anna([Exposure("2026-02-10", revenue=99.00)], *cutoffs)
    accepted = of_anna([Exposure("2026-02-10", accepted="2026-03-04", revenue=99.00)], *cutoffs)

    for name in ignored:
        np.testing.assert_array_equal(ignored[name][:2], accepted[name][:2], err_msg=name)
    assert accepted["accepted_offers_count_90d"] == [0, 0, 1]
    assert accepted["offer_revenue_sum_lifetime"] == [0, 0, 9_900]
    assert accepted["ignored_offers_count_30d"] == [1, 1, 0]


def test_without_an_arm_every_exposure_was_shown() -> None:
    pack = pack_of({"anna": HISTORY}, without=("arm", "accepted_seconds"))

    vectors = build_vectors(pack, standard_plan(pack), [at("2026-03-01")])

    assert vectors.column("shown_offers_count_lifetime").tolist() == [6]
    assert not any("withheld" in name or "accepted" in name for name in vectors.feature_names)


def test_a_customer_without_offers_has_no_rate() -> None:
    pack = pack_of({"anna": HISTORY, "bert": [order("2026-01-01")]})

    bert = build_vectors(pack, standard_plan(pack), [at("2026-03-01")]).select(np.array([1]))

    assert bert.column("shown_offers_count_lifetime").tolist() == [0]
    assert math.isnan(bert.column("accepted_offers_share_lifetime")[0])
    assert offers(pack_of({"bert": [order("2026-01-01")]})) == ()
