"""Dataverse's webhooks: the body as it comes, a key in the address, and statuses that Dataverse acts by."""

from __future__ import annotations

from typing import Any

import pytest

from serving.access.problems import KINDS, Problem
from serving.adapters.dataverse import DataverseTerms
from tests.serving.calling import Caller, Service

COLUMN, CONTACT = "new_customernumber", "3d1feef9-604d-ef11-bfe3-6045bd03d9d8"
ADDRESS = f"/v1/dataverse/webhook/{COLUMN}"
TYPE = "Entity:http://schemas.microsoft.com/xrm/2011/Contracts"


def row(columns: dict[str, Any]) -> dict[str, Any]:
    """A row as Dataverse writes one."""
    return {
        "__type": TYPE,
        "Attributes": [{"key": key, "value": value} for key, value in columns.items()],
        "EntityState": None, "FormattedValues": [], "Id": CONTACT, "KeyAttributes": [],
        "LogicalName": "contact", "RelatedEntities": [], "RowVersion": "5948260",
    }  # fmt: skip


def context(
    target: dict[str, Any] | None = None,
    post: dict[str, Any] | None = None,
    pre: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What Dataverse tells of an update."""

    def image(columns: dict[str, Any] | None) -> list[dict[str, Any]]:
        return [] if columns is None else [{"key": "image", "value": row(columns)}]

    return {
        "BusinessUnitId": "00d1f4f0-9438-ef11-a315-000d3a5a54dc",
        "CorrelationId": "84d03007-6a8f-41da-aeae-7b6460bb7a04", "Depth": 1,
        "InputParameters": [{"key": "ConcurrencyBehavior", "value": 0}]
        + ([] if target is None else [{"key": "Target", "value": row(target)}]),
        "MessageName": "Update", "Mode": 1, "OperationCreatedOn": "/Date(1722582039000+0000)/",
        "OutputParameters": [], "ParentContext": None, "PostEntityImages": image(post),
        "PreEntityImages": image(pre), "PrimaryEntityId": CONTACT, "PrimaryEntityName": "contact",
        "SharedVariables": [{"key": "IsAutoTransact", "value": True}], "Stage": 40,
    }  # fmt: skip


@pytest.mark.parametrize("place", ["target", "post", "pre"])
def test_the_customer_stands_among_the_changed_columns_or_in_an_image(
    caller: Caller, customers: list[str], place: str
) -> None:
    body = context(**{place: {"emailaddress1": "a@example.org", COLUMN: customers[0]}})
    answer = caller.post(ADDRESS, json=body)
    assert answer.status_code == 200
    assert (answer.json()["customer_id"], answer.json()["status"]) == (customers[0], "ok")


def test_a_changed_number_counts_before_the_one_of_before(
    caller: Caller, customers: list[str]
) -> None:
    body = context({COLUMN: customers[0]}, {COLUMN: customers[1]}, {COLUMN: customers[2]})
    assert caller.post(ADDRESS, json=body).json()["customer_id"] == customers[0]


def test_a_row_can_be_named_by_its_own_key_which_a_large_body_has_as_well(caller: Caller) -> None:
    body = context()
    for left_out in ("InputParameters", "PostEntityImages", "PreEntityImages"):
        body[left_out] = None
    large = {"x-ms-dynamics-msg-size-exceeded": "true"}
    answer = caller.post("/v1/dataverse/webhook/contactid", json=body, headers=large)
    assert (answer.json()["customer_id"], answer.json()["status"]) == (CONTACT, "unknown_id")
    answer = caller.post(ADDRESS, json=body, headers=large)
    assert answer.status_code == 422 and "contactid" in answer.json()["errors"][0]["message"]


def test_a_column_that_leads_to_another_row_names_it_by_its_key(
    caller: Caller, customers: list[str]
) -> None:
    other = {"__type": "EntityReference", "Id": customers[1], "LogicalName": "contact", "Name": "A"}
    answer = caller.post(ADDRESS, json=context({COLUMN: other}))
    assert answer.json()["customer_id"] == customers[1]


def test_a_column_that_is_empty_is_answered_and_one_that_is_missing_is_refused(
    caller: Caller,
) -> None:
    answer = caller.post(ADDRESS, json=context({COLUMN: None}))
    assert (answer.status_code, answer.json()["status"]) == (200, "error")
    answer = caller.post(ADDRESS, json=context({"emailaddress1": "a@example.org"}))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "post image" in answer.text and "example.org" not in answer.text


@pytest.mark.parametrize("code", KINDS)
def test_what_may_be_answered_later_has_a_status_that_dataverse_repeats(code: str) -> None:
    kind = KINDS[code]
    status, content = DataverseTerms().refusal(Problem(kind, "c1").as_answer())
    for_now = kind.status in (408, 409, 429) or kind.status >= 500
    assert (status in (502, 503, 504)) is for_now
    assert isinstance(content, dict) and (content["code"], content["status"]) == (code, status)


def test_a_key_comes_in_the_address_or_in_a_header(service: Service, customers: list[str]) -> None:
    key = service.caller("score").headers["x-api-key"]
    anybody, body = Caller(service.application, {}), context({COLUMN: customers[0]})
    assert anybody.post(f"{ADDRESS}?code={key}", json=body).status_code == 200
    assert anybody.post(ADDRESS, json=body, headers={"x-api-key": key}).status_code == 200
    assert anybody.post(ADDRESS, json=body).status_code == 401
    assert anybody.post(f"{ADDRESS}?code={key}x", json=body).status_code == 401
    assert anybody.post(f"{ADDRESS}?code={key}&code={key}", json=body).status_code == 401
    other = service.caller("events").headers["x-api-key"]
    assert anybody.post(f"{ADDRESS}?code={other}", json=body).status_code == 403


def test_whoever_was_named_is_in_the_record_of_who_asked(
    service: Service, caller: Caller, customers: list[str]
) -> None:
    ledger = service.models_in_use.ledger
    caller.post(ADDRESS, json=context(post={COLUMN: customers[0]}))
    caller.post("/v1/score", json={"customer_id": customers[0]})
    first, second = ledger.audit.rows(most=2)
    assert first.about == second.about and first.about
    assert {first.route, second.route} == {"/v1/dataverse/webhook/", "/v1/score"}
