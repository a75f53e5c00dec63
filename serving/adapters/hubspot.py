"""HubSpot's workflows: the action *Send a webhook*, and custom actions, in code or of an app.

A webhook sends what its body was set up with: an object of names and values, or all properties of a record under
``properties``, each as it is or as ``{"value": ...}``, and reads single fields of the answer (knowledge.hubspot.com, "Use
webhooks with HubSpot workflows"). A custom action sends ``inputFields`` and ``object`` and reads ``outputFields``
(developers.hubspot.com, "Custom workflow actions", "Custom code actions"). HubSpot waits 20 s for code and 30 s for a
webhook; it does not repeat what was answered by 4xx but for 429, and reads ``Retry-After`` as milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from fastapi import Request

from serving.access.problems import FieldFault, ProblemAnswer, Refusal
from serving.adapters.flat_scores import FlatScore, flat_scores
from serving.adapters.hubspot_messages import (
    HubspotAction,
    HubspotActionAnswer,
    HubspotActionRefused,
    HubspotOutput,
    HubspotRefused,
    HubspotWebhook,
)
from serving.adapters.routes import caller_routes
from serving.adapters.terms import message_of, pointer, said_in
from serving.contract.answering import models_in_use_of

_TRY_AGAIN = {408: 503, 409: 503}
"""What HubSpot would not repeat though the same call may be answered otherwise."""
_MISSING = object()


class HubspotTerms:
    """The terms of a webhook or of an action."""

    media_type = "application/json"
    waits_a_second = 1_000

    def __init__(self, *, of_an_action: bool) -> None:
        self._of_an_action = of_an_action

    def customers(self, path: str, body: bytes) -> list[object]:
        """The property the address names."""
        said, name = said_in(body), path.rpartition("/")[2]
        if not isinstance(said, dict):
            return []
        found = _of_action(said, name) if self._of_an_action else _of_webhook(said, name)
        return [] if found is _MISSING else [found]

    def rows(self, body: bytes) -> int:
        """One record a call."""
        return 1

    def refusal(self, problem: ProblemAnswer) -> tuple[int, object]:
        """Status and outputs; what is worth another try has a status that HubSpot repeats."""
        refused = HubspotRefused(
            status="refused", error_code=problem["code"], error_message=message_of(problem)
        )
        said: object = refused
        if self._of_an_action:
            said = {"outputFields": {**refused, "hs_execution_state": "FAIL_CONTINUE"}}
        return _TRY_AGAIN.get(problem["status"], problem["status"]), said


webhook = caller_routes(
    "hubspot", HubspotTerms(of_an_action=False), HubspotRefused, "/v1/hubspot/webhook"
)
action = caller_routes(
    "hubspot", HubspotTerms(of_an_action=True), HubspotActionRefused, "/v1/hubspot/action"
)


@webhook.post("/{property_name}", scope="score", is_personal=True)
def hubspot_webhook(request: Request, question: HubspotWebhook, property_name: str) -> FlatScore:
    """Score the customer whose number a webhook sends as the property that the address names."""
    said = {**(question.model_extra or {}), "properties": question.properties}
    return _scored(request, _of_webhook(said, property_name), property_name)


@action.post("/{field_name}", scope="score", is_personal=True)
def hubspot_action(
    request: Request, question: HubspotAction, field_name: str
) -> HubspotActionAnswer:
    """Score the customer whose number an action sends as the field that the address names."""
    record = {} if question.object is None else {"properties": question.object.properties}
    said = {"inputFields": question.inputFields, "object": record}
    score = _scored(request, _of_action(said, field_name), field_name)
    state = "FAIL_CONTINUE" if score["status"] == "error" else "SUCCESS"
    output = cast(HubspotOutput, {**score, "hs_execution_state": state})
    return HubspotActionAnswer(outputFields=output)


def _of_webhook(said: Mapping[str, Any], name: str) -> object:
    """The value of a property: by itself, or among the properties of a record."""
    return _value(said, name, _value(said.get("properties"), name, _MISSING))


def _of_action(said: Mapping[str, Any], name: str) -> object:
    record = said.get("object")
    of_record = (
        _value(record.get("properties"), name, _MISSING) if isinstance(record, dict) else _MISSING
    )
    return _value(said.get("inputFields"), name, of_record)


def _value(said: object, name: str, otherwise: object) -> object:
    if not isinstance(said, Mapping) or name not in said:
        return otherwise
    found = said[name]
    return found["value"] if isinstance(found, Mapping) and "value" in found else found


def _scored(request: Request, customer_id: object, name: str) -> FlatScore:
    if customer_id is _MISSING:
        said = "Send the property that the address names in the body."
        raise Refusal("invalid_request", errors=[FieldFault(pointer(name[:64]), "missing", said)])
    rows = [{"customer_id": customer_id}]
    return flat_scores(models_in_use_of(request), rows, place=lambda at: pointer(name))[0]
