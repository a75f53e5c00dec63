"""What is known of a customer and an offer, counted by hand on tables of a few rows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from features.vectors.fresh import CodedEvents
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import Cutoff
from tests.builders import Exposure, Line, pack_of
from training.families.offers.exposures.affinity import affinities
from training.families.offers.exposures.answers import Showings
from training.families.offers.exposures.crosses import CROSSES, GROUPS, NAMES, CrossFeatures
from training.families.offers.exposures.exposed import Exposed
from training.families.offers.exposures.lines import OrderLines
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offer, Offers

TEA = Offer("tea", "Tea", 400, 100, kind="discount", category="tea", discount=0.2)
MUG = Offer("mug", "Mug", 900, 100, kind="gift", item_id="mug", category="ware")
OFFERS = Offers.of([TEA, MUG])
AT = Cutoff.parse("2026-03-01")


def bought(when: str, category: str, item: str = "item", discount: float = 0.0) -> Line:
    return Line(when, 10.0, when + item, item=item, category=category, discount=discount)


ANNA: list[Line | Exposure] = [
    bought("2026-01-10", "tea"),
    bought("2026-02-19", "tea", discount=10.0),
    bought("2026-02-20", "ware", item="mug"),
    bought("2026-03-01", "tea"),
    Exposure("2026-02-10", accepted="2026-02-12", offer="tea"),
    Exposure("2026-02-24", offer="mug"),
    Exposure("2026-02-26", offer="tea", arm="control"),
]
PACK = pack_of({"anna": ANNA, "bert": [bought("2026-02-01", "ware")]})


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


def test_lines_told_since_the_store_was_made_count_as_if_they_were_in_it() -> None:
    """Anna's newest tea is told: with the store without it her crosses are those of the store that has it."""
    earlier = [line for line in ANNA if not isinstance(line, Line) or line.when != "2026-03-01"]
    store = pack_of({"anna": earlier, "bert": [bought("2026-02-01", "ware")]})
    found = CrossFeatures(store, OFFERS)
    tastes = Tastes.learn(found.lines, AT)
    stream = store.streams["purchases"]
    tea, ware = (stream.dictionaries["category"].index(one) for one in ("tea", "ware"))
    when, later = Cutoff.parse("2026-03-01").seconds, Cutoff.parse("2026-03-02")

    def told(category: int) -> dict[str, float]:
        columns = {
            "category": [category],
            "item": [0],
            "amount_cents": [1_000],
            "discount_cents": [0],
        }
        lines = CodedEvents([when], [when], columns)
        row = found.of_customer(
            0, np.array([OFFERS.place("tea")]), later, tastes, told=lines, store_end=AT
        )
        return dict(zip(NAMES, row[0].tolist(), strict=True))

    whole = CrossFeatures(PACK, OFFERS)
    place = np.array([OFFERS.place("tea")])
    expected = whole.of_pairs(np.zeros(1, np.int64), np.zeros(1, np.int64), place, later, tastes)
    assert told(tea) == pytest.approx(dict(zip(NAMES, expected[0].tolist(), strict=True)))
    assert told(tea)["offer_category_orders"] == 3 and told(tea)["days_since_offer_category"] == 1
    assert told(ware)["offer_category_orders"] == 2
    # A category nobody had bought from says nothing of the offer's; the line counts among all.
    for new in (told(len(stream.dictionaries["category"]) + more) for more in (0, 1, 7)):
        assert new["offer_category_orders"] == 2
        assert new["offer_category_share"] == pytest.approx(2 / 4)
    # Nothing is left behind for the next who asks.
    assert crosses(0, "tea")["offer_category_orders"] == 2


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


def test_rates_of_few_showings_are_held_to_those_of_all_by_twenty_more() -> None:
    """Of two showings one was taken, that of tea: the first of its kind, as is the mug of its own."""
    rates = Showings.of(PACK, OFFERS).rates(AT, np.array([0, 1]))
    usual = (1 + 1) / (2 + 20)
    assert rates.usual == pytest.approx(usual)
    assert (OFFERS.place("mug"), OFFERS.place("tea")) == (0, 1)
    tea, mug = (1 + 20 * usual) / 21, (0 + 20 * usual) / 21
    found = rates.of(np.array([1, 0]), np.array([OFFERS.place("tea"), OFFERS.place("mug")]))
    assert found.tolist() == pytest.approx([(1 + 20 * tea) / 21, (0 + 20 * mug) / 21])
    before = Showings.of(PACK, OFFERS).rates(Cutoff.parse("2026-02-12"), np.array([0, 1]))
    assert before.usual == pytest.approx((0 + 1) / (1 + 20))


