"""The document in the documentation is the service's own, and nothing that was promised in it is taken back."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from serving.contract.description import CONTRACT_VERSION, OPEN_WORDS
from tests.serving.contract.promises import broken_promises
from tests.serving.contract.stored_document import FILE, current, stored

AGAIN = "run `python -m tests.serving.contract.stored_document`"
Change = Callable[[dict[str, Any]], object]
SCORE = "/v1/score"


def test_nothing_that_was_promised_is_taken_back() -> None:
    assert broken_promises(stored(), current()) == []


def test_the_stored_document_is_the_one_the_service_answers_with() -> None:
    assert stored() == current(), AGAIN


def test_the_newest_version_of_the_contract_stands_first_in_its_history() -> None:
    page = (FILE.parent / "contract.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^### (\d+\.\d+\.\d+)", page)[0] == CONTRACT_VERSION
    assert current()["info"]["version"] == CONTRACT_VERSION


def types(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"]
    return found


def post(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][SCORE]["post"]
    return found


TAKES_BACK: dict[str, Change] = {
    "an address": lambda one: one["paths"].pop(SCORE),
    "a method": lambda one: one["paths"]["/v1/offers"].pop("get"),
    "a name of an operation": lambda one: post(one).update(operationId="scores"),
    "a scope": lambda one: post(one).update(security=[{"bearer": ["admin"]}]),
    "a status": lambda one: post(one)["responses"].pop("200"),
    "a header of an answer": lambda one: post(one)["responses"]["429"]["headers"].pop("Retry-After"),
    "a parameter": lambda one: post(one)["parameters"].pop(0),
    "a parameter nobody had to send": lambda one: post(one)["parameters"][0].update(required=True),
    "a further parameter that must be sent": lambda one: post(one)["parameters"].append(
        {"name": "X-New", "in": "header", "required": True}
    ),
    "a type": lambda one: types(one).pop("ScoreAnswer"),
    "a field of an answer": lambda one: types(one)["ScoreAnswer"]["properties"].pop("base"),
    "a field that was always there": lambda one: types(one)["ScoreAnswer"]["required"].remove("base"),
    "the type of a field": lambda one: types(one)["ScoreAnswer"]["properties"]["base"].update(type="string"),
    "a word of an answer": lambda one: types(one)["ScoredRowAnswer"]["properties"]["status"][
        OPEN_WORDS
    ].remove("no_consent"),
    "a field of a question": lambda one: types(one)["ScoreRequest"]["properties"].pop("reasons"),
    "a field nobody had to send": lambda one: types(one)["ScoreRequest"].update(required=["rows"]),
    "a limit that was wider": lambda one: types(one)["ScoreRow"]["properties"]["customer_id"]["anyOf"][
        0
    ].update(maxLength=10),
    "room in a question": lambda one: types(one)["JobRequest"]["properties"]["format"].update(
        enum=["csv"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", TAKES_BACK.values(), ids=TAKES_BACK)
def test_what_takes_something_back_is_found(change: Change) -> None:
    after = copy.deepcopy(stored())
    change(after)
    assert broken_promises(stored(), after) != []


ADDS: dict[str, Change] = {
    "an address": lambda one: one["paths"].update({"/v1/new": {"get": {}}}),
    "a type": lambda one: types(one).update(New={"type": "object"}),
    "a field of an answer": lambda one: types(one)["ScoreAnswer"]["properties"].update(new={}),
    "a field that is always there": lambda one: types(one)["ScoreAnswer"]["required"].append("new"),
    "a word of an answer": lambda one: types(one)["ScoredRowAnswer"]["properties"]["status"][
        OPEN_WORDS
    ].append("new"),
    "a field of a question": lambda one: types(one)["ScoreRequest"]["properties"].update(new={}),
    "room in a question": lambda one: types(one)["ErasuresRequest"]["properties"]["customer_ids"].update(
        maxItems=10_000
    ),
    "a parameter": lambda one: post(one)["parameters"].append({"name": "X-New", "in": "header"}),
    "another sentence": lambda one: post(one).update(description="Said otherwise."),
}  # fmt: skip


@pytest.mark.parametrize("change", ADDS.values(), ids=ADDS)
def test_what_only_adds_breaks_nothing(change: Change) -> None:
    after = copy.deepcopy(stored())
    change(after)
    assert after != stored()
    assert broken_promises(stored(), after) == []
