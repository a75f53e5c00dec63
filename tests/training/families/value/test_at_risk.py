"""Risk times value if kept, and the matrix in money."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.families.value.at_risk import terciles, value_at_risk, value_risk_matrix


def test_a_customer_who_surely_leaves_puts_all_they_would_bring_at_risk() -> None:
    found = value_at_risk(np.array([1.0, 0.25, 0.5]), np.array([800.0, 800.0, -3.0]))
    assert found.tolist() == [800.0, 200.0, 0.0]


@given(st.lists(st.integers(0, 5), max_size=30))
def test_thirds_are_even_and_rise_with_the_amount(amounts: list[int]) -> None:
    found = terciles(np.array(amounts, float))
    counts = np.bincount(found, minlength=3)
    assert counts.max() - counts.min() <= 1
    order = np.argsort(amounts, kind="stable")
    assert (np.diff(found[order]) >= 0).all()


def test_the_matrix_sums_to_everybody_and_names_what_its_corners_call_for() -> None:
    value, risk = np.array([2, 2, 0, 1]), np.array([2, 0, 2, 1])
    money = np.array([900.0, 800.0, 10.0, 100.0])
    cells = value_risk_matrix(value, risk, money, money / 2)
    assert [(one.value, one.risk) for one in cells[:3]] == [
        ("high", "high"),
        ("high", "middle"),
        ("high", "low"),
    ]
    assert sum(one.customers for one in cells) == 4
    assert sum(one.if_kept_cents for one in cells) == 1810
    assert sum(one.at_risk_cents for one in cells) == 905
    assert (cells[0].if_kept_cents, cells[0].play) == (900, "Call, or make an offer")
    assert cells[4].play == ""


def test_each_cell_holds_its_own_customers_money_and_what_it_calls_for() -> None:
    """Nine customers, one a cell, with 1, 2, 4, … of value and three times that at risk."""
    value, risk = np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3)
    kept = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0])
    cells = value_risk_matrix(value, risk, kept, 3 * kept)
    assert [(one.value, one.risk, one.customers, one.if_kept_cents, one.at_risk_cents, one.play) for one in cells] == [
        ("high", "high", 1, 256, 768, "Call, or make an offer"),
        ("high", "middle", 1, 128, 384, ""),
        ("high", "low", 1, 64, 192, "Protect, without a discount"),
        ("middle", "high", 1, 32, 96, ""),
        ("middle", "middle", 1, 16, 48, ""),
        ("middle", "low", 1, 8, 24, ""),
        ("low", "high", 1, 4, 12, "Something cheap and automated"),
        ("low", "middle", 1, 2, 6, ""),
        ("low", "low", 1, 1, 3, "Leave as it is"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "thirds"),
    [(0, []), (1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (4, [0, 0, 1, 2]), (5, [0, 0, 1, 1, 2])],
)
def test_a_few_customers_fill_the_lowest_thirds_first(count: int, thirds: list[int]) -> None:
    assert terciles(np.arange(count, dtype=float)).tolist() == thirds
