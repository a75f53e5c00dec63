"""What is known of a customer and an offer, counted by hand on tables of a few rows."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.time import Cutoff
from tests.builders import Exposure, Line, pack_of
from training.families.offers.exposures.affinity import affinities
from training.families.offers.exposures.crosses import CROSSES, GROUPS, NAMES, CrossFeatures
from training.families.offers.exposures.exposed import Exposed
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offer, Offers

TEA = Offer("tea", "Tea", 400, 100, kind="discount", category="tea", discount=0.2)
MUG = Offer("mug", "Mug", 900, 100, kind="gift", item_id="mug", category="ware")
OFFERS = Offers.of([TEA, MUG])
AT = Cutoff.parse("2026-03-01")


def bought(when: str, category: str, item: str = "item", discount: float = 0.0) -> Line:
    return Line(when, 10.0, when + item, item=item, category=category, discount=discount)


PACK = pack_of(
    {
        "anna": [
            bought("2026-01-10", "tea"),
            bought("2026-02-19", "tea", discount=10.0),
            bought("2026-02-20", "ware", item="mug"),
            bought("2026-03-01", "tea"),
            Exposure("2026-02-10", accepted="2026-02-12", offer="tea"),
            Exposure("2026-02-24", offer="mug"),
            Exposure("2026-02-26", offer="tea", arm="control"),
        ],
        "bert": [bought("2026-02-01", "ware")],
    }
)


def crosses(customer: int, offer: str) -> dict[str, float]:
    found = CrossFeatures(PACK, OFFERS)
    tastes = Tastes.learn(found.lines, AT)
    place = OFFERS.place(offer)
    row = found.of_pairs(np.array([customer]), np.zeros(1, np.int64), np.array([place]), AT, tastes)
    return dict(zip(NAMES, row[0].tolist(), strict=True))


def test_what_was_bought_of_the_offers_category_before_the_cutoff_counts() -> None:
    found = crosses(0, "tea")
    assert found["offer_category_orders"] == 2
    assert found["offer_category_share"] == pytest.approx(2 / 3)
    # The last before the cutoff, not the one at it.
    assert found["days_since_offer_category"] == 10
    assert found["own_discount_share"] == pytest.approx(10 / 40)
    assert found["offer_discount_over_own"] == pytest.approx(0.2 - 0.25)


def test_answers_to_earlier_offers_count_and_what_was_withheld_does_not() -> None:
    found = crosses(0, "tea")
    assert (found["offers_shown_before"], found["offers_taken_before"]) == (2, 1)
    assert found["same_offer_shown"] == 1
    assert found["days_since_offer_shown"] == 5
    assert found["days_since_offer_taken"] == 17
    assert found["offers_shown_30_days"] == 2


def test_the_item_of_an_offer_is_counted_and_another_customer_has_none() -> None:
    assert crosses(0, "mug")["offer_item_orders"] == 1
    nobody = crosses(1, "tea")
    assert nobody["offer_category_orders"] == 0 and nobody["offers_shown_before"] == 0
    assert np.isnan(nobody["days_since_offer_category"])
    assert np.isnan(nobody["days_since_offer_shown"])


def test_nothing_after_the_cutoff_changes_a_cross() -> None:
    later = pack_of(
        {
            "anna": [bought("2026-01-10", "tea"), bought("2026-05-01", "tea")],
            "bert": [Exposure("2026-04-01", offer="tea", accepted="2026-04-02")],
        }
    )
    earlier = pack_of(
        {"anna": [bought("2026-01-10", "tea")], "bert": [bought("2026-04-01", "tea")]}
    )
    rows = []
    for pack in (later, earlier):
        found = CrossFeatures(pack, OFFERS)
        tastes = Tastes.learn(found.lines, AT)
        pairs = np.array([0, 1])
        rows.append(found.of_pairs(np.array([0, 1]), pairs, np.array([1, 1]), AT, tastes))
    assert np.array_equal(rows[0], rows[1], equal_nan=True)


def test_tastes_of_new_categories_say_nothing() -> None:
    found = CrossFeatures(PACK, OFFERS)
    tastes = Tastes.learn(found.lines, AT)
    more = tastes.among((*tastes.categories, "zebra"))
    assert more.weights.shape == (3, 3) and not more.weights[2].any()
    assert np.array_equal(more.weights[:2, :2], tastes.weights)
    assert tastes.among(tastes.categories) is tastes


def test_exposures_know_when_they_were_taken_and_when_they_are_over() -> None:
    exposed = Exposed.of_pack(PACK, OFFERS, response_days=7)
    assert exposed.rows == 3 and exposed.taken.tolist() == [1.0, 0.0, 0.0]
    assert exposed.treated.tolist() == [True, True, False]
    assert exposed.ripe(AT).tolist() == [True, False, False]
    assert exposed.overlapping() == pytest.approx(2 / 3)


def test_an_acceptance_after_its_days_is_none() -> None:
    exposed = Exposed.of_pack(PACK, OFFERS, response_days=2)
    assert exposed.taken.tolist() == [0.0, 0.0, 0.0]


def test_without_exposures_who_bought_what_an_offer_is_for_is_an_affinity() -> None:
    pack = pack_of({"anna": [bought("2026-01-10", "tea"), bought("2026-02-20", "tea")]})
    found = affinities(pack, Offers.of([TEA]), 10, AT)
    assert found.rows == 4 and found.taken.tolist() == [0.0, 0.0, 0.0, 1.0]


def test_every_cross_is_explained_and_in_a_group() -> None:
    assert len(NAMES) == len(set(NAMES))
    groups = {group.name for group in GROUPS}
    for one in CROSSES:
        assert one.group in groups and "{value}" in one.said and one.meaning.endswith(".")
