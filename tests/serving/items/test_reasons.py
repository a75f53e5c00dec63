"""What is said of an item in one sentence: the customer's own purchases of it first, then what pushes most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from serving.items.reasons import GROUPS, ItemGrounds, because, category_of, leading
from serving.items.recommending import Recommending, recommending_in
from tests.serving.company import Company
from training.families.items.pairs.pair_features import NAMES, POSITIONS
from training.families.items.words import WORDS

ENGLISH, GERMAN = WORDS["en"], WORDS["de"]


@pytest.fixture(scope="module")
def found(drugstore: Company) -> Recommending:
    opened = recommending_in(drugstore.workspace)
    assert opened is not None
    return opened


def pushes(**added: float) -> np.ndarray:
    return np.array([added.get(name, 0.0) for name in GROUPS])


def facts(**known: float) -> np.ndarray:
    row = np.full(len(NAMES), np.nan, np.float32)
    for name, value in known.items():
        row[POSITIONS[name]] = value
    return row


@pytest.mark.parametrize(
    ("added", "times", "first"),
    [
        # Bought again and again: their own purchases lead, however much more the others push.
        ({"taste": 3.0, "habit": 0.1}, 29, "habit"),
        ({"taste": 3.0, "habit": 0.1, "due": 0.2}, 29, "due"),
        ({"taste": 3.0, "habit": 0.1}, 2, "habit"),
        # Where they do not speak for it they do not lead.
        ({"taste": 3.0, "habit": -0.1, "due": -2.0}, 29, "taste"),
        # Bought once or never: what pushes most.
        ({"taste": 3.0, "habit": 0.1}, 1, "taste"),
        ({"taste": 3.0, "habit": 3.5}, 1, "habit"),
        ({"taste": 0.4, "demand": 0.5}, 0, "demand"),
        ({"price_fit": 1e-9, "taste": -9.0}, 0, "price_fit"),
        # Of those that push alike the earlier group.
        ({"habit": 1.0, "due": 1.0, "taste": 1.0}, 5, "habit"),
        ({"taste": 1.0, "category": 1.0, "demand": 1.0}, 0, "taste"),
    ],
)
def test_own_repeat_purchases_lead_and_otherwise_what_pushes_most(
    added: dict[str, float], times: float, first: str
) -> None:
    assert GROUPS[leading(pushes(**added), times)[0]] == first


def test_what_holds_an_item_back_never_leads() -> None:
    assert leading(pushes(taste=-3.0, habit=-0.1), 29) == []


FACTS: dict[str, Any] = {
    "times_bought": 29,
    "customer_orders": 37,
    "days_since_bought": 11.0,
    "own_gap_days": 9.0,
    "category_share": 0.4,
    "recent_share": float(np.log(0.05)),
}


@pytest.mark.parametrize(
    ("added", "changed", "english", "german"),
    [
        (
            {"taste": 3.0, "habit": 0.5},
            {},
            "bought in 29 of 37 orders",
            "in 29 von 37 Bestellungen gekauft",
        ),
        (
            {"taste": 3.0, "habit": 0.5, "due": 0.6},
            {},
            "every 9 days, last 11 days ago",
            "alle 9 Tage, zuletzt vor 11 Tagen",
        ),
        # What would say nothing for it is passed over for what pushes next.
        (
            {"habit": 3.0, "demand": 0.5},
            {"times_bought": 0},
            "5.0 % of the customers of the last 30 days bought it",
            "5,0 % der Kunden der letzten 30 Tage haben es gekauft",
        ),
        (
            {"buyer": 3.0, "price_fit": 0.5},
            {"times_bought": 0, "price_gap": -0.5},
            "costs less than what they usually pay",
            "kostet weniger als üblich",
        ),
        # Where nothing speaks for it, what moves it most is said.
        ({"habit": -3.0, "due": -0.5}, {}, "bought in 29 of 37 orders", "in 29 von 37 Bestellungen gekauft"),
    ],
)  # fmt: skip
def test_the_headline_is_said_in_both_languages(
    found: Recommending,
    added: dict[str, float],
    changed: dict[str, float],
    english: str,
    german: str,
) -> None:
    row, nobody = facts(**(FACTS | changed)), np.empty(0, np.int32)
    for words, expected in ((ENGLISH, english), (GERMAN, german)):
        assert (
            ItemGrounds(found.bundle, 0, nobody, pushes(**added), row, words).headline == expected
        )


def test_an_item_never_bought_is_told_by_the_bought_items_that_say_most_for_it(
    found: Recommending,
) -> None:
    owned = np.unique(found.bought(found.key("c000")).items)
    weight = found.bundle.shelf.kernel.weight
    item = next(
        one
        for one in range(len(found.bundle.catalogue.ids))
        if one not in owned and sum(weight(int(two), one) > 0 for two in owned) > 2
    )
    strongest = sorted(owned.tolist(), key=lambda two: -weight(two, item))[:2]
    first, second = (found.bundle.catalogue.name(two) for two in strongest)
    row = facts(**(FACTS | {"times_bought": 0}))
    said = ItemGrounds(
        found.bundle, item, owned, pushes(taste=1.0, demand=0.5), row, ENGLISH
    ).headline
    assert said == f"because they bought “{first}” and “{second}”"
    # Nobody bought anything that speaks for it: the next reason does.
    alone = ItemGrounds(
        found.bundle, item, owned[:0], pushes(taste=1.0, demand=0.5), row, ENGLISH
    ).headline
    assert alone == "5.0 % of the customers of the last 30 days bought it"


def test_of_items_that_say_alike_for_another_the_earlier_ones_are_named(
    found: Recommending,
) -> None:
    item, kernel = 0, found.bundle.shelf.kernel
    others = np.arange(1, len(found.bundle.catalogue.ids), dtype=np.int32)
    weights = {int(one): kernel.weight(int(one), item) for one in others}
    named = [found.bundle.catalogue.find(one) for one, *_ in because(found.bundle, item, others)]
    assert named == sorted(weights, key=lambda one: (-weights[one], one))[:2]
    assert category_of(found.bundle, item) == "Shelf 0"
