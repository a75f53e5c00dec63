"""The same request sent twice has one effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from serving.access.asgi import Receive, Scope, Send
from serving.access.routes import Route
from serving.ledger.idempotency import (
    LONGEST_KEY,
    RETENTION_SECONDS,
    UNDER_WAY_SECONDS,
    Differs,
    RepeatedCalls,
    StoredAnswer,
    UnderWay,
)
from serving.ledger.ledger import Ledger
from tests.serving.calling import NOW, Caller, Service

DAY = 86_400
ANSWER = StoredAnswer(200, "application/json", b"{}")


@pytest.fixture
def repeats(tmp_path: Path) -> Iterator[RepeatedCalls]:
    ledger = Ledger(tmp_path / "ledger.db")
    yield ledger.repeats
    ledger.close()


def test_a_repeat_is_answered_as_the_first_was(repeats: RepeatedCalls) -> None:
    assert repeats.begin("crm", "k", b"body", at=NOW) is None
    repeats.end("crm", "k", ANSWER)
    assert repeats.begin("crm", "k", b"body", at=NOW + RETENTION_SECONDS - 1) == ANSWER


def test_after_a_day_a_repeat_is_a_first_call_again(repeats: RepeatedCalls) -> None:
    repeats.begin("crm", "k", b"body", at=NOW)
    repeats.end("crm", "k", ANSWER)
    assert repeats.begin("crm", "k", b"other", at=NOW + RETENTION_SECONDS) is None


def test_another_body_under_the_same_key_is_refused(repeats: RepeatedCalls) -> None:
    repeats.begin("crm", "k", b"body", at=NOW)
    with pytest.raises(Differs):
        repeats.begin("crm", "k", b"other", at=NOW)


CALL = b"POST /v1/score\n"


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b'{"customer_id":"anna","reasons":true}', b'{ "reasons" : true,\r\n\t"customer_id": "anna" }'),
        (b'{"rows":[{"a":1,"b":2}]}', b'{"rows": [{"b": 2, "a": 1}]}'),
        (b'{"customer_id":12345678901234567890}', b'{"customer_id": 12345678901234567890}'),
        (b'{"name":"\xc3\xa9"}', b'{"name":"\\u00e9"}'),
        (b"no JSON at all", b"no JSON at all"),
    ],
)  # fmt: skip
def test_the_same_json_is_the_same_call_however_it_is_spaced_and_ordered(
    repeats: RepeatedCalls, first: bytes, again: bytes
) -> None:
    repeats.begin("crm", "k", CALL + first, at=NOW)
    repeats.end("crm", "k", ANSWER)
    assert repeats.begin("crm", "k", CALL + again, at=NOW) == ANSWER


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (b'{"rows":[1,2]}', b'{"rows":[2,1]}'),
        (b'{"customer_id":"anna"}', b'{"customer_id":"an na"}'),
        # Read as most readers read them the two would be one number.
        (b'{"customer_id":12345678901234567890}', b'{"customer_id":12345678901234567891}'),
        (b'{"customer_id":"1"}', b'{"customer_id":1}'),
        (b"no JSON at all", b"no  JSON at all"),
    ],
)
def test_what_means_something_else_is_another_call(
    repeats: RepeatedCalls, first: bytes, other: bytes
) -> None:
    repeats.begin("crm", "k", CALL + first, at=NOW)
    with pytest.raises(Differs):
        repeats.begin("crm", "k", CALL + other, at=NOW)
    with pytest.raises(Differs):
        repeats.begin("crm", "k", b"POST /v1/customer\n" + first, at=NOW)


def test_a_repeat_of_a_call_under_way_waits_until_it_counts_as_broken_off(
    repeats: RepeatedCalls,
) -> None:
    repeats.begin("crm", "k", b"body", at=NOW)
    with pytest.raises(UnderWay):
        repeats.begin("crm", "k", b"body", at=NOW + UNDER_WAY_SECONDS - 1)
    assert repeats.begin("crm", "k", b"body", at=NOW + UNDER_WAY_SECONDS) is None


def test_a_failed_call_leaves_nothing(repeats: RepeatedCalls) -> None:
    repeats.begin("crm", "k", b"body", at=NOW)
    repeats.forget("crm", "k")
    assert repeats.begin("crm", "k", b"other", at=NOW) is None


def test_callers_do_not_share_their_keys(repeats: RepeatedCalls) -> None:
    repeats.begin("crm", "k", b"body", at=NOW)
    assert repeats.begin("shop", "k", b"other", at=NOW) is None


@given(key=some.text(min_size=1, max_size=40), other=some.text(min_size=1, max_size=40))
def test_any_two_different_keys_are_two(
    tmp_path_factory: pytest.TempPathFactory, key: str, other: str
) -> None:
    if key == other:
        return
    ledger = Ledger(tmp_path_factory.mktemp("keys") / "ledger.db")
    found = ledger.repeats
    found.begin("crm", key, b"body", at=NOW)
    assert found.begin("crm", other, b"body", at=NOW) is None
    ledger.close()


def scored(caller: Caller, key: str, customer: str = "nobody") -> Any:
    return caller.post(
        "/v1/score", json={"customer_id": customer}, headers={"idempotency-key": key}
    )


def test_a_score_that_is_asked_for_again_has_the_same_decision(
    service: Service, caller: Caller
) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    customer = in_use.snapshot.customer_ids[int(in_use.snapshot.ranking.customer_keys[0])]
    first, again = scored(caller, "1", customer), scored(caller, "1", customer)
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert len(service.models_in_use.ledger.latest_decisions(customer, 5)) == 1
    assert scored(caller, "2", customer).json() != first.json()


def test_a_refused_question_is_refused_again_in_the_same_words(caller: Caller) -> None:
    answers = [
        caller.post("/v1/score", json={"rows": []}, headers={"idempotency-key": "1"})
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(
    ("key", "code"), [("x" * (LONGEST_KEY + 1), "invalid_request"), ("", "invalid_request")]
)
def test_a_key_of_no_reasonable_length_is_refused(caller: Caller, key: str, code: str) -> None:
    assert scored(caller, key).json()["code"] == code


@pytest.mark.parametrize(("length", "status"), [(1, 200), (200, 200), (201, 422)])
def test_a_key_has_200_characters_at_most(caller: Caller, length: int, status: int) -> None:
    assert scored(caller, "x" * length).status_code == status


def test_what_is_only_asked_for_and_what_a_browser_sends_is_kept_for_no_repeat(
    service: Service,
) -> None:
    key = {"idempotency-key": "1"}
    asked = service.caller("score").get("/v1/version", headers=key)
    sent = service.browser().post("/churn/find", data={"q": "1"}, headers=key)
    assert (asked.status_code, sent.status_code) == (200, 200)
    assert count(service.models_in_use.ledger) == 0


def test_another_question_under_the_same_key_is_refused(caller: Caller) -> None:
    scored(caller, "1")
    answer = scored(caller, "1", "somebody")
    assert (answer.status_code, answer.json()["code"]) == (422, "repeat_differs")


def test_a_call_that_broke_down_is_tried_anew(service: Service, caller: Caller) -> None:
    calls = []

    async def breaking(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    routes = (Route("/do", "score", ("POST",)),)
    broken = Caller(service.guarded(breaking, routes), caller.headers)
    sent = {"json": {}, "headers": {"idempotency-key": "1"}}
    assert [broken.post("/do", **sent).status_code for _ in range(3)] == [500, 200, 200]
    assert len(calls) == 2


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def count(ledger: Ledger) -> int:
    with sqlite3.connect(ledger.path) as connection:
        return int(connection.execute("SELECT count(*) FROM first_calls").fetchone()[0])


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [(0, True), (299, True), (300, True), (301, True), (DAY - 1, True), (DAY, False), (DAY + 1, False)],
)  # fmt: skip
def test_an_answer_is_kept_for_a_day(ledger: Ledger, after: int, is_kept: bool) -> None:
    ledger.repeats.begin("crm", "k", b"body", at=NOW)
    ledger.repeats.end("crm", "k", ANSWER)
    # Another call a moment before has cleared away what was old by then.
    ledger.repeats.begin("crm", "other", b"", at=NOW + max(after - 1, 0))
    found = ledger.repeats.begin("crm", "k", b"body", at=NOW + after)
    assert found == (ANSWER if is_kept else None)


@pytest.mark.parametrize(
    ("after", "waits"), [(0, True), (1, True), (299, True), (300, False), (DAY, False)]
)
def test_a_call_under_way_holds_its_repeat_up_for_five_minutes(
    ledger: Ledger, after: int, waits: bool
) -> None:
    ledger.repeats.begin("crm", "k", b"body", at=NOW)
    if waits:
        with pytest.raises(UnderWay):
            ledger.repeats.begin("crm", "k", b"body", at=NOW + after)
    else:
        assert ledger.repeats.begin("crm", "k", b"body", at=NOW + after) is None


def test_what_is_a_day_old_is_deleted_by_any_call_at_most_once_a_minute(ledger: Ledger) -> None:
    for key, at in (("old", NOW), ("young", NOW + 1)):
        ledger.repeats.begin("crm", key, b"", at=at)
        ledger.repeats.end("crm", key, ANSWER)
    ledger.repeats.begin("crm", "next", b"", at=NOW + DAY - 30)
    assert count(ledger) == 3
    ledger.repeats.begin("crm", "third", b"", at=NOW + DAY + 29)
    assert count(ledger) == 4
    ledger.repeats.begin("crm", "fourth", b"", at=NOW + DAY + 30)
    assert count(ledger) == 3
    # A clock that was set back is no reason to wait.
    ledger.repeats.begin("crm", "fifth", b"", at=NOW + DAY)
    assert ledger.repeats._tidied_at == NOW + DAY
