"""Ids as callers send them: one form with the tables, and a row that cannot be read spoils no other."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary.identifiers import normal_id
from serving.contract.event_messages import ContactEvent, EventsRequest, ExposureEvent
from serving.contract.identifiers import UNREADABLE
from serving.contract.item_messages import RecommendationRequest
from serving.contract.job_messages import JobRequest
from serving.contract.offer_messages import OfferRequest
from serving.contract.privacy_messages import ErasuresRequest, ObjectionsRequest
from serving.contract.proposal_messages import SimilarItemsRequest
from serving.contract.quick_route import read
from serving.contract.score_messages import ScoreRequest
from serving.job_runner import JobRunner
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service

WHEN = "2026-01-01T00:00:00Z"
LISTS = [ScoreRequest, RecommendationRequest, OfferRequest, ObjectionsRequest]
ODD: list[tuple[Any, str]] = [
    *[("C0008854 ", "C0008854"), ("\u00a0C7\u200b", "C7"), (12345, "12345"), (12345.0, "12345")],
    *[("12345.0", "12345"), ("0012", "0012"), (12345678901234567890, "12345678901234567890")],
    *[(0, "0"), (-7, "-7"), (9007199254740991.0, "9007199254740991")],
    *[(None, UNREADABLE), (True, UNREADABLE), (1.5, UNREADABLE), ([], UNREADABLE)],
    *[
        ({}, UNREADABLE),
        ("", UNREADABLE),
        (" \u00a0", UNREADABLE),
        ("9" * 201, UNREADABLE),
        ("a\0b", UNREADABLE),
    ],
    *[(9007199254740992.0, UNREADABLE), ("9" * 200, "9" * 200), (" " + "9" * 200, "9" * 200)],
]


def asked(kind: Any, **question: Any) -> Any:
    return read(kind, json.dumps(question).encode())


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_of_customers_takes_them_in_the_form_of_the_tables(kind: Any) -> None:
    rows = [{"customer_id": sent, "row_id": place} for place, (sent, _) in enumerate(ODD)]
    rows += [{"row_id": "the last"}]
    question = asked(kind, rows=rows)
    found = [one.customer_id or UNREADABLE for one in question.rows]
    assert found == [kept for _, kept in ODD] + [UNREADABLE]
    assert [one.row_id for one in question.rows] == [*map(str, range(len(ODD))), "the last"]


def test_a_job_takes_customers_alike_and_an_erasure_is_refused_whole() -> None:
    sent = [one for one, _ in ODD]
    assert asked(JobRequest, customer_ids=sent).customer_ids == [kept for _, kept in ODD]
    for one, kept in ODD:
        if kept != UNREADABLE:
            assert asked(ErasuresRequest, customer_ids=[one]).customer_ids == [kept]
            continue
        with pytest.raises(RequestValidationError):
            asked(ErasuresRequest, customer_ids=["1", one])


def test_items_are_named_in_the_form_of_the_tables() -> None:
    assert asked(SimilarItemsRequest, item_ids=[85123, " 85123A", "7.0"]).item_ids == [
        *["85123", "85123A", "7"]
    ]


def test_an_event_without_a_customer_is_one_row_of_its_call() -> None:
    event: dict[str, Any] = {
        "contact": {"contacted_at": WHEN, "channel": "E-Mail", "kind": "Complaint"}
    }
    rows = [{**event, "customer_id": "1"}, {**event, "customer_id": None}, event]
    question = asked(EventsRequest, rows=rows)
    assert [one.customer_id for one in question.rows] == ["1", UNREADABLE, UNREADABLE]
    assert (question.rows[0].contact.channel, question.rows[0].contact.kind) == (
        *("email", "complaint"),
    )


def test_an_arm_is_told_in_known_words_and_what_was_kept_earlier_stays_readable() -> None:
    shown = {"offer_id": 10, "shown_at": WHEN}
    told = [
        asked(EventsRequest, rows=[{"customer_id": "1", "exposure": {**shown, "arm": arm}}])
        for arm in ("Hold-out", "0", "Treated")
    ]
    assert [one.rows[0].exposure.arm for one in told] == ["control", "control", "treated"]
    assert told[0].rows[0].exposure.offer_id == "10"
    with pytest.raises(RequestValidationError) as refused:
        asked(EventsRequest, rows=[{"customer_id": "1", "exposure": {**shown, "arm": "B"}}])
    assert refused.value.errors()[0]["type"] == "unknown_arm"
    assert ExposureEvent.model_validate({**shown, "arm": "B"}).arm == "B"


def test_the_same_instant_in_another_zone_is_the_same_event() -> None:
    said = {"channel": "fax ", "kind": "Webinar"}
    here = ContactEvent.model_validate({**said, "contacted_at": "2026-01-01T01:00:00+01:00"})
    there = ContactEvent.model_validate({**said, "contacted_at": WHEN})
    assert here == there and here.model_dump(mode="json") == there.model_dump(mode="json")
    assert (here.channel, here.kind) == ("fax", "Webinar")


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20), st.booleans())
def test_a_call_names_whom_the_tables_name(text: str, ignore_case: bool) -> None:
    body = json.dumps({"rows": [{"customer_id": text}]}).encode()
    question = read(ScoreRequest, body, ignore_case=ignore_case)
    assert question.rows is not None
    assert question.rows[0].customer_id == normal_id(text, ignore_case=ignore_case)
    assert question.rows[0].is_readable is bool(normal_id(text))


def test_behaviour_needs_no_customer_and_a_customer_that_cannot_be_read_is_not_overlooked() -> None:
    vector = {"vector": {"a": 1.0}}
    rows = [vector, {**vector, "customer_id": None}, {**vector, "customer_id": ""}, {}]
    assert [one.is_readable for one in asked(ScoreRequest, rows=rows).rows] == [
        *[True, True, False, False]
    ]


def test_a_padded_number_is_the_customer_of_the_tables_in_every_call(
    caller: Caller, snapshot: Snapshot
) -> None:
    known = snapshot.customer_ids[3]
    exact, padded = (
        caller.score(customer_id=one, reasons=False)["rows"][0]
        for one in (known, f"\u00a0{known} ")
    )
    assert padded["customer_id"] == known and padded["probability"] == exact["probability"]


def test_rows_about_nobody_are_errors_of_their_own_in_every_list(
    service: Service, snapshot: Snapshot
) -> None:
    caller, known = service.caller("score", "events", "privacy"), snapshot.customer_ids[3]
    rows: list[dict[str, Any]] = [
        {"row_id": 1, "customer_id": None},
        {"row_id": 2, "customer_id": f"{known} "},
    ]
    changes = caller.post("/v1/changes", json={"rows": rows, "since": "2009-01-01"})
    assert changes.status_code == 200, changes.text
    assert [(one["row_id"], one["customer_id"]) for one in changes.json()["rows"]] == [
        *[("1", None), ("2", known)]
    ]
    assert changes.json()["rows"][0]["status"] == "error"
    contact = {"contacted_at": WHEN, "channel": "web", "kind": "visit"}
    told = caller.post("/v1/events", json={"rows": [{**one, "contact": contact} for one in rows]})
    assert [one["status"] for one in told.json()["rows"]] == ["refused", "stored"]
    assert told.json()["rows"][0]["event_id"] == "" and not told.json()["rows"][0]["counts"]
    objected = caller.post("/v1/objections", json={"rows": rows})
    assert [(one["customer_id"], one["status"]) for one in objected.json()["rows"]] == [
        *[(None, "error"), (known, "recorded")]
    ]
    assert service.models_in_use.ledger.privacy.withheld.objected == {known}


def test_a_job_answers_a_number_that_is_none_by_a_line_of_its_own(
    service: Service, caller: Caller, snapshot: Snapshot
) -> None:
    known = snapshot.customer_ids[3]
    asked_for = {"customer_ids": [None, f"{known}\u200b", 1.5], "reasons": False}
    job = caller.post("/v1/jobs", json=asked_for).json()["job_id"]
    runner = JobRunner(service.models_in_use)
    while runner.step():
        pass
    lines = caller.get(f"/v1/jobs/{job}/result").text.splitlines()
    rows = [json.loads(one) for one in lines]
    assert [one["customer_id"] for one in rows] == [None, known, None]
    assert [one["status"] == "error" for one in rows] == [True, False, True]


def test_a_company_that_ignores_case_is_asked_in_any(
    service: Service, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = service.models_in_use.settings
    ignoring = replace(ours, company=replace(ours.company, ignore_case=True))
    for settings_in_use, kept in ((ours, "Anna@X.de"), (ignoring, "anna@x.de")):
        monkeypatch.setattr(service.models_in_use, "settings", settings_in_use)
        assert caller.score(customer_id=" Anna@X.de")["rows"][0]["customer_id"] == kept
