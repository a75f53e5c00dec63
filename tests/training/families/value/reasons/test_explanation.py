"""One customer's value in words: what is shown adds up, and sentences say what speaks for money, not for leaving."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.declarations.feature import Feature, ReasonGroup
from training.families.value.reasons.explanation import (
    StoredShares,
    explain_value,
    sayable_of_value,
    shown_unit,
)
from training.reasons.languages.known import language_of
from training.reasons.tendency import of_unclaimed, tendencies
from training.reasons.wording import Wording

GROUPS = ("recency", "spend", "tenure")
FEATURES = (
    Feature("days_since_order", "Days since the last order.", "days", "recency", "indirect", "", "{value}"),
    Feature("gap_mean_days", "Usual gap.", "days", "recency", "indirect", "", "{value}"),
    Feature("spend_sum_365d", "Spend.", "cents", "spend", "indirect", "", "spent {value}"),
    Feature("days_since_first_order", "Tenure.", "days", "tenure", "context", "", "{value}"),
)  # fmt: skip
WORDING = Wording(
    FEATURES,
    [ReasonGroup(one, one.title()) for one in GROUPS],
    np.array([np.nan, np.nan, 100_00, 400], np.float32),
    "EUR",
)
LEADING = (0, 2, 3)
NOBODY_SPECIAL = np.array([10, 20, 500_00, 800], np.float32)


def shares(expected: int, base: float, *by_part: list[float], limit: float = 0.0) -> StoredShares:
    names = ("whole",) if len(by_part) == 1 else ("chance", "amount")
    return StoredShares(expected, base, names, np.array(by_part), LEADING, limit)


def test_reasons_are_said_in_money_that_adds_up() -> None:
    silent = np.array([41, 20, 500_00, 800], np.float32)
    found = explain_value(shares(200_00, 100_00, [-20_00.0, 90_00, 30_00]), silent, WORDING)
    assert [(one.group, one.shown_cents) for one in found.reasons] == [
        ("spend", 90_00),
        ("tenure", 30_00),
        ("recency", -20_00),
    ]
    assert (found.base_cents, found.other_cents, found.limit_cents) == (100_00, 0, 0)
    assert found.reasons[0].text == "Spent €500 (typical: €100)"


def test_a_claim_that_speaks_for_staying_speaks_for_a_higher_value() -> None:
    ordered_lately = NOBODY_SPECIAL
    silent = np.array([41, 20, 500_00, 800], np.float32)
    raised, lowered = shares(130_00, 100_00, [30_00, 0, 0]), shares(70_00, 100_00, [-30_00, 0, 0])
    said = explain_value(raised, ordered_lately, WORDING).reasons[0]
    assert said.text == "Last order 10 days ago; usually buys every 20 days"
    said = explain_value(lowered, silent, WORDING).reasons[0]
    assert said.text == "Silent for 41 days; usually buys every 20 days"
    found = explain_value(raised, silent, WORDING)
    assert (found.reasons, found.withheld) == ((), 1)
    assert found.other_cents == 30_00


def test_reasons_are_told_in_german_too() -> None:
    features = [replace(one, said="spent {value} so far, net of returns") if one.unit == "cents" else one
                for one in FEATURES]  # fmt: skip
    groups = [ReasonGroup("recency", "Buying rhythm"), ReasonGroup("spend", "Spend level"),
              ReasonGroup("tenure", "Time as a customer")]  # fmt: skip
    features = [replace(one, said="usually buys every {value}") if one.unit == "days" else one
                for one in features]  # fmt: skip
    wording = Wording(features, groups, WORDING.peers, "EUR", language_of("de"))
    found = explain_value(shares(150_00, 100_00, [20_00, 30_00, 0]), NOBODY_SPECIAL, wording)
    assert [(one.title, one.text) for one in found.reasons] == [
        ("Höhe der Ausgaben", "500 € ausgegeben bisher, Rückgaben abgezogen (üblich: 100 €)"),
        ("Kaufrhythmus", "Letzte Bestellung vor 10 Tagen; kauft sonst alle 20 Tage"),
    ]


def test_a_silence_is_told_once_with_all_its_money() -> None:
    silent = np.array([111, 20, 0, 800], np.float32)
    found = explain_value(shares(40_00, 100_00, [-40_00, 0, 0], [0, -20_00, 0]), silent, WORDING)
    (only,) = found.reasons
    assert only.text == "Silent for 111 days; usually buys every 20 days"
    assert (only.shown_cents, only.joined, only.parts) == (
        -60_00,
        ("spend",),
        {"chance": -40_00, "amount": -20_00},
    )


def test_a_reason_is_split_by_the_part_of_the_model_it_comes_through() -> None:
    found = explain_value(
        shares(150_00, 100_00, [0, 20_00.4, 0], [0, 29_99.6, 0]), NOBODY_SPECIAL, WORDING
    )
    assert found.reasons[0].parts == {"chance": 20_00, "amount": 30_00}


def test_the_limit_is_a_line_of_its_own() -> None:
    found = explain_value(
        shares(150_00, 100_00, [0, 90_00, 0], limit=-40_00), NOBODY_SPECIAL, WORDING
    )
    assert (found.reasons[0].shown_cents, found.limit_cents, found.other_cents) == (
        90_00,
        -40_00,
        0,
    )


@pytest.mark.parametrize(("value", "added"), [(10_00, 99), (500_00, 4_99)])
def test_less_than_a_unit_or_a_hundredth_of_the_value_is_no_reason(value: int, added: int) -> None:
    found = explain_value(shares(value, value - added, [0, added, 0]), NOBODY_SPECIAL, WORDING)
    assert (found.reasons, found.other_cents) == ((), added)


@pytest.mark.parametrize(
    ("expected", "base", "unit"), [(99_99, 50.0, 1), (100_00, 50.0, 100), (5, 100_00.0, 100)]
)
def test_a_page_shows_cents_of_small_amounts_alone(expected: int, base: float, unit: int) -> None:
    assert shown_unit(expected, base) == unit


def test_facts_that_point_the_other_way_stand_back() -> None:
    spend = np.arange(100, dtype=np.float32) * 100
    values = np.column_stack([spend[::-1], np.full(100, np.nan), spend, np.tile([1, 2], 50)])
    tendency = of_unclaimed(tendencies(values.astype(np.float32), spend.astype(float)), FEATURES)
    # Of the silence a claim is made, the usual gap is unknown, and tenure goes neither way.
    assert tendency.tolist() == [0, 0, 1, 0]
    rich, poor = np.array([[10, 20, 500_00, 800], [10, 20, 5_00, 800]], np.float32)
    found = sayable_of_value(WORDING, np.array([rich, poor]), tendency)
    assert (found["raises"][:, 2] > 0).tolist() == [True, False]
    assert (found["lowers"][:, 2] > 0).tolist() == [False, True]
    assert found["raises"][:, 3].all() and found["lowers"][:, 3].all()


@settings(max_examples=100)
@given(
    st.integers(0, 10**8),
    st.floats(0, 10**7),
    st.lists(st.floats(-(10**7), 10**7), min_size=6, max_size=6),
    st.floats(-(10**6), 0),
    st.sampled_from([1, 100]),
)
def test_whatever_is_shown_adds_up(
    expected: int, base: float, parts: list[float], limit: float, unit: int
) -> None:
    found = explain_value(
        shares(expected, base, parts[:3], parts[3:], limit=limit),
        NOBODY_SPECIAL,
        WORDING,
        unit_cents=unit,
    )
    shown = [one.shown_cents for one in found.reasons]
    assert found.base_cents + sum(shown) + found.limit_cents + found.other_cents == (
        found.expected_cents
    )
    assert all(one % unit == 0 for one in shown)
    assert abs(found.expected_cents - expected) < unit
    for one in found.reasons:
        assert sum(one.parts.values()) == one.shown_cents
