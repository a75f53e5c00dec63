"""What the company did moves no score and removes no reason: a call of ours told to the service, before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from features.behaviour.outreach import of_the_company
from features.vectors.fresh import FreshEvents
from features.vocabulary.time import DAY_SECONDS
from serving.contract.answering import instant
from serving.in_use.models_in_use import InUse
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service

CALL = {"channel": "phone", "kind": "call"}
OUTBOUND = [
    CALL,
    CALL | {"direction": "outbound"},
    CALL | {"direction": "Ausgehend"},
    {"channel": "post", "kind": "letter"},
    {"channel": "store", "kind": "visit", "direction": "outbound"},
    {"channel": "email", "kind": "survey", "direction": "sent", "score": 10},
]


@pytest.fixture
def listed(snapshot: Snapshot) -> list[str]:
    """The riskiest customers, and some from all along the list."""
    keys = snapshot.ranking.customer_keys
    places = [*range(20), *range(20, len(keys), 16)]
    return [snapshot.customer_ids[int(keys[place])] for place in places]


def scored(caller: Caller, customers: list[str]) -> list[dict[str, Any]]:
    rows = caller.score(rows=[{"customer_id": one} for one in customers])["rows"]
    return [{name: one for name, one in row.items() if name != "decision_id"} for row in rows]


def told(service: Service, customers: list[str], contact: dict[str, Any], days: float) -> list[Any]:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    when = instant(in_use.snapshot.cutoff_seconds + int(days * DAY_SECONDS))
    event = {"contacted_at": when, **contact}
    rows = [{"customer_id": one, "contact": event} for one in customers]
    answer = service.caller("events").post("/v1/events", json={"rows": rows})
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["rows"]
    return found


@pytest.mark.parametrize("contact", OUTBOUND, ids=lambda one: " ".join(map(str, one.values())))
def test_no_contact_of_the_company_moves_a_risk_or_removes_a_reason(
    service: Service, caller: Caller, listed: list[str], contact: dict[str, Any]
) -> None:
    before = scored(caller, listed)
    answers = [*told(service, listed, contact, 0.5), *told(service, listed, contact, -3)]

    assert {(one["status"], one["counts"]) for one in answers} == {("stored", False)}
    assert scored(caller, listed) == before
    given = [
        {"customer_id": one, "events": {"contacts": [_now(service, contact)]}} for one in listed
    ]
    asked = caller.score(rows=given)["rows"]
    assert [one["probability"] for one in asked] == [one["probability"] for one in before]


def _now(service: Service, contact: dict[str, Any]) -> dict[str, Any]:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    return {"contacted_at": instant(in_use.snapshot.cutoff_seconds + 60), **contact}


def test_a_call_of_ours_beside_what_the_customer_did_changes_nothing_of_it(
    service: Service, caller: Caller, in_use: InUse, listed: list[str]
) -> None:
    visit = {"channel": "web", "kind": "visit"}
    told(service, listed, visit, 0.5)
    visited = scored(caller, listed)
    told(service, listed, CALL, 0.7)

    assert scored(caller, listed) == visited
    assert {one["vector_as_of"] for one in visited} == {
        instant(in_use.snapshot.cutoff_seconds + DAY_SECONDS // 2 + 1)
    }


def test_a_call_that_the_customer_made_counts(
    service: Service, caller: Caller, listed: list[str]
) -> None:
    before = scored(caller, listed)
    answers = told(service, listed, CALL | {"direction": "inbound"}, 0.5)

    assert {one["counts"] for one in answers} == {True}
    after = scored(caller, listed)
    assert all(
        one["vector_as_of"] > two["vector_as_of"] for one, two in zip(after, before, strict=True)
    )


def test_whom_nobody_knows_but_by_a_call_of_ours_stays_unknown(
    service: Service, caller: Caller
) -> None:
    told(service, ["nobody"], CALL, 0.5)
    assert scored(caller, ["nobody"])[0]["status"] == "unknown_id"


def test_a_call_of_ours_stands_in_the_timeline_with_its_direction(
    service: Service, caller: Caller, listed: list[str]
) -> None:
    told(service, listed[:1], CALL | {"direction": "out"}, 0.5)
    view = caller.post("/v1/customer", json={"customer_id": listed[0]}).json()
    first = view["timeline"][0]
    assert (first["kind"], first["told"], first["details"]["direction"]) == (
        "call",
        True,
        "outbound",
    )


@pytest.mark.parametrize("word", ["sideways", "internal", "yes"])
def test_a_direction_nobody_knows_is_refused_in_words(service: Service, word: str) -> None:
    event = _now(service, CALL | {"direction": word})
    row = {"customer_id": "1", "contact": event}
    answer = service.caller("events").post("/v1/events", json={"rows": [row]})
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["pointer"]) == ("unknown_direction", "/rows/0/contact/direction")
    assert "inbound or outbound" in fault["message"]


def test_a_night_that_has_the_calls_in_its_tables_finds_the_same_risks(
    in_use: InUse, listed: list[str]
) -> None:
    bundle, past = in_use.scorer.bundle, in_use.past
    cutoff = in_use.snapshot.cutoff_seconds
    assert past is not None
    calls: list[dict[str, str | int | None]] = [
        {"seconds": cutoff - days * DAY_SECONDS, **CALL} for days in (1, 9, 40, 80)
    ]
    called = {"contacts": FreshEvents.of(calls)}
    without, among = (
        np.array([past.vector(one, cutoff, more) for one in listed]) for more in ({}, called)
    )

    np.testing.assert_array_equal(bundle.log_odds(without), bundle.log_odds(among))
    assert not of_the_company(bundle.model.columns.names)
