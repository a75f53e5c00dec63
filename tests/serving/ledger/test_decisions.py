"""Answered rows as they are written: every field, and the latest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from serving.ledger.decisions import Decision
from serving.ledger.ledger import Ledger

FULL = Decision(
    *("d1", "anna", "ok", 0.25, "3", "model", 10, 20),
    *("data", "vector", "fresh", "spring", "yes"),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_a_decision_is_read_as_it_was_written(ledger: Ledger) -> None:
    bare = Decision("d2", "bert", "not_eligible", None, "3", "model", 10, 20)
    ledger.append([FULL, bare])
    assert ledger.decision("d1") == FULL and ledger.decision("d2") == bare
    assert ledger.decision("d3") is None


def test_the_latest_of_one_customer_are_told_first_and_no_more_than_asked_for(
    ledger: Ledger,
) -> None:
    some = [replace(FULL, decision_id=f"d{at}", decided_at=20 + at // 2) for at in range(5)]
    ledger.append([*some, replace(FULL, decision_id="other", customer_id="bert")])
    named = [one.decision_id for one in ledger.latest_decisions("anna", 9)]
    assert named == ["d4", "d2", "d3", "d0", "d1"]
    assert [one.decision_id for one in ledger.latest_decisions("anna", 2)] == named[:2]


def test_a_block_that_is_done_once_more_leaves_its_decisions_as_they_are(ledger: Ledger) -> None:
    ledger.append([FULL])
    ledger.append([replace(FULL, probability=0.5), replace(FULL, decision_id="d2")], again=True)
    assert ledger.decision("d1") == FULL and ledger.decision("d2") is not None
    ledger.append([])


def test_all_that_is_on_record_is_told_oldest_first(ledger: Ledger) -> None:
    earlier = replace(FULL, decision_id="d9", customer_id="bert", decided_at=19)
    beside = replace(FULL, decision_id="d0")
    ledger.append([FULL, earlier, beside])
    assert ledger.decisions() == [earlier, beside, FULL]
