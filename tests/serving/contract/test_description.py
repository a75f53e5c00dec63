"""The contract's document: by the standard, as the guard has it, and true on any company."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from serving.contract.description import OPEN_WORDS, asked_types
from tests.serving.access.test_roles import ANYBODY, MAY
from tests.serving.calling import Caller, Service
from tests.serving.company import Company
from tests.serving.contract.stored_document import current

NAMED = {
    "name": "churn",
    "property_name": "customer_number",
    "field_name": "customer_number",
    "column": "new_customernumber",
}
"""What the examples of callers say in their addresses."""
NOT_OF_EVERY_COMPANY = {
    "not_trained",  # no model of this kind
    "not_ready",
    "TEMPORARILY_UNAVAILABLE",  # the same in MLflow's words
    "SERVER_UNAVAILABLE",  # and in Salesforce's
    "unknown_item",  # an example must name an item, and no item is of every company
    "not_found",  # an erasure nobody asked for
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return current()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, one)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]


def test_it_keeps_to_the_standard(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_each_operation_names_the_scope_the_guard_asks_for_and_two_ways_to_send_the_key(
    document: dict[str, Any],
) -> None:
    scopes = {one: scope for scope, several in MAY.items() for one in several}
    assert set(document["components"]["securitySchemes"]) >= {"bearer", "api_key"}
    for method, path, operation in operations(document):
        name = f"{method.upper()} {path.partition('{')[0]}"
        if name in ANYBODY:
            assert operation["security"] == []
            continue
        scope = scopes[name]
        assert {"bearer": [scope]} in operation["security"]
        assert {"api_key": [scope]} in operation["security"]


def test_each_operation_has_a_name_of_its_own_that_is_no_address(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and "v1" not in name for name in names)
    assert all(len(operation["tags"]) == 1 for _, _, operation in operations(document))
    listed = {one["name"] for one in document["tags"]}
    assert {tag for _, _, one in operations(document) for tag in one["tags"]} == listed


def test_what_may_be_repeated_says_so_and_who_may_come_again_is_told_when(
    document: dict[str, Any],
) -> None:
    for method, _, operation in operations(document):
        names = {one["name"] for one in operation["parameters"]}
        assert ("Idempotency-Key" in names) is (method == "post")
        for status, answer in operation["responses"].items():
            assert answer["headers"]["X-Correlation-Id"]["required"]
            assert ("Retry-After" in answer["headers"]) is (status in ("409", "429", "503"))


def test_words_and_fields_that_are_answered_may_become_more_and_those_asked_by_may_not(
    document: dict[str, Any],
) -> None:
    asked = asked_types(document)
    assert {"ScoreRequest", "ScoreRow", "EventRow"} <= asked
    assert not {"ScoreAnswer", "ScoredRowAnswer", "ProblemAnswer"} & asked
    for name, schema in document["components"]["schemas"].items():
        text = str(schema)
        if name in asked:
            # What others send along is theirs; what is asked by is all there is.
            is_others = name.startswith(("Hubspot", "Dataverse", "InvocationsRequest"))
            assert OPEN_WORDS not in text
            assert schema.get("additionalProperties") is (
                None if name == "InvocationsRequest" else is_others
            )
        else:
            assert "'enum'" not in text and "additionalProperties': False" not in text
    status = document["components"]["schemas"]["ScoredRowAnswer"]["properties"]["status"]
    assert "no_consent" in status[OPEN_WORDS]


def test_the_result_of_a_job_says_what_its_lines_are(document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/jobs/{job_id}/result"]["get"]["responses"]["200"]["content"]
    assert set(content) == {"application/x-ndjson", "text/csv"}
    assert "ScoredRowAnswer" in content["application/x-ndjson"]["schema"]["description"]
    assert "at_risk_cents" in content["text/csv"]["schema"]["description"]


def answered(caller: Caller, document: dict[str, Any]) -> dict[str, list[tuple[int, str]]]:
    """What the examples of each operation are answered: status, and the codes of a refusal."""
    found: dict[str, list[tuple[int, str]]] = {}
    for method, path, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
        for one in document["components"]["schemas"].get(name, {}).get("examples", ()):
            answer = caller.request(method.upper(), path.format(**NAMED), json=one)
            found.setdefault(path, []).append((answer.status_code, code_in(answer.json())))
    return found


def code_in(content: Any) -> str:
    """The word of a refusal, in whoever's terms; that of the last field at fault where one is named."""
    told = content[-1] if isinstance(content, list) else content.get("outputFields", content)
    faults = [one["code"] for one in told.get("errors") or () if "code" in one]
    codes = [told.get(name) for name in ("code", "error_code", "errorCode")]
    return str(["", *filter(None, codes), *faults][-1])


def test_every_example_holds_on_any_company(
    service: Service, drugstore: Company, tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:  # fmt: skip
    other = Service(drugstore, tmp_path_factory.mktemp("examples"))
    try:
        answers = [
            answered(one.caller("score", "events", "privacy"), document) for one in (service, other)
        ]
    finally:
        other.close()
    posts = {path for method, path, _ in operations(document) if method == "post"}
    for by_path in answers:
        assert set(by_path) == posts
        refused = {
            code for several in by_path.values() for status, code in several if status >= 300
        }
        assert refused <= NOT_OF_EVERY_COMPANY
    assert {status for status, _ in answers[0]["/v1/score"]} == {200}
    assert {status for status, _ in answers[1]["/v1/recommendations"]} == {200}
