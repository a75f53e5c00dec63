"""What is told of a reason that moved: the plainest fact that moved with it, then and now."""

from __future__ import annotations

import numpy as np

from features.declarations.feature import Feature, ReasonGroup
from training.reasons.moved_facts import moved_facts
from training.reasons.wording import Wording


def feature(name: str, meaning: str, unit: str) -> Feature:
    return Feature(name, meaning, unit, "all", "indirect", "", "{value}")


FEATURES = (
    feature("days_since_order", "Days since the last order.", "days"),
    feature("silence_ratio", "Silence against the usual gap: above 1 when overdue.", "ratio"),
    feature("expected_next_order_days", "Days until the next order; negative when overdue.", "days"),
    feature("orders_count_90d", "Orders placed in the last 90 days.", "orders"),
    feature("orders_growth_90d", "The last 90 days against the 90 before: above 1 when growing.", "ratio"),
    feature("web_share", "Share of contacts through web.", "share"),
    feature("days_since_complaint", "Days since the last complaint.", "days"),
)  # fmt: skip
NAMES = [one.name for one in FEATURES]
THEN = {"days_since_order": 11, "silence_ratio": 0.9, "expected_next_order_days": 1, "orders_count_90d": 3,
        "orders_growth_90d": 1.5, "web_share": 0.33}  # fmt: skip
NOW = {"days_since_order": 41, "silence_ratio": 3.4, "expected_next_order_days": -29, "orders_count_90d": 0,
       "orders_growth_90d": 0, "web_share": 0.17}  # fmt: skip


def told(then: dict[str, float], now: dict[str, float], **pushed: float) -> list[str]:
    rows = np.array([[one.get(name, np.nan) for name in NAMES] for one in (then, now)], np.float32)
    wording = Wording(
        FEATURES, [ReasonGroup("all", "All")], np.full((1, len(NAMES)), np.nan, np.float32), "EUR"
    )
    pushes = np.array([pushed.get(name, 0.0) for name in NAMES])
    return [one.text for one in moved_facts(wording, np.arange(len(NAMES)), pushes, rows)]


def test_a_silence_is_told_in_days_whatever_ratio_it_was_reckoned_by() -> None:
    silent = "Days since the last order: 11 days → 41 days"
    assert told(THEN, NOW, silence_ratio=1.0) == [silent]
    assert told(THEN, NOW, silence_ratio=1.0, expected_next_order_days=2.0) == [silent]


def test_where_the_days_did_not_grow_the_ratio_speaks_for_itself() -> None:
    now = {**NOW, "days_since_order": 5}
    assert told(THEN, now, silence_ratio=1.0) == ["Silence against the usual gap: 0.9 → 3.4"]


def test_growth_is_told_by_the_number_that_grew_unless_it_went_the_other_way() -> None:
    assert told(THEN, NOW, orders_growth_90d=1.0) == ["Orders placed in the last 90 days: 3 → 0"]
    more = {**NOW, "orders_count_90d": 4, "orders_growth_90d": 0.8}
    said = "The last 90 days against the 90 before: 1.5 → 0.8"
    assert told(THEN, more, orders_growth_90d=1.0) == [said]


def test_plain_facts_come_before_shares_that_pushed_up_to_four_times_as_much() -> None:
    web, orders = "Share of contacts through web: 33 % → 17 %", "Orders placed in the last 90 days"
    assert told(THEN, NOW, web_share=3.9, orders_count_90d=1.0)[0].startswith(orders)
    assert told(THEN, NOW, web_share=4.1, orders_count_90d=1.0)[0] == web


def test_what_pushed_the_other_way_or_reads_as_it_did_is_not_told() -> None:
    assert told(THEN, NOW, web_share=-1.0) == []
    same = {**THEN, "web_share": 0.3301}
    assert told(THEN, same, web_share=1.0) == []


def test_a_first_complaint_was_none_before() -> None:
    now = {**NOW, "days_since_complaint": 5}
    assert told(THEN, now, days_since_complaint=1.0) == [
        "Days since the last complaint: none → 5 days"
    ]


def test_what_was_known_before_comes_ahead_of_news_that_pushed_up_to_twice_as_much() -> None:
    now = {**NOW, "days_since_complaint": 5}
    orders, complaint = "Orders placed in the last 90 days", "Days since the last complaint"
    assert told(THEN, now, days_since_complaint=1.9, orders_count_90d=1.0)[0].startswith(orders)
    assert told(THEN, now, days_since_complaint=2.1, orders_count_90d=1.0)[0].startswith(complaint)
