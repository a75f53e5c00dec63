"""Last order and recent spend, as known before the cutoff."""

from __future__ import annotations

from serving.nightly.customer_facts import customer_facts
from serving.snapshot.columns import NEVER
from tests.builders import at, order, pack_of, returned


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
