"""Sentences say what the facts bear out, in the units people use."""

from __future__ import annotations

import numpy as np
import pytest

from features.declarations.feature import Feature, ReasonGroup
from features.vocabulary.arrays import SomeRows
from training.reasons.languages.known import ENGLISH
from training.reasons.peers import Peers
from training.reasons.wording import UNSAYABLE, Sentence, Wording

FEATURES = (
    Feature("days_since_order", "Days since the last order.", "days", "rhythm", "indirect", "", "last order {value} ago"),
    Feature("gap_mean_days", "Usual gap.", "days", "rhythm", "indirect", "", "usually buys every {value}"),
    Feature("orders_count_90d", "Orders.", "orders", "frequency", "indirect", "", "{value} orders in the last 90 days"),
    Feature("spend_growth_90d", "Growth.", "ratio", "trend", "indirect", "", "{value} times", "comparison"),
    Feature("orders_slope_12x30d", "Slope.", "orders", "trend", "indirect", "", "changed by {value}", "comparison"),
    Feature("spend_sum_365d", "Spend.", "cents", "spend", "indirect", "", "spent {value} in the last 365 days"),
)  # fmt: skip
GROUPS = [ReasonGroup(name, name) for name in ("rhythm", "frequency", "trend", "spend")]
TYPICAL = {"orders_count_90d": 3.0, "spend_sum_365d": 20_000.0}


def said(feature: str, direction: str, **values: float) -> Sentence:
    row = np.array([values.get(one.name, np.nan) for one in FEATURES], np.float32)
    typical = np.array([TYPICAL.get(one.name, np.nan) for one in FEATURES], np.float32)
    names = [one.name for one in FEATURES]
    return Wording(FEATURES, GROUPS, typical, "GBP").sentence(names.index(feature), direction, row)


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (41.0, "days", "41 days"),
        (40.999996, "days", "41 days"),
        (1.9, "days", "1 day"),
        (0.2, "days", "less than a day"),
        (-3.5, "days", "−3 days"),
        (1234.0, "orders", "1,234"),
        (2.4, "orders", "2.4"),
        (0.04, "ratio", "0.04"),
        (-0.5, "ratio", "−0.5"),
        (0.333, "share", "33 %"),
        (0.051, "share", "5.1 %"),
        (950.0, "cents", "£9.50"),
        (123456.0, "cents", "£1,235"),
        (0.0, "cents", "£0"),
        (1.0, "yes_no", "yes"),
        (0.0, "yes_no", "no"),
    ],
)
def test_a_quantity_is_written_in_its_unit(value: float, unit: str, written: str) -> None:
    assert ENGLISH.quantity(value, unit, "GBP") == written


def test_a_currency_without_a_sign_is_named() -> None:
    assert ENGLISH.money(1_000_000, "SEK") == "SEK 10,000"


def test_silence_is_told_against_the_customers_own_gap() -> None:
    sentence = said("days_since_order", "raises", days_since_order=41.0, gap_mean_days=12.0)
    assert sentence.text == "Silent for 41 days; usually buys every 12 days"
    assert [one.feature for one in sentence.facts] == ["days_since_order", "gap_mean_days"]


def test_a_recent_order_within_the_gap_is_told_when_it_lowers() -> None:
    sentence = said("days_since_order", "lowers", days_since_order=5.0, gap_mean_days=12.0)
    assert sentence.text == "Last order 5 days ago; usually buys every 12 days"


@pytest.mark.parametrize(
    ("feature", "direction", "values"),
    [
        ("days_since_order", "raises", {"days_since_order": 5.0, "gap_mean_days": 12.0}),
        ("days_since_order", "lowers", {"days_since_order": 41.0, "gap_mean_days": 12.0}),
        ("spend_growth_90d", "raises", {"spend_growth_90d": 1.4}),
        ("spend_growth_90d", "lowers", {"spend_growth_90d": 0.4}),
        ("orders_slope_12x30d", "raises", {"orders_slope_12x30d": 0.3}),
    ],
)
def test_a_claim_the_facts_contradict_is_withheld(
    feature: str, direction: str, values: dict[str, float]
) -> None:
    sentence = said(feature, direction, **values)
    assert sentence.is_contradicted and sentence.text == ""


@pytest.mark.parametrize(
    ("feature", "direction", "value", "text"),
    [
        ("spend_growth_90d", "raises", 0.4, "Spend of the last 90 days fell to 40 % of the 90 days before"),
        ("spend_growth_90d", "raises", 0.0, "No spend in the last 90 days; some in the 90 before"),
        ("spend_growth_90d", "lowers", 1.5, "Spend of the last 90 days grew to 150 % of the 90 days before"),
        ("orders_slope_12x30d", "raises", -0.3, "Orders falling by 0.3 a month over the last year"),
    ],
)  # fmt: skip
def test_a_change_is_told_with_its_direction(
    feature: str, direction: str, value: float, text: str
) -> None:
    assert said(feature, direction, **{feature: value}).text == text


@pytest.mark.parametrize(
    ("orders", "text"),
    [
        (2.0, "2 orders in the last 90 days (typical: 3)"),
        (1.0, "1 order in the last 90 days (typical: 3)"),
        (0.0, "No orders in the last 90 days (typical: 3)"),
        (3.0, "3 orders in the last 90 days"),
        (11.0, "11 orders in the last 90 days (typical: 3)"),
    ],
)
def test_a_bare_fact_stands_beside_what_is_typical(orders: float, text: str) -> None:
    assert said("orders_count_90d", "raises", orders_count_90d=orders).text == text


def test_an_unknown_fact_is_not_talked_about() -> None:
    sentence = said("orders_count_90d", "raises")
    assert sentence.text == "" and not sentence.is_contradicted


def test_without_a_usual_gap_the_silence_is_told_alone() -> None:
    assert (
        said("days_since_order", "raises", days_since_order=41.0).text == "Last order 41 days ago"
    )


def test_money_is_told_in_the_companys_currency() -> None:
    sentence = said("spend_sum_365d", "lowers", spend_sum_365d=123_456.0)
    assert sentence.text == "Spent £1,235 in the last 365 days (typical: £200)"


SOME_VALUES = [np.nan, -0.5, 0.0, 0.3, 1.0, 1.4, 3.0, 12.0, 41.0]


@pytest.mark.parametrize("direction", ["raises", "lowers"])
@pytest.mark.parametrize("position", range(len(FEATURES)))
def test_many_are_told_what_one_is_told(position: int, direction: str) -> None:
    random = np.random.default_rng(position)
    rows = random.choice(SOME_VALUES, (300, len(FEATURES))).astype(np.float32)
    usual = np.array([5.0, 12.0, 3.0, 0.9, 0.1, 20_000.0], np.float32)
    ways = np.array([1, -1, -1, 0, 0, 1], np.int8)
    wording = Wording(FEATURES, GROUPS, Peers(usual[None, :], -1, ways), "GBP")
    texts, contradicted = wording.said(position, direction, SomeRows(rows))
    alone = [wording.sentence(position, direction, row) for row in rows]
    assert texts == [one.text for one in alone]
    assert contradicted.tolist() == [one.is_contradicted for one in alone]
    standing = wording.sayable(rows)[direction][:, position]
    assert (standing > UNSAYABLE).tolist() == [bool(one) for one in texts]


def test_a_change_the_other_way_is_told_by_nothing_else() -> None:
    """Growth by a fifth raises no risk, however much everybody else grew."""
    sentence = said("spend_growth_90d", "raises", spend_growth_90d=1.2)
    assert (sentence.text, sentence.is_contradicted) == ("", True)