def test_a_company_that_showed_nothing_has_no_showings_and_nothing_to_learn_from() -> None:
    pack = pack_of({"anna": [bought("2026-01-10", "tea")], "bert": []})
    none = Showings.of(pack, OFFERS)
    assert none.latest_seconds == 0 and none.offsets.tolist() == [0, 0, 0]
    assert none.rates(AT, np.array([0, 1])).usual == 1 / 20
    with pytest.raises(ModelRefused, match="who was shown which offer when"):
        Exposed.of_pack(pack, OFFERS, response_days=7)


def test_a_company_that_sold_nothing_has_no_lines() -> None:
    pack = pack_of({"anna": [Exposure("2026-02-10", offer="tea")], "bert": []})
    without = replace(pack, streams={"exposures": pack.streams["exposures"]})
    lines = OrderLines.of_pack(without)
    assert (lines.customers, lines.offsets.tolist(), lines.categories) == (2, [0, 0, 0], ())


def test_a_line_of_no_known_category_is_of_none() -> None:
    stream = PACK.streams["purchases"]
    columns = {name: one for name, one in stream.columns.items() if name != "category"}
    plain = replace(
        PACK, streams=dict(PACK.streams) | {"purchases": replace(stream, columns=columns)}
    )
    assert set(OrderLines.of_pack(plain).category.tolist()) == {-1}
    assert set(OrderLines.of_pack(PACK).category.tolist()) == {0, 1}


def test_a_showing_of_an_offer_that_is_gone_teaches_nothing() -> None:
    pack = pack_of(
        {"anna": [Exposure("2026-02-10", offer="gone"), Exposure("2026-02-11", offer="mug")]}
    )
    assert Exposed.of_pack(pack, OFFERS, response_days=7).offers.tolist() == [OFFERS.place("mug")]


def test_every_cross_is_what_it_says() -> None:
    """Anna bought two teas, one at half its price, and a mug; bert a mug of another kind, and no more."""
    found = CrossFeatures(PACK, OFFERS)
    assert found.lines.categories == ("tea", "ware")
    weights = np.array([[0.5, 2.0], [3.0, -1.0]], np.float32)
    tastes = Tastes(("tea", "ware"), weights, np.array([0.25, 0.75], np.float32))
    tea, mug = OFFERS.place("tea"), OFFERS.place("mug")
    rows = found.of_pairs(
        np.array([0, 1]), np.array([0, 0, 1]), np.array([tea, mug, tea]), AT, tastes
    )
    usual = 2 / 22
    line = math.log(1_001)
    expected: dict[str, list[float]] = {
        "offer_category_orders": [2, 1, 0],
        "offer_category_share": [2 / 3, 1 / 3, 0],
        "days_since_offer_category": [10, 9, math.nan],
        "offer_category_taste": [0.5 + 3.0, 2.0 - 1.0, 3.0],
        "offer_item_orders": [0, 1, 0],
        "own_discount_share": [1 / 4, 1 / 4, 0],
        "offer_discount_over_own": [0.2 - 0.25, -0.25, 0.2],
        "offer_margin_over_line": [
            math.log(401) - line,
            math.log(901) - line,
            math.log(401) - line,
        ],
        "offers_taken_before": [1, 1, 0],
        "offers_taken_share_before": [(1 + 5 * usual) / 7, (1 + 5 * usual) / 7, usual],
        "offer_kind_taken_share": [(1 + 5 * usual) / 6, 5 * usual / 6, usual],
        "days_since_offer_taken": [17, 17, math.nan],
        "same_offer_shown": [1, 1, 0],
        "offers_shown_before": [2, 2, 0],
        "offers_shown_30_days": [2, 2, 0],
        "days_since_offer_shown": [5, 5, math.nan],
        "offer_discount": [0.2, 0, 0.2],
        "offer_reward_cost": [100, 100, 100],
        "offer_taken_rate": [
            (1 + 20 * (1 + 20 * usual) / 21) / 21,
            20 * (20 * usual / 21) / 21,
            (1 + 20 * (1 + 20 * usual) / 21) / 21,
        ],
        "offer_category_popularity": [0.25, 0.75, 0.25],
    }
    assert list(expected) == list(NAMES)
    for name, column in zip(NAMES, rows.T.tolist(), strict=True):
        assert column == pytest.approx(expected[name], nan_ok=True, abs=1e-6), name


@pytest.mark.parametrize(("when", "lately"), [("2026-03-12", 2), ("2026-03-13", 1), ("2026-03-26", 1), ("2026-03-27", 0)])  # fmt: skip
def test_lately_is_thirty_days(when: str, lately: int) -> None:
    found = Showings.of(PACK, OFFERS).answers(Cutoff.parse(when), np.array([0]), np.array([0, 1]))
    assert found.shown_lately.tolist() == [lately] and found.shown.tolist() == [2]
