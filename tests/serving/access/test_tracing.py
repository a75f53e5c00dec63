"""Calls are spans of OpenTelemetry where somebody has switched it on, and cost nothing where nobody has."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from serving.access.answered_call import AnsweredCall
from serving.access.correlation import Correlation
from serving.access.routes import Route
from serving.access.tracing import Traces, traced

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SCORE = Route("/v1/score", "score", ("POST",))


@pytest.mark.parametrize("said", [{}, {"OTEL_SDK_DISABLED": "true"}, {"OTEL_SDK_DISABLED": ""}])
def test_nothing_is_traced_unless_it_is_switched_on(said: dict[str, str]) -> None:
    assert traced(said, TracerProvider, lambda: 0.0) == []


def test_it_is_switched_on_by_the_variable_of_the_standard() -> None:
    (note,) = traced({"OTEL_SDK_DISABLED": "False"}, TracerProvider, lambda: 1.0)
    note(AnsweredCall(SCORE, "POST", 200, 0.5, Correlation("c1")))


@pytest.mark.parametrize("trace", ["", f"00-{TRACE_ID}-{SPAN_ID}-01"])
def test_a_call_is_a_span_of_what_its_line_tells_within_the_callers_trace(trace: str) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = Traces(provider.get_tracer("test"), now=lambda: 1_800_000_000.0)
    traces.note(AnsweredCall(SCORE, "POST", 200, 0.5, Correlation("c1", trace), rows=3))
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.kind) == ("POST /v1/score", SpanKind.SERVER)
    assert span.start_time == 1_799_999_999_500_000_000
    assert span.end_time == 1_800_000_000_000_000_000
    assert span.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/score",
        "http.response.status_code": 200,
        "regulars.rows": 3,
        "regulars.correlation_id": "c1",
    }
    assert span.context is not None
    assert (format(span.context.trace_id, "032x") == TRACE_ID) is bool(trace)
    parent = None if span.parent is None else format(span.parent.span_id, "016x")
    assert parent == (SPAN_ID if trace else None)
