"""Whatever is sent, the answer is one the contract names: its own description, taken at its word."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.contract.description import OPEN_WORDS, asked_types
from tests.serving.calling import ROUTES, Caller, Service
from tests.serving.company import Company

SCOPES = sorted({one.scope for one in ROUTES if one.scope is not None})
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


FORMS = {
    "/churn/find": ("q", "sort", "band", "stage", "g"),
    "/sign-in": ("key", "name", "password"),
    "/account/sessions": ("session", "others"),
    "/account/password": ("current", "new", "again"),
    "/sign-out": ("x",),
}
"""The forms of the pages with their fields; the contract does not describe what only a page sends."""
_FORM = "application/x-www-form-urlencoded"
_SHOWN = {
    "content": {
        "text/html": {"schema": {"type": "string"}},
        "application/problem+json": {"schema": {"type": "object", "required": ["code"]}},
    }
}


def forms() -> dict[str, Any]:
    """The forms as a description: they lead to a page, or are refused by one of these."""
    refused = {
        one: {"description": "", **_SHOWN}
        for one in ("400", "401", "403", "405", "415", "422", "429")
    }
    answers = {"303": {"description": "A page."}, "200": {"description": "", **_SHOWN}, **refused}

    def posted(fields: tuple[str, ...]) -> dict[str, Any]:
        texts = {name: {"type": "string"} for name in fields}
        schema = {"type": "object", "properties": texts}
        body = {"required": True, "content": {_FORM: {"schema": schema}}}
        return {"post": {"requestBody": body, "responses": answers}}

    paths = {path: posted(fields) for path, fields in FORMS.items()}
    return {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": paths}


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """The contract read narrowly: today's answers have the fields and words it names, though others may be added."""
    asked = asked_types(document)
    for name, schema in document["components"]["schemas"].items():
        if name not in asked:
            close(schema)
    return document


def close(schema: Any) -> None:
    for node in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(node, dict | list):
            close(node)
    if isinstance(schema, dict):
        if OPEN_WORDS in schema:
            schema["enum"] = schema.pop(OPEN_WORDS)
        if "properties" in schema and schema.get("type") == "object":
            schema["additionalProperties"] = False


@pytest.fixture(scope="module")
def described(valued_company: Company, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The contract as the service describes it and the forms of its pages, asked through the guard with every scope."""
    service = Service(valued_company, tmp_path_factory.mktemp("fuzz"))
    key = service.models_in_use.ledger.create_key("fuzz", SCOPES, at=1)
    document = Caller(service.application, {"x-api-key": key}).get("/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(closed(document))
    schema.app = service.application
    of_pages = schemathesis.openapi.from_dict(forms())
    of_pages.app = service.application
    yield (schema, of_pages), key
    service.close()


def _operations(schemas: Any) -> list[Any]:
    return [one.ok() for schema in schemas for one in schema.get_all_operations()]


def _try(described: Any, examples: int, report: dict[str, int]) -> None:
    schemas, key = described
    for operation in _operations(schemas):
        for mode in GenerationMode:
            ask = _asking(operation, mode, key, examples // 2, report)
            try:
                ask()
            except Unsatisfiable:
                continue  # nothing of this kind can be sent to an operation without a body


def _asking(
    operation: Any, mode: GenerationMode, key: str, examples: int, report: dict[str, int]
) -> Callable[[], None]:
    """One operation asked so many times with what it allows, or with what it does not."""
    chosen = settings(
        max_examples=examples,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @seed(7)
    @chosen
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        report[operation.label] = report.get(operation.label, 0) + 1
        case.call_and_validate(headers={"x-api-key": key}, checks=list(CHECKS))

    return ask


def test_no_answer_is_a_server_error_or_undocumented(described: Any) -> None:
    report: dict[str, int] = {}
    _try(described, 6, report)
    assert len(report) >= 22, report
    assert {"POST /score", *(f"POST {path}" for path in FORMS)} <= set(report)


@pytest.mark.slow
def test_no_answer_in_a_thousand_an_operation_is_a_server_error_or_undocumented(
    described: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    report: dict[str, int] = {}
    _try(described, 1_000, report)
    with capsys.disabled():
        for label, count in report.items():
            sys.stdout.write(f"{count:6} {label}\n")
