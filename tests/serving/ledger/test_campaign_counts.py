"""Sums over a campaign's customers are those one counts by hand, whoever is held out left out of what is spent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.ledger.campaign_counts import Assignment, ContactCounts, OutcomeCount
from serving.ledger.campaigns import CampaignMember, ContactOutcome, FrozenCampaign
from serving.ledger.ledger import Ledger

SPRING = FrozenCampaign("c1", "spring", "", "", 0, 30, 50, True, {"model_digest": "m"}, 1)


def member(customer_id: str, action: str, held: bool, cost: int, gain: int) -> CampaignMember:
    return CampaignMember(
        "c1",
        customer_id,
        f"d-{customer_id}",
        action,
        held,
        "at_risk",
        0.5,
        0.25,
        100,
        cost,
        gain,
        1,
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    members = [
        member("a", "call", False, 500, 900),
        member("b", "call", False, 500, 700),
        member("c", "call", True, 500, 800),
        member("d", "mail", False, 10, 300),
    ]
    opened.campaigns.freeze(SPRING, members)
    yield opened
    opened.close()


def test_each_contact_has_its_counts_and_spends_on_nobody_held_out(ledger: Ledger) -> None:
    expected = [
        ContactCounts("c1", "call", 2, 1, 1_000, 1_600, 0.5),
        ContactCounts("c1", "mail", 1, 0, 10, 300, 0.25),
    ]
    assert ledger.campaign_counts.of_campaign("c1") == expected
    assert ledger.campaign_counts.of_all() == {"c1": expected}
    assert ledger.campaign_counts.of_campaign("c2") == []


def test_an_outcome_counts_a_customer_once_and_the_latest_stands_beside_them(
    ledger: Ledger,
) -> None:
    ledger.campaigns.report(
        [
            ContactOutcome("c1", "a", 10, "no_answer", 50),
            ContactOutcome("c1", "a", 20, "no_answer", 50),
            ContactOutcome("c1", "a", 30, "accepted", 40),
            ContactOutcome("c1", "d", 5, "reached", 50),
        ]
    )
    assert sorted(ledger.campaign_counts.outcomes("c1"), key=lambda one: one.outcome) == [
        OutcomeCount("call", "accepted", 1),
        OutcomeCount("call", "no_answer", 1),
        OutcomeCount("mail", "reached", 1),
    ]
    first = ledger.campaign_counts.assignments("c1", first=0, most=2)
    assert first == [
        Assignment("a", "call", "at_risk", 0.5, 900, "accepted", 30),
        Assignment("b", "call", "at_risk", 0.5, 700, "", 0),
    ]
    rest = ledger.campaign_counts.assignments("c1", first=2, most=2)
    assert [one.customer_id for one in rest] == ["d"]
