"""A rule holds for those it says: every comparison just below, on and just above its number."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.errors import DataRefused
from serving.offers.rules import OfferRule

BELOW, ON, ABOVE, UNKNOWN = range(4)
VALUES = np.array([[1.5], [2.0], [2.5], [np.nan]], np.float32)


@pytest.mark.parametrize(
    ("sign", "holds"),
    [
        ("<", [BELOW]),
        ("<=", [BELOW, ON]),
        ("=", [ON]),
        ("!=", [BELOW, ABOVE]),
        (">=", [ON, ABOVE]),
        (">", [ABOVE]),
    ],
)
def test_a_comparison_holds_where_it_says_and_never_where_nothing_is_known(
    sign: str, holds: list[int]
) -> None:
    for text in (f"orders {sign} 2", f" orders{sign}2.0 "):
        found = OfferRule.read(text, ("orders",), whose="tea").holds(VALUES)
        assert np.flatnonzero(found).tolist() == holds


def test_all_parts_of_a_rule_must_hold_and_numbers_may_be_below_zero() -> None:
    rule = OfferRule.read(
        "spend > -1 and spend < 1 and orders = 0", ("orders", "spend"), whose="tea"
    )
    rows = np.array([[0, 0], [0, -1], [0, 1], [1, 0]], np.float32)
    assert rule.holds(rows).tolist() == [True, False, False, False]


def test_no_rule_at_all_holds_for_everybody_and_what_is_unknown_meets_no_part_of_one() -> None:
    assert OfferRule.read(" ", ("orders",), whose="tea").holds(VALUES).all()
    both = OfferRule.read("orders < 9 and spend < 9", ("orders", "spend"), whose="tea")
    rows = np.array([[1, 1], [np.nan, 1], [1, np.nan]], np.float32)
    assert both.holds(rows).tolist() == [True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "orders",
        "orders >= ",
        "orders >= two",
        "orders >= 2 or orders < 1",
        "orders >= 2, orders < 9",
        "orders >= 2 and",
        "orders => 2",
        "2 <= orders",
    ],
)
def test_what_is_no_rule_is_refused_beside_the_offer_it_is_of(text: str) -> None:
    with pytest.raises(DataRefused, match="joined by and, for tea"):
        OfferRule.read(text, ("orders",), whose="tea")


def test_a_feature_nobody_knows_is_refused_with_the_one_that_may_be_meant() -> None:
    with pytest.raises(DataRefused, match="in the rule of tea") as refused:
        OfferRule.read("orders >= 2 and spent > 1", ("orders", "spend"), whose="tea")
    assert refused.value.found == '"spent"' and '"spend"' in refused.value.remedy
