from __future__ import annotations

import math

import numpy as np
import pytest

from features.behaviour.contacts import MOST_KINDS, contacts
from features.behaviour.frequent import most_frequent
from features.plan.plan import standard_plan
from features.vectors.vectors import build_vectors
from tests.builders import Event, at, contact, order, pack_of

HISTORY: list[Event] = [
    contact("2026-01-01", "visit", "web"),
    contact("2026-02-20", "visit", "store"),
    contact("2026-02-25", "inquiry", "phone", resolved="2026-02-26"),
    contact("2026-01-10", "complaint", "phone", resolved="2026-01-14"),  # settled after 4 days
    contact("2026-02-01", "complaint", "phone", resolved="2026-03-05"),  # open on 1 March
    contact("2026-02-10", "complaint", "email"),  # open
    contact("2026-02-27", "complaint", "email", known="2026-03-02"),  # not known on 1 March
    contact("2026-01-20", "survey", "email", score=9),
    contact("2026-02-21", "survey", "email", score=6),
]


def of_anna(history: list[Event], *cutoffs: str) -> dict[str, list[float]]:
    pack = pack_of({"anna": history})
    vectors = build_vectors(pack, standard_plan(pack), [at(one) for one in cutoffs])
    return {name: vectors.column(name).tolist() for name in vectors.feature_names}


def test_the_contacts_of_one_customer_by_hand() -> None:
    found = of_anna(HISTORY, "2026-03-01")

    expected = {
        "contacts_count_30d": 5,  # from 30 January on
        "contacts_count_lifetime": 8,
        "contacts_growth_30d": 5 / 3,  # against 1, 10 and 20 January
        "days_since_contact": 4,
        "contact_visit_count_30d": 1,
        "contact_visit_count_lifetime": 2,
        "days_since_contact_visit": 9,
        "contact_inquiry_count_90d": 1,
        "contact_channels_count_lifetime": 4,
        "contact_channel_email_count_90d": 3,
        "contact_channel_phone_share_lifetime": 3 / 8,
        "complaints_count_90d": 3,
        "days_since_complaint": 19,
        "open_complaints_count_lifetime": 2,
        "days_since_first_open_complaint": 28,
        "closed_complaints_count_lifetime": 1,
        "complaint_resolution_mean_lifetime": 4,
        "surveys_count_365d": 2,
        "surveys_share_lifetime": 2 / 8,
        "survey_score_last": 6,
        "survey_score_mean_lifetime": 7.5,
        "survey_score_change": -3,
    }
    assert {name: found[name][0] for name in expected} == pytest.approx(expected, rel=1e-6)


def test_a_settlement_changes_nothing_before_its_own_instant() -> None:
    opened = contact("2026-02-01", "complaint")
    settled = contact("2026-02-01", "complaint", resolved="2026-03-01")
    both = (
        of_anna([opened], "2026-02-15", "2026-03-01", "2026-03-02"),
        of_anna([settled], "2026-02-15", "2026-03-01", "2026-03-02"),
    )

    for name in both[0]:
        np.testing.assert_array_equal(both[0][name][:2], both[1][name][:2], err_msg=name)
    assert both[1]["open_complaints_count_lifetime"] == [1, 1, 0]
    assert both[1]["complaint_resolution_mean_lifetime"][2] == 28


def test_a_customer_who_only_met_the_company_has_a_row_and_no_purchases() -> None:
    found = of_anna([contact("2026-02-01", "complaint")], "2026-03-01")

    assert found["complaints_count_lifetime"] == [1]
    assert found["orders_count_lifetime"] == [0]
    assert math.isnan(found["days_since_contact"][0] * found["days_since_order"][0])


def test_kinds_and_columns_that_are_not_there_have_no_features() -> None:
    names = {one.feature.name for one in contacts(pack_of({"anna": [contact("2026-01-01")]}))}
    bare = pack_of(
        {"anna": [contact("2026-01-01", "complaint")]}, without=("resolved_seconds", "score_milli")
    )
    bare_names = {one.feature.name for one in contacts(bare)}

    assert "contact_visit_count_90d" in names
    assert not any("complaint" in name or "surveys" in name for name in names)
    assert "complaints_count_90d" in bare_names
    assert not any("open" in name or "score" in name for name in bare_names)
    assert contacts(pack_of({"anna": [order("2026-01-01")]})) == ()


def test_a_kind_of_the_company_is_called_by_its_own_name() -> None:
    declared = contacts(pack_of({"anna": [contact("2026-01-01", "VIP day", direction="inbound")]}))
    one = next(d.feature for d in declared if d.feature.name == "contact_vip_day_count_30d")

    assert one.meaning == "Contacts of the kind VIP day in the last 30 days."
    assert one.said == "{value} contacts of the kind VIP day in the last 30 days"


def test_only_the_most_frequent_kinds_have_features_of_their_own() -> None:
    days = [("2026-01-01", number) for number in range(12)]
    days += [("2026-01-02", number) for number in range(4, 12)]
    events: list[Event] = [
        contact(day, f"kind {number}", direction="inbound") for day, number in days
    ]
    pack = pack_of({"anna": [*events, contact("2026-01-01", "survey")]})

    kinds = [
        one.feature.name for one in contacts(pack) if "days_since_contact_" in one.feature.name
    ]

    assert len(kinds) == MOST_KINDS
    assert "days_since_contact_kind_3" not in kinds and "days_since_contact_kind_11" in kinds
    assert most_frequent(pack.streams["contacts"], "kind", 3) == ["kind 10", "kind 11", "kind 4"]
