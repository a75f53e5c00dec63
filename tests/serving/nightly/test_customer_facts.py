"""Last order and recent spend, as known before the cutoff."""

from __future__ import annotations

from dataclasses import replace

import pytest

from serving.nightly.customer_facts import customer_facts
from serving.snapshot.columns import NEVER
from tests.builders import at, contact, order, pack_of, returned


def test_spend_is_net_of_returns_over_365_days_and_the_last_order_is_no_return() -> None:
    pack = pack_of(
        {
            # anna: 1 order a year and a day before, 2 orders since, and a return
            "anna": [
                order("2025-02-28", spend=99.00),
                order("2025-03-01", spend=10.00),
                order("2026-02-20", spend=25.50),
                returned("2026-02-25", spend=5.50),
            ],
            # bert: one order at the cutoff itself, which does not count
            "bert": [order("2026-03-01", spend=7.00)],
        }
    )
    facts = customer_facts(pack, at("2026-03-01").seconds)
    assert facts.spend_cents.tolist() == [3000, 0]
    assert facts.last_order_seconds.tolist() == [at("2026-02-20").seconds, NEVER]
    assert facts.first_order_seconds.tolist() == [at("2025-02-28").seconds, NEVER]
    assert facts.last_order_day.tolist() == [at("2026-02-20").seconds // 86_400, NEVER]


def test_an_order_that_became_known_at_the_cutoff_is_not_seen() -> None:
    pack = pack_of({"anna": [order("2026-02-01"), order("2026-02-20", known="2026-03-01")]})
    facts = customer_facts(pack, at("2026-03-01").seconds)
    assert facts.last_order_seconds.tolist() == [at("2026-02-01").seconds]


def test_the_day_of_the_last_order_is_the_companys_own() -> None:
    # Half past eleven at night in UTC is the next morning in Berlin.
    pack = pack_of({"anna": [order("2026-02-01T23:30:00")]}, timezone="Europe/Berlin")
    facts = customer_facts(pack, at("2026-03-01").seconds)
    assert facts.last_order_day.tolist() == [at("2026-02-02").seconds // 86_400]


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
def test_blocks_of_customers_make_no_difference(size: int) -> None:
    """Five customers, one of them without an order, each with a spend of their own."""
    pack = pack_of(
        {
            "anna": [order("2026-02-01", spend=1.00), order("2026-02-02", spend=2.00)],
            "bert": [order("2026-02-03", spend=4.00)],
            "carl": [],
            "dora": [order("2026-02-05", spend=8.00)],
            "emil": [order("2026-02-06", spend=16.00), returned("2026-02-07", spend=1.00)],
        }
    )
    facts = customer_facts(pack, at("2026-03-01").seconds, at_once=size)
    assert facts.spend_cents.tolist() == [300, 400, 0, 800, 1500]
    days = [at(f"2026-02-0{one}").seconds if one else NEVER for one in (1, 3, 0, 5, 6)]
    assert facts.first_order_seconds.tolist() == days
    days = [at(f"2026-02-0{day}").seconds for day in (2, 3, 5, 6)]
    assert facts.last_order_seconds.tolist() == [*days[:2], NEVER, *days[2:]]


@pytest.mark.parametrize(
    ("when", "spend", "is_last"),
    [
        ("2025-02-28T23:59:59", 0, True),
        ("2025-03-01", 700, True),
        ("2025-03-01T00:00:01", 700, True),
        ("2026-02-28T23:59:59", 700, True),
        ("2026-03-01", 0, False),
        ("2026-03-01T00:00:01", 0, False),
    ],
)
def test_the_year_holds_its_first_second_and_not_that_of_the_cutoff(
    when: str, spend: int, is_last: bool
) -> None:
    """2025-03-01 lies 365 days before 2026-03-01."""
    facts = customer_facts(pack_of({"anna": [order(when, spend=7.00)]}), at("2026-03-01").seconds)
    assert facts.spend_cents.tolist() == [spend]
    assert facts.last_order_seconds.tolist() == [at(when).seconds if is_last else NEVER]


def test_an_order_known_a_second_before_the_cutoff_counts() -> None:
    line = order("2026-02-20", spend=7.00, known="2026-02-28T23:59:59")
    facts = customer_facts(pack_of({"anna": [line]}), at("2026-03-01").seconds)
    assert facts.spend_cents.tolist() == [700]


def test_a_company_without_purchases_has_neither_orders_nor_spend() -> None:
    pack = pack_of({"anna": [contact("2026-01-05")]})
    without = replace(pack, streams={"contacts": pack.streams["contacts"]})
    facts = customer_facts(without, at("2026-03-01").seconds)
    assert (facts.spend_cents.tolist(), facts.last_order_day.tolist()) == ([0], [NEVER])
