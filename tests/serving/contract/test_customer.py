"""The one view of a customer: profile, stage, score, reasons, change, timeline and earlier answers together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from features.store.pack import Attributes, EventStream, Pack, TextColumn
from features.vocabulary.time import DAY_SECONDS
from serving.contract.answering import instant
from serving.contract.customer_messages import CustomerAnswer
from serving.in_use.models_in_use import InUse
from serving.scores.profile import profile
from serving.scores.score import Status
from serving.scores.timeline import timeline
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service, answer_as


@pytest.fixture
def risky(snapshot: Snapshot) -> str:
    return snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]


def shown(caller: Caller, **question: Any) -> dict[str, Any]:
    answer = caller.post("/v1/customer", json=question)
    assert answer.status_code == 200, answer.text
    answer_as(CustomerAnswer, answer.content)
    found: dict[str, Any] = answer.json()
    return found


def test_one_call_shows_all_that_is_known(
    service: Service, caller: Caller, snapshot: Snapshot, risky: str
) -> None:
    asked = caller.score(customer_id=risky, campaign="spring")["rows"][0]
    view = shown(caller, customer_id=risky, events=10)
    score = {name: one for name, one in view["score"].items() if name != "decision_id"}
    assert score == {
        name: one for name, one in asked.items() if name not in ("decision_id", "hold_out")
    }
    assert view["profile"]["region"] and "marketing_consent" in view["profile"]
    assert view["change"]["reasons"] and view["since"] < view["score"]["vector_as_of"]
    assert [one["decision_id"] for one in view["decisions"]] == [asked["decision_id"]]
    assert view["decisions"][0]["hold_out"] in (True, False)
    assert view["score_age_days"] == (service.seconds - snapshot.cutoff_seconds) // DAY_SECONDS
    moments = [one["at"] for one in view["timeline"]]
    assert 0 < len(moments) <= 10 and moments == sorted(moments, reverse=True)


def test_what_was_told_stands_in_the_timeline_and_moves_the_score(
    service: Service, caller: Caller, in_use: InUse, risky: str
) -> None:
    when = in_use.snapshot.cutoff_seconds + 60
    contact = {"contacted_at": instant(when), "channel": "phone", "kind": "complaint"}
    told = {"rows": [{"customer_id": risky, "contact": contact}]}
    before = shown(caller, customer_id=risky)
    assert service.caller("events").post("/v1/events", json=told).status_code == 200
    after = shown(caller, customer_id=risky, language="de")
    first = after["timeline"][0]
    assert (first["at"], first["kind"], first["told"]) == (instant(when), "complaint", True)
    assert first["text"] == "1 Beschwerde" and first["details"]["channel"] == "phone"
    assert not any(one["told"] for one in before["timeline"])
    assert after["score"]["vector_as_of"] > before["score"]["vector_as_of"]


@pytest.mark.parametrize(("who", "status"), [("nobody", "unknown_id"), (None, "no_consent")])
def test_nothing_is_said_of_the_unknown_and_of_those_who_declined(
    caller: Caller, snapshot: Snapshot, who: str | None, status: str
) -> None:
    declined = int(np.flatnonzero(snapshot.status == Status.NO_CONSENT)[0])
    customer = who or snapshot.customer_ids[declined]
    assert shown(caller, customer_id=customer) == {"customer_id": customer, "status": status}


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ({"customer_id": "1", "events": 201}, "/events"),
        ({"customer_id": "1", "since": 5}, "/since"),
        ({"customer_id": "1", "since": "2199-01-01"}, "/since"),
        ({}, "/customer_id"),
    ],
)
def test_a_question_that_cannot_be_answered_is_pointed_at(
    caller: Caller, question: dict[str, Any], pointer: str
) -> None:
    answer = caller.post("/v1/customer", json=question)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(("days", "status"), [(1, 200), (0, 422), (-1, 422)])
def test_the_last_day_before_the_scores_may_be_asked_about_and_not_their_own(
    service: Service, caller: Caller, snapshot: Snapshot, risky: str, days: int, status: int
) -> None:
    cutoff = snapshot.cutoff_seconds
    assert cutoff % DAY_SECONDS == 0
    day = instant(cutoff - days * DAY_SECONDS)[:10]
    answer = caller.post("/v1/customer", json={"customer_id": risky, "since": day})
    changes = caller.post("/v1/changes", json={"rows": [{"customer_id": risky}], "since": day})
    assert (answer.status_code, changes.status_code) == (status, status)
    if status == 200:
        assert answer.json()["since"] == changes.json()["since"] == day
    else:
        assert answer.json()["errors"][0]["code"] == "not_earlier"
        assert changes.json()["errors"][0]["code"] == "not_earlier"


@pytest.mark.parametrize(("seconds", "days"), [(0, 0), (86_399, 0), (86_400, 1), (86_401, 1)])
def test_a_score_is_so_many_whole_days_old(
    service: Service, caller: Caller, snapshot: Snapshot, risky: str, seconds: int, days: int
) -> None:
    service.seconds = snapshot.cutoff_seconds + seconds
    view = shown(caller, customer_id=risky, events=0)
    assert view["score_age_days"] == days and view["timeline"] == []
    assert view["since"] == instant(snapshot.cutoff_seconds - 30 * DAY_SECONDS)[:10]


def stream(seconds: list[int], **columns: Any) -> EventStream:
    texts = {name: one[1] for name, one in columns.items() if isinstance(one, tuple)}
    arrays = {
        name: np.array(one[0] if isinstance(one, tuple) else one, np.int64)
        for name, one in columns.items()
    }
    return EventStream(np.array([0, len(seconds)]), np.array(seconds), arrays, texts)


def test_a_timeline_counts_orders_once_and_leaves_out_what_was_not_known() -> None:
    pack = Pack(
        TextColumn.of(["anna"]),
        {
            "purchases": stream(
                [100, 100, 300, 900],
                order=[1, 1, 2, 3],
                quantity_milli=[1_000, 2_000, -1_000, 1_000],
                amount_cents=[500, 300, -300, 1],
                channel=([0, 0, -1, 0], ["web"]),
            ),
            "exposures": stream(
                [200, 400],
                accepted_seconds=[250, 950],
                arm=([0, 1], ["treated", "control"]),
                offer=([0, 0], ["TEN"]),
            ),
        },
        900,
        "",
    )
    told = [
        (one.at_seconds, one.kind, dict(one.details)) for one in timeline(pack, 0, end_seconds=900)
    ]
    assert told == [
        (400, "offer_held_out", {"offer": "TEN", "arm": "control"}),
        (300, "return", {"lines": 1, "amount_cents": -300}),
        (250, "offer_accepted", {"offer": "TEN", "arm": "treated"}),
        (200, "offer_shown", {"offer": "TEN", "arm": "treated"}),
        (100, "order", {"lines": 2, "amount_cents": 800, "channel": "web"}),
    ]
    assert [one.at_seconds for one in timeline(pack, 0, 900, most=2)] == [400, 300]
    assert timeline(pack, -1, 900) == []


def test_a_profile_names_what_was_declared_and_hides_what_few_share() -> None:
    attributes = Attributes(
        {
            "region": np.array([0, -2, -1]),
            "member_since_seconds": np.array([86_400, np.iinfo(np.int64).min, 0]),
            "referrals_milli": np.array([2_000, np.iinfo(np.int64).min, 0]),
            "newsletter": np.array([1, -1, 0]),
        },
        {"region": ["North"]},
    )
    pack = Pack(TextColumn.of(["a", "b", "c"]), {}, 0, "", attributes)
    assert profile(pack, 0) == {
        "member_since_on": "1970-01-02",
        "newsletter": True,
        "referrals": 2.0,
        "region": "North",
    }
    assert list(profile(pack, 1).values()) == [None, None, None, "other"]
    assert profile(pack, 2)["newsletter"] is False and profile(pack, 2)["region"] is None
