"""Which decisions about offers count as shown, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from serving.ledger.ledger import Ledger
from serving.ledger.offer_decisions import DECIDED, OfferDecision

SHOWN = OfferDecision("d1", 1, "anna", "TEA", DECIDED, 0.5, 12.5, 1, "digest", 100)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_what_was_shown_counts_and_a_look_or_nothing_does_not(ledger: Ledger) -> None:
    look = replace(SHOWN, decision_id="d2", is_shown=0)
    nothing = replace(SHOWN, decision_id="d3", offer_id="")
    ledger.offers.append([SHOWN, look, nothing])
    assert ledger.offers.shown(0) == [("anna", "TEA", 100)]


@pytest.mark.parametrize(("since", "found"), [(99, 1), (100, 1), (101, 0)])
def test_what_was_shown_counts_from_the_second_on_that_is_asked_for(
    ledger: Ledger, since: int, found: int
) -> None:
    ledger.offers.append([SHOWN])
    assert len(ledger.offers.shown(since)) == found == len(ledger.offers.shown(since, ["anna"]))


def test_what_was_shown_is_told_of_those_who_are_asked_about(ledger: Ledger) -> None:
    ledger.offers.append([SHOWN, replace(SHOWN, decision_id="d2", customer_id="bert")])
    assert ledger.offers.shown(0, ["bert", "carl"]) == [("bert", "TEA", 100)]
    assert ledger.offers.shown(0, []) == [] and len(ledger.offers.shown(0)) == 2


def test_everything_decided_for_one_is_told_oldest_first(ledger: Ledger) -> None:
    late, second = replace(SHOWN, decision_id="d0", decided_at=101), replace(SHOWN, slot=2)
    ledger.offers.append([late, second, SHOWN, replace(SHOWN, decision_id="d5", customer_id="b")])
    assert ledger.offers.of_customer("anna") == [SHOWN, second, late]


def test_the_decisions_of_a_call_are_kept_together_or_not_at_all(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="UNIQUE"):
        ledger.offers.append([SHOWN, SHOWN])
    assert ledger.offers.of_customer("anna") == []


def test_everything_decided_is_told_oldest_first_whoever_it_was_decided_for(ledger: Ledger) -> None:
    late, other = replace(SHOWN, decision_id="d0", decided_at=101), replace(SHOWN, slot=2)
    earlier = replace(SHOWN, decision_id="d5", customer_id="bert", decided_at=99)
    ledger.offers.append([late, other, SHOWN, earlier])
    assert ledger.offers.all() == [earlier, SHOWN, other, late]
