"""HubSpot's workflows are answered by what they send, in fields a workflow can read and by statuses it acts on."""

from __future__ import annotations

from typing import Any

import pytest

from serving.access.problems import KINDS, Problem
from serving.adapters.flat_scores import FlatScore
from serving.adapters.hubspot import HubspotTerms, webhook
from tests.serving.adapters.comparing import without_names
from tests.serving.calling import Caller, Service

NUMBER = "customer_number"
WEBHOOK, ACTION = f"/v1/hubspot/webhook/{NUMBER}", f"/v1/hubspot/action/{NUMBER}"


def event(customer_id: object, *, of_record: bool = False) -> dict[str, Any]:
    """What a custom action is called with, as HubSpot's own example has it."""
    given = {NUMBER: customer_id}
    return {
        "callbackId": "ap-102670506-56777914962-11-0",
        "origin": {"portalId": 102670506, "actionDefinitionId": 10860211, "actionDefinitionVersion": 1},
        "context": {"source": "WORKFLOWS", "workflowId": 192814114},
        "object": {"objectId": 614, "objectType": "CONTACT", "properties": given if of_record else {}},
        "inputFields": {} if of_record else given,
    }  # fmt: skip


def flat(caller: Caller, customer_id: str) -> dict[str, Any]:
    """The same score by another caller's route."""
    (found,) = caller.post("/invocations", json={"instances": [customer_id]}).json()["predictions"]
    return without_names(found)


def bodies(customer_id: str) -> list[dict[str, Any]]:
    return [
        {NUMBER: customer_id},
        {NUMBER: customer_id, "email": "a@example.org", "firstname": None},
        {"objectId": 614, "properties": {NUMBER: customer_id, "email": "a@example.org"}},
        {"vid": 614, "properties": {NUMBER: {"value": customer_id, "versions": []}}},
    ]


def test_a_webhook_is_answered_in_single_fields_however_its_body_was_set_up(
    caller: Caller, customers: list[str]
) -> None:
    expected = flat(caller, customers[0])
    for body in bodies(customers[0]):
        answer = caller.post(WEBHOOK, json=body)
        assert answer.status_code == 200
        assert without_names(answer.json()) == expected
        assert not any(isinstance(one, dict | list) for one in answer.json().values())


@pytest.mark.parametrize("of_record", [False, True])
def test_an_action_is_answered_in_output_fields(
    caller: Caller, customers: list[str], of_record: bool
) -> None:
    answer = caller.post(ACTION, json=event(customers[0], of_record=of_record)).json()
    assert list(answer) == ["outputFields"]
    state = answer["outputFields"].pop("hs_execution_state")
    assert state == "SUCCESS"
    assert without_names(answer["outputFields"]) == flat(caller, customers[0])


@pytest.mark.parametrize("number", [None, "", [], True, "x" * 201])
def test_a_record_whose_number_is_none_is_answered_and_the_workflow_goes_on(
    caller: Caller, number: object
) -> None:
    by_webhook = caller.post(WEBHOOK, json={NUMBER: number})
    by_action = caller.post(ACTION, json=event(number))
    assert (by_webhook.status_code, by_action.status_code) == (200, 200)
    assert by_webhook.json()["status"] == "error" and by_webhook.json()["customer_id"] is None
    assert by_action.json()["outputFields"]["hs_execution_state"] == "FAIL_CONTINUE"


def test_somebody_unknown_is_an_answer_to_branch_by(caller: Caller) -> None:
    fields = caller.post(ACTION, json=event("nobody")).json()["outputFields"]
    assert (fields["status"], fields["hs_execution_state"]) == ("unknown_id", "SUCCESS")


def test_a_body_without_the_property_is_refused_as_a_workflow_can_show_it(caller: Caller) -> None:
    answer = caller.post(WEBHOOK, json={"email": "a@example.org"})
    told = answer.json()
    assert (answer.status_code, told["status"], told["error_code"]) == (
        422,
        "refused",
        "invalid_request",
    )
    assert f"/{NUMBER}: " in told["error_message"] and "example.org" not in answer.text
    answer = caller.post(ACTION, json={"inputFields": {}})
    told = answer.json()["outputFields"]
    assert answer.status_code == 422
    assert (told["error_code"], told["hs_execution_state"]) == ("invalid_request", "FAIL_CONTINUE")


@pytest.mark.parametrize("code", KINDS)
def test_what_may_be_answered_later_has_a_status_that_hubspot_repeats(code: str) -> None:
    kind = KINDS[code]
    status, content = HubspotTerms(of_an_action=False).refusal(Problem(kind, "c1").as_answer())
    is_repeated = status == 429 or status >= 500
    for_now = kind.status in (408, 409, 429) or kind.status >= 500
    assert is_repeated is for_now
    assert isinstance(content, dict) and content["error_code"] == code


def test_hubspot_reads_when_to_come_again_in_milliseconds(caller: Caller, service: Service) -> None:
    service.web.state.models_in_use = None
    try:
        answer = caller.post(WEBHOOK, json={NUMBER: "1"})
    finally:
        service.web.state.models_in_use = service.models_in_use
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5000")


def test_whoever_was_named_is_in_the_record_of_who_asked(
    service: Service, caller: Caller, customers: list[str]
) -> None:
    ledger = service.models_in_use.ledger
    for body in bodies(customers[0]):
        caller.post(WEBHOOK, json=body)
    caller.post(ACTION, json=event(customers[0], of_record=True))
    rows = ledger.audit.rows(most=10)
    assert len(rows) == 5 and len({one.about for one in rows}) == 1 and rows[0].about
    caller.post(WEBHOOK, content=b"[1", headers={"content-type": "application/json"})
    assert not ledger.audit.rows(most=1)[0].about


def test_the_answer_of_a_webhook_is_the_flat_score_and_nothing_else(
    caller: Caller, customers: list[str]
) -> None:
    answer = caller.post(WEBHOOK, json={NUMBER: customers[0]}).json()
    assert tuple(answer) == tuple(FlatScore.__annotations__)
    assert {one.path for one in webhook.declared} == {"/v1/hubspot/webhook/"}
