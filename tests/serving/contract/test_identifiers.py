"""Ids as callers send them: one form with the tables, and a row that cannot be read spoils no other."""

from __future__ import annotations

import json
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

WHEN = "2026-01-01T00:00:00Z"
LISTS = [ScoreRequest, RecommendationRequest, OfferRequest, ObjectionsRequest]
ODD: list[tuple[Any, str]] = [
    *[("C0008854 ", "C0008854"), ("\u00a0C7\u200b", "C7"), (12345, "12345"), (12345.0, "12345")],
    *[("12345.0", "12345"), ("0012", "0012"), (12345678901234567890, "12345678901234567890")],
    *[(0, "0"), (-7, "-7"), (9007199254740991.0, "9007199254740991")],
    *[(None, UNREADABLE), (True, UNREADABLE), (1.5, UNREADABLE), ([], UNREADABLE)],
    *[({}, UNREADABLE), ("", UNREADABLE), (" \u00a0", UNREADABLE), ("9" * 201, UNREADABLE)],
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
    event = {"contact": {"contacted_at": WHEN, "channel": "E-Mail", "kind": "Complaint"}}
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
@given(st.text(max_size=20), st.booleans())
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
