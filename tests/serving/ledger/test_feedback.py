"""What people think of reasons: counted by reason, the latest verdict on each."""

from __future__ import annotations

import pytest

from serving.contract.privacy_messages import FeedbackAnswer
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service, answer_as


@pytest.fixture
def risky(snapshot: Snapshot) -> str:
    return snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]


def test_feedback_is_counted_by_reason_and_a_later_verdict_replaces_an_earlier(
    service: Service, caller: Caller, risky: str
) -> None:
    row = caller.score(customer_id=risky)["rows"][0]
    group = row["reasons"][0]["group"]
    teller = service.caller("events")

    def told(**verdict: str) -> list[str]:
        given = {"decision_id": row["decision_id"], "group": group} | verdict
        answer = teller.post("/v1/feedback", json={"rows": [given]})
        answer_as(FeedbackAnswer, answer.content)
        return [one["status"] for one in answer.json()["rows"]]

    assert told(verdict="wrong") == ["stored"] and told(verdict="helpful") == ["stored"]
    assert told(verdict="known", decision_id="f" * 32) == ["unknown_decision"]
    assert told(verdict="known", group="weather") == ["unknown_group"]
    assert service.models_in_use.ledger.feedback.counts() == {group: {"helpful": 1}}
