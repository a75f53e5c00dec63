"""What a change of rules comes to, with eight customers and two offers one can count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from serving.offers.arbitration import NOTHING
from serving.offers.audience import Audience, decidable
from serving.offers.plans.plans import required_offering
from serving.offers.rule_change import GroupChange, OfferChange, Side, compared, simulate
from tests.serving.calling import NOW
from tests.serving.company import Company

BEFORE = Side(
    np.array([0, 0, 1, 1, 0, NOTHING, NOTHING, NOTHING]),
    np.array([80.0, 70.0, 60.0, 50.0, 40.0, 0.0, 0.0, 0.0]),
)
AFTER = Side(
    np.array([0, 1, 1, 0, NOTHING, 1, NOTHING, NOTHING]),
    np.array([80.0, 75.0, 60.0, 45.0, 0.0, 5.0, 0.0, 0.0]),
)


def test_offers_groups_and_moves_are_counted_customer_by_customer() -> None:
    found = compared(BEFORE, AFTER, ["tea", "cup"])
    assert found.offers == (
        OfferChange("tea", 3, 2, 190.0, 125.0),
        OfferChange("cup", 2, 3, 110.0, 140.0),
        OfferChange("nothing", 3, 3, 0.0, 0.0),
    )
    assert found.groups == (
        GroupChange("worth most", 2, 1, 1, 0, 150.0, 155.0),
        GroupChange("worth more", 2, 1, 0, 1, 110.0, 105.0),
        GroupChange("worth less", 2, 2, 1, 1, 40.0, 5.0),
        GroupChange("worth least", 2, 0, 0, 0, 0.0, 0.0),
    )
    assert list(found.moves.items()) == [
        (("cup", "tea"), 1),
        (("nothing", "cup"), 1),
        (("tea", "cup"), 1),
        (("tea", "nothing"), 1),
    ]
    assert (found.customers, found.before_cents, found.after_cents) == (8, 300.0, 265.0)


def test_the_most_frequent_move_is_told_first() -> None:
    one, two = (np.zeros(3) for _ in range(2))
    found = compared(Side(np.array([0, 0, 1]), one), Side(np.array([1, 1, 0]), two), ["tea", "cup"])
    assert list(found.moves.items()) == [(("tea", "cup"), 2), (("cup", "tea"), 1)]


def test_the_same_rules_change_nothing_and_a_lever_moves_its_offer(
    offering_company: Company,
) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    keys = decidable(found, offering_company.workspace)[:800]
    same = simulate(found, Audience(keys), found.policy, at=NOW)
    assert not same.moves and same.before_cents == same.after_cents
    before = {one.name: one.before for one in same.offers}
    assert sum(before.values()) == same.customers == len(keys)
    first = found.offers[0]
    more = simulate(
        found, Audience(keys), replace(found.policy, levers={first.offer_id: 3.0}), at=NOW
    )
    after = {one.name: one.after for one in more.offers}
    assert after[first.name] > before[first.name]
    # A wish costs money: what is truly expected cannot rise by it.
    assert more.after_cents <= more.before_cents + 1e-6
