"""What was kept as long as the settings say is let go, little by little, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from features.company.settings.service import RetentionSettings
from serving.ledger.decisions import Decision
from serving.ledger.feedback import Verdict
from serving.ledger.ledger import Ledger
from serving.ledger.offer_decisions import OfferDecision
from serving.ledger.retention import let_go

DAY = 86_400
NOW = 20_000 * DAY
KEPT = RetentionSettings(decisions_days=100, offers_days=200, feedback_days=50, audit_days=300)


def decided(name: str, days_ago: int) -> Decision:
    return Decision(name, "anna", "ok", 0.5, "1", "m", 0, NOW - days_ago * DAY)


def offered(name: str, days_ago: int) -> OfferDecision:
    return OfferDecision(name, 0, "anna", "o", "decided", 1.0, 1.0, 1, "m", NOW - days_ago * DAY)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Decisions of 150, 101, 100 and 0 days ago, offers of 201 and 200, verdicts of 51 and 50, calls of 301 and 300."""
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.append([decided(f"d{days}", days) for days in (150, 101, 100, 0)])
    ledger.offers.append([offered(f"o{days}", days) for days in (201, 200)])
    for name, days in (("d150", 51), ("d101", 50)):
        ledger.feedback.keep([Verdict(name, "rhythm", "helpful")], at=NOW - days * DAY)
    for days in (301, 300):
        ledger.audit.note(
            at=NOW - days * DAY, caller="k", method="GET", route="/v1/score", correlation_id="c"
        )
    yield ledger
    ledger.close()


@pytest.mark.parametrize("at_once", [1, 3, 500])
def test_each_kind_is_kept_for_its_days_and_no_longer(ledger: Ledger, at_once: int) -> None:
    rests: list[float] = []
    gone = let_go(ledger.path, ledger.audit, KEPT, at=NOW, rest=rests.append, at_once=at_once)
    assert gone == 2 + 1 + 1 + 1
    assert [ledger.decision(one) is not None for one in ("d150", "d101", "d100", "d0")] == [
        False, False, True, True,
    ]  # fmt: skip
    assert [one.decision_id for one in ledger.offers.of_customer("anna")] == ["o200"]
    assert ledger.feedback.counts() == {"rhythm": {"helpful": 1}}
    assert ledger.audit.verify() == (1, "")
    # Between any two steps whoever has to write may.
    assert len(rests) >= (5 if at_once == 1 else 4)
    assert let_go(ledger.path, ledger.audit, KEPT, at=NOW, rest=rests.append) == 0


def test_what_is_let_go_by_one_setting_stays_by_a_longer_one(ledger: Ledger) -> None:
    longer = replace(KEPT, decisions_days=151, offers_days=202, feedback_days=52, audit_days=302)
    assert ledger.let_go(longer, at=NOW, rest=lambda seconds: None) == 0


def test_a_table_in_its_order_is_not_looked_through_where_nothing_is_old(ledger: Ledger) -> None:
    ledger.append([decided("late", 150)])
    assert (
        let_go(ledger.path, ledger.audit, KEPT, at=NOW, rest=lambda seconds: None, at_once=2) == 5
    )
    assert ledger.decision("late") is not None
    # Once those before it have gone it goes as well.
    later = NOW + 101 * DAY
    let_go(ledger.path, ledger.audit, KEPT, at=later, rest=lambda seconds: None, at_once=2)
    assert ledger.decision("late") is None


def test_offers_are_not_looked_through_either_where_the_oldest_are_to_stay(ledger: Ledger) -> None:
    ledger.offers.append([offered("late", 250)])
    # Beside two decisions, one verdict and one call the one offer before it.
    gone = let_go(ledger.path, ledger.audit, KEPT, at=NOW, rest=lambda seconds: None, at_once=1)
    assert gone == 2 + 1 + 1 + 1
    assert {one.decision_id for one in ledger.offers.of_customer("anna")} == {"o200", "late"}
    later = NOW + 201 * DAY
    let_go(ledger.path, ledger.audit, KEPT, at=later, rest=lambda seconds: None, at_once=1)
    assert ledger.offers.of_customer("anna") == []
