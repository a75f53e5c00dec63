"""Apex and Flow are answered in lists as long as theirs, and refused as Salesforce refuses."""

from __future__ import annotations

from typing import Any

import pytest

from serving.access.problems import KINDS, Problem
from serving.adapters.salesforce import SalesforceTerms
from tests.serving.adapters.comparing import without_names
from tests.serving.calling import ROUTES, Caller, Service

PATH = "/v1/salesforce/score"


def asked(customer_ids: list[Any], **further: Any) -> dict[str, Any]:
    rows = [{"customer_id": one, "row_id": f"003{at}"} for at, one in enumerate(customer_ids)]
    return {"inputs": rows, **further}


def test_each_record_has_its_answer_in_its_place(caller: Caller, customers: list[str]) -> None:
    answer = caller.post(PATH, json=asked([customers[0], "nobody", None, customers[1]]))
    assert answer.status_code == 200
    told = answer.json()
    assert [one["isSuccess"] for one in told] == [True, True, False, True]
    assert {one["actionName"] for one in told} == {"regulars_score"}
    records = [one["outputValues"] for one in told]
    assert [one and one["status"] for one in records] == ["ok", "unknown_id", None, "ok"]
    assert [one and one["row_id"] for one in records] == ["0030", "0031", None, "0033"]
    assert told[0]["errors"] is None
    (fault,) = told[2]["errors"]
    assert fault["statusCode"] == "INVALID_INPUT" and fault["fields"] == ["customer_id"]


def test_a_record_is_scored_as_for_everybody_else(caller: Caller, customers: list[str]) -> None:
    (told,) = caller.post(PATH, json=asked(customers[:1], campaign="spring", language="de")).json()
    table = {"dataframe_records": [{"customer_id": customers[0], "row_id": "0030"}]}
    params = {"campaign": "spring", "language": "de"}
    plain = caller.post("/invocations", json={**table, "params": params}).json()
    assert without_names(told["outputValues"]) == without_names(plain["predictions"][0])


def test_two_hundred_records_are_answered_and_one_more_is_refused(
    caller: Caller, customers: list[str]
) -> None:
    assert len(caller.post(PATH, json=asked(customers[:1] * 200)).json()) == 200
    answer = caller.post(PATH, json=asked(customers[:1] * 201))
    (refused,) = answer.json()
    assert (answer.status_code, refused["errorCode"]) == (422, "INVALID_INPUT")
    assert refused["fields"] == ["/inputs"]


def test_it_is_answered_or_refused_before_apex_gives_up() -> None:
    (route,) = [one for one in ROUTES if one.path == PATH]
    assert route.seconds < 10


@pytest.mark.parametrize("code", KINDS)
def test_every_refusal_is_a_list_of_one_error(code: str) -> None:
    kind = KINDS[code]
    status, content = SalesforceTerms().refusal(Problem(kind, "c1").as_answer())
    assert status == kind.status
    assert isinstance(content, list) and len(content) == 1
    assert (
        set(content[0]) == {"errorCode", "message", "fields"} and content[0]["errorCode"].isupper()
    )
    assert kind.detail in content[0]["message"]


def test_a_wrong_field_is_named_by_its_place(caller: Caller) -> None:
    answer = caller.post(PATH, json={"inputs": [{"customer_id": "1"}, {"customer": "1"}]})
    assert answer.status_code == 422 and answer.json()[0]["fields"] == ["/inputs/1/customer"]
    answer = caller.post(PATH, json={"inputs": [{"customer_id": "1", "row_id": []}]})
    assert answer.status_code == 422 and answer.json()[0]["fields"] == ["/inputs/0/row_id"]
    answer = caller.post(PATH, content=b"[1", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")
    answer = Caller(caller._application, {}).post(PATH, json=asked(["1"]))
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_whoever_was_named_is_in_the_record_of_who_asked(
    service: Service, caller: Caller, customers: list[str]
) -> None:
    ledger = service.models_in_use.ledger
    caller.post(PATH, json=asked(customers))
    caller.post("/v1/score", json={"rows": [{"customer_id": one} for one in customers]})
    first, second = ledger.audit.rows(most=2)
    assert first.about == second.about and len(first.about) == 8 * len(customers)


def test_a_repeat_with_the_same_key_is_the_same_answer_and_so_is_a_refusal(
    caller: Caller, customers: list[str]
) -> None:
    for body, status in ((asked(customers), 200), (asked([]), 422)):
        header = {"idempotency-key": f"flow-{status}"}
        first, second = (caller.post(PATH, json=body, headers=header) for _ in range(2))
        assert first.status_code == second.status_code == status
        assert first.content == second.content
        assert first.headers["content-type"] == second.headers["content-type"] == "application/json"
        assert second.headers["idempotent-replayed"] == "true"
