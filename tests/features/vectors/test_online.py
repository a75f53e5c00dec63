"""One customer at the time of asking: fresh events in words, found again, refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from features.plan.plan import standard_plan
from features.vectors.fresh import FreshEvents
from features.vectors.online import OnlineVectors
from features.vocabulary.errors import UsageRefused
from tests.builders import at, contact, order, pack_of

# Order codes follow the numbers: A-1 is 0, A-2 is 1.
COMPANY = pack_of(
    {
        "anna": [
            order("2026-01-05", 20.00, number="A-1", item="hat", category="warm", channel="web"),
            order("2026-01-15", 30.00, number="A-2", item="coat", category="warm", channel="web"),
        ],
        "bert": [contact("2026-01-20", "complaint")],
    }
)
PLAN = standard_plan(COMPANY)
ONLINE = OnlineVectors(COMPANY, PLAN)
FEBRUARY = at("2026-02-01")


def bought(when: str, item: str = "hat", spend: int = 1_000, **more: Any) -> dict[str, Any]:
    """A line given in the call, in the units of the pack."""
    return {
        "seconds": at(when).seconds,
        "order": "A-3",
        "item": item,
        "quantity_milli": 1_000,
        "amount_cents": spend,
        **more,
    }


def asked(customer: str, *lines: Mapping[str, Any], cutoff: str = "2026-02-01") -> dict[str, float]:
    fresh = {"purchases": FreshEvents.of(lines)} if lines else {}
    values = ONLINE.vector(customer, at(cutoff), fresh)
    return dict(zip(PLAN.feature_names, values.tolist(), strict=True))


def test_a_fresh_order_moves_counts_spend_and_recency() -> None:
    before, after = asked("anna"), asked("anna", bought("2026-01-30"))

    assert (before["orders_count_lifetime"], after["orders_count_lifetime"]) == (2, 3)
    assert (before["spend_sum_30d"], after["spend_sum_30d"]) == (5_000, 6_000)
    assert (before["days_since_order"], after["days_since_order"]) == (17, 2)
    assert after["gap_last1_days"] == 15


def test_an_event_at_the_cutoff_or_known_later_is_not_seen() -> None:
    at_cutoff = bought("2026-02-01")
    known_later = bought("2026-01-30", known=at("2026-02-01").seconds)

    assert asked("anna", at_cutoff, known_later) == pytest.approx(asked("anna"), nan_ok=True)


def test_texts_the_store_has_never_seen_count_as_new_ones() -> None:
    now = asked(
        "anna",
        bought("2026-01-30", item="scarf", channel="kiosk"),
        bought("2026-01-30", item="scarf", channel="kiosk", spend=900),
        bought("2026-01-30", item="glove", channel=None),
    )

    assert now["items_count_lifetime"] == 4
    assert now["channels_count_lifetime"] == 2  # web and kiosk; missing is none
    assert now["orders_count_lifetime"] == 3


def test_the_groups_of_a_known_item_are_those_of_the_store() -> None:
    assert asked("bert", bought("2026-01-30", "hat"))["categories_count_lifetime"] == 1
    assert asked("bert", bought("2026-01-30", "new"))["categories_count_lifetime"] == 0
    given = bought("2026-01-30", "hat", category="dry")
    assert asked("anna", given)["categories_count_lifetime"] == 2


def test_an_event_the_store_has_or_that_is_given_twice_counts_once() -> None:
    stored = bought("2026-01-15", "coat", 3_000, order="A-2")
    new = bought("2026-01-30")

    once, again = asked("anna", new), asked("anna", new, stored, new)

    assert again == pytest.approx(once, nan_ok=True)


def test_a_line_joins_the_order_that_another_line_was_found_to_belong_to() -> None:
    found = bought("2026-01-15", "coat", 3_000, order="A-2")
    joined = bought("2026-01-15", "hat", 500, order="A-2")

    now = asked("anna", joined, found)

    assert now["orders_count_lifetime"] == 2
    assert now["lines_count_lifetime"] == 3


def test_two_orders_with_the_same_line_stay_two() -> None:
    first = bought("2026-01-15", "coat", 3_000, order="A-2")
    second = bought("2026-01-15", "coat", 3_000, order="A-9")

    assert asked("anna", second, first)["orders_count_lifetime"] == 3


def test_a_customer_the_store_does_not_know_has_the_fresh_events_alone() -> None:
    carl = asked("carl", bought("2026-01-30"))

    assert carl["orders_count_lifetime"] == 1
    assert carl["days_since_first_order"] == 2
    assert math.isnan(carl["gap_mean_days"])


def test_of_a_customer_of_whom_nothing_is_known_counts_are_zero_and_the_rest_is_missing() -> None:
    nobody = asked("nobody")

    assert nobody["orders_count_lifetime"] == 0
    assert math.isnan(nobody["days_since_order"])


def test_a_fresh_contact_reaches_a_customer_with_purchases_alone() -> None:
    fresh = {"contacts": FreshEvents.of([{"seconds": FEBRUARY.seconds - 60, "kind": "visit"}])}

    with_contact = ONLINE.vector("anna", FEBRUARY, fresh)

    assert with_contact.dtype == np.float32
    assert with_contact.shape == (len(PLAN.features),)


def test_a_fresh_contact_has_the_direction_it_says_or_that_of_its_kind() -> None:
    company = pack_of({"anna": [contact("2026-01-10", "call"), contact("2026-01-11", "visit")]})
    plan = standard_plan(company)
    online = OnlineVectors(company, plan)

    def counted(**told: Any) -> tuple[float, float]:
        fresh = FreshEvents.of([{"seconds": at("2026-01-20").seconds, "channel": "web", **told}])
        values = online.vector("anna", FEBRUARY, {"contacts": fresh})
        found = dict(zip(plan.feature_names, values.tolist(), strict=True))
        return found["contacts_count_30d"], found["outbound_contacts_count_30d"]

    assert counted(kind="call") == counted(kind="call", direction=None) == (1, 2)
    assert counted(kind="call", direction="inbound") == (2, 1)
    assert counted(kind="visit", direction="outbound") == (1, 2)
    assert counted(kind="webinar") == (1, 2) and counted(kind="inbound call") == (2, 1)
    again = {"seconds": at("2026-01-10").seconds, "kind": "call", "channel": "web"}
    assert counted(**again) == (1, 1)  # the store has it already


def test_a_call_of_ours_told_of_a_company_that_never_called_is_no_contact_of_theirs() -> None:
    fresh = FreshEvents.of(
        [{"seconds": at("2026-01-25").seconds, "kind": "call", "channel": "phone"}]
    )
    before, after = (ONLINE.vector("bert", FEBRUARY, one) for one in ({}, {"contacts": fresh}))
    np.testing.assert_array_equal(before, after)


def test_one_question_needs_no_preparation() -> None:
    fresh = {"purchases": FreshEvents.of([bought("2026-01-30")])}

    at_once = OnlineVectors(COMPANY, PLAN).vector("anna", FEBRUARY, fresh)

    np.testing.assert_array_equal(at_once, ONLINE.vector("anna", FEBRUARY, fresh))


def test_an_empty_company_answers_too() -> None:
    empty = pack_of({})
    fresh = {"purchases": FreshEvents.of([bought("2026-01-30")])}

    online = OnlineVectors(empty, standard_plan(empty))

    values = online.vector("anna", FEBRUARY, fresh)

    names = standard_plan(empty).feature_names
    assert values[names.index("orders_count_lifetime")] == 1


@pytest.mark.parametrize(
    ("fresh", "said"),
    [
        ({"purchase": FreshEvents(())}, 'Did you mean "purchases"'),
        ({"purchases": FreshEvents.of([bought("2026-01-30", amount=3)])}, '"amount_cents"'),
        ({"purchases": FreshEvents.of([{"seconds": 5, "item": "hat"}])}, 'a column "order"'),
        ({"purchases": FreshEvents.of([bought("2026-01-30", spend=1.5)])}, "whole numbers"),  # type: ignore[arg-type]
        ({"purchases": FreshEvents.of([bought("2026-01-30", channel=7)])}, "texts"),
    ],
)
def test_fresh_events_the_store_cannot_read_are_refused(
    fresh: dict[str, FreshEvents], said: str
) -> None:
    with pytest.raises(UsageRefused, match=said):
        ONLINE.vector("anna", FEBRUARY, fresh)


def test_events_without_a_time_or_of_uneven_columns_are_refused() -> None:
    with pytest.raises(UsageRefused, match="whole UTC seconds"):
        FreshEvents.of([{"item": "hat"}])
    with pytest.raises(UsageRefused, match="1 in item"):
        FreshEvents([1, 2], {"item": ["hat"]})
