"""A key in an address opens one kind of door, and is seen by nobody behind it, in no log, metric or trace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY, generate_latest
from uvicorn.protocols.utils import get_path_with_query_string

from serving.access.answered_call import AnsweredCall
from serving.access.asgi import Receive, Scope, Send
from serving.access.call_log import CallLog
from serving.access.metrics import Metrics
from serving.access.query_key import take_query_key
from serving.access.request_head import MOST_HEAD_BYTES
from serving.access.routes import Route
from serving.access.tracing import Traces
from tests.serving.calling import ROUTES, Caller, Service

OPEN, CLOSED = (
    Route("/hook/", "score", ("POST",), query_key="code"),
    Route("/v1/score", "score", ("POST",)),
)
PATH, BODY = (
    "/v1/dataverse/webhook/contactid",
    {"PrimaryEntityName": "contact", "PrimaryEntityId": "1"},
)


@pytest.mark.parametrize(
    ("query", "headers", "key"),
    [
        (b"code=rgl_1", {}, "rgl_1"),
        (b"a=b&code=rgl%5F1", {}, "rgl_1"),
        (b"code=rgl_1&code=rgl_1", {}, None),
        (b"code=", {}, None),
        (b"", {}, None),
        (b"key=rgl_1", {}, None),
        (b"code=rgl_1", {"x-api-key": "rgl_2"}, "rgl_2"),
        (b"code=rgl_1", {"authorization": "Bearer rgl_2"}, None),
        (b"code=\xff", {}, "\xff"),
    ],
)  # fmt: skip
def test_one_key_in_the_address_stands_for_the_header_where_there_is_none(
    query: bytes, headers: dict[str, str], key: str | None
) -> None:
    scope: dict[str, Any] = {"query_string": query}
    take_query_key(OPEN, scope, headers)
    assert headers.get("x-api-key") == key
    assert scope["query_string"] == b""


def test_no_other_address_takes_a_key_or_loses_its_query() -> None:
    scope: dict[str, Any] = {"query_string": b"code=rgl_1"}
    headers: dict[str, str] = {}
    take_query_key(CLOSED, scope, headers)
    assert (headers, scope["query_string"]) == ({}, b"code=rgl_1")
    assert {one.path for one in ROUTES if one.query_key} == {"/v1/dataverse/webhook/"}


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    made = Metrics()
    yield made
    for one in (made._calls, made._seconds, made._refused):
        REGISTRY.unregister(one)


@pytest.mark.parametrize("damage", ["", "x"])
def test_the_key_is_in_no_log_metric_or_trace_whether_it_opens_or_not(
    service: Service, metrics: Metrics, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # the caller's own log
    written: list[bytes] = []
    spans, provider, passed = InMemorySpanExporter(), TracerProvider(), []
    provider.add_span_processor(SimpleSpanProcessor(spans))
    log = CallLog(lambda: 1.0, written.append)
    traces = Traces(provider.get_tracer("test"), lambda: 1.0)

    def note(call: AnsweredCall) -> None:
        for listener in (log.note, metrics.note, traces.note):
            listener(call)

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(str(scope))
        await service.web(scope, receive, send)

    secret = service.caller("score").headers["x-api-key"]
    key = secret + damage
    guarded = service.guarded(inner, note=note)
    answer = Caller(guarded, {}).post(f"{PATH}?code={key}", json=BODY)
    assert answer.status_code == (401 if damage else 200)
    log.flush()
    assert len(written) == 1 and len(spans.get_finished_spans()) == 1
    told = [
        caplog.text, written[0].decode(), generate_latest(REGISTRY).decode(), spans.get_finished_spans()[0].to_json(),
        *passed, answer.text, str(answer.headers), *map(str, service.models_in_use.ledger.audit.rows(most=9)),
    ]  # fmt: skip
    assert len(passed) == (0 if damage else 1)
    assert all(secret[-30:] not in one and "?code" not in one for one in told)


def test_the_web_servers_own_log_of_calls_is_written_from_the_scope_that_was_emptied(
    service: Service,
) -> None:
    key = service.caller("score").headers["x-api-key"]
    scope: Any = {
        "type": "http", "method": "POST", "path": PATH, "headers": [], "query_string": f"code={key}".encode(),
    }  # fmt: skip

    others = [
        {**scope, "path": "/v1/dataverse/webhok/contactid"},
        {**scope, "headers": [(b"x", b"y" * MOST_HEAD_BYTES)]},
    ]

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        """Nobody listens."""

    assert key in get_path_with_query_string(scope)
    for one in (scope, *others):
        asyncio.run(service.application(one, receive, send))
        assert get_path_with_query_string(one) == one["path"]
    assert uvicorn.Config(
        service.application
    ).access_log  # what is switched on where nobody says otherwise
