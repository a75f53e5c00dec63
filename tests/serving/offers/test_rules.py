"""A rule holds for those it says: every comparison just below, on and just above its number."""

from __future__ import annotations

import numpy as np
import pytest

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
