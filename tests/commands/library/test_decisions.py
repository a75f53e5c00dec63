"""What the service answered, as a table: every row of the ledger, and nobody in it who is not to be named."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from features.vocabulary.errors import UsageRefused
from regulars import open_workspace
from serving.ledger.decisions import Decision
from serving.ledger.ledger import ledger_of
from serving.ledger.offer_decisions import OfferDecision
from tests.commands.library.company import NotebookCompany

ERASED, OBJECTED, OTHER = "C0000001", "C0000002", "C0000003"


def scored(decision_id: str, customer: str, probability: float | None, at: int) -> Decision:
    status = "no_consent" if probability is None else "ok"
    return Decision(decision_id, customer, status, probability, "1", "digest", 86_400, at)


def offered(decision_id: str, customer: str, at: int) -> OfferDecision:
    return OfferDecision(decision_id, 0, customer, "F1", "explored", 0.2, 3.5, 1, "d", at)


def test_decisions_are_what_the_ledger_has_on_record(own_company: NotebookCompany) -> None:
    opened = open_workspace(own_company.folder)
    assert len(opened.decisions()) == len(opened.decisions("offers")) == 0
    with ledger_of(own_company.workspace) as ledger:
        ledger.append([scored("d2", OBJECTED, 0.25, 200), scored("d1", ERASED, None, 100)])
        ledger.offers.append([offered("o1", ERASED, 9)])
    found = opened.decisions()
    assert found.decision_id.tolist() == ["d1", "d2"]
    assert found.customer_id.tolist() == [ERASED, OBJECTED]
    assert found.probability.isna().tolist() == [True, False]
    assert found.cutoff[0] == pd.Timestamp("1970-01-02", tz="UTC")
    assert opened.decisions("offers").action_probability.tolist() == [0.2]
    with pytest.raises(UsageRefused, match="of scores or of offers; found 'score'"):
        opened.decisions("score")  # type: ignore[arg-type]


def test_no_decision_names_who_objected_and_none_is_there_of_who_was_erased(
    own_company: NotebookCompany,
) -> None:
    """Also where an answer is written after the erasure, of a call that was under way."""
    people = (OTHER, ERASED, OBJECTED, ERASED, OTHER)
    with ledger_of(own_company.workspace) as ledger:
        ledger.privacy.decide([(OBJECTED, True)], at=1)
        ledger.privacy.erase([ERASED], at=1)
        ledger.append([scored(f"s{at}", one, at / 8, 10 + at) for at, one in enumerate(people)])
        ledger.offers.append([offered(f"o{at}", one, 10 + at) for at, one in enumerate(people)])
    opened = open_workspace(own_company.folder)
    scores, offers = opened.decisions(), opened.decisions("offers")
    assert scores.decision_id.tolist() == ["s0", "s2", "s4"]
    assert scores.probability.tolist() == [0.0, 0.25, 0.5]
    assert offers.decision_id.tolist() == ["o0", "o2", "o4"]
    for table in (scores, offers):
        first, unnamed, last = table.customer_id
        assert first == last == OTHER
        assert re.fullmatch("unnamed-[0-9a-f]{15}", unnamed)
