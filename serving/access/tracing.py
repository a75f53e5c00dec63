"""Calls as spans of OpenTelemetry, where an operator has switched it on; see ``docs/operating.md``.

BentoML's own layer would cost every call a third more also where nobody listens, and would tell addresses as they were
called. A span is made here when the call is over, of what its line in the log tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serving.access.answered_call import AnsweredCall, Note
from serving.access.correlation import TRACE_HEADER

SWITCH_VARIABLE = "OTEL_SDK_DISABLED"
_NANO = 1_000_000_000


def traced(
    environment: Mapping[str, str], provider: Callable[[], Any], now: Callable[[], float]
) -> list[Note]:
    """What is to be told of calls so that they are traced: nothing unless it is switched on.

    ``provider`` makes what gives tracers of OpenTelemetry; ``now`` is the clock, in seconds.
    """
    if environment.get(SWITCH_VARIABLE, "").strip().lower() != "false":
        return []
    return [Traces(provider().get_tracer("regulars"), now).note]


class Traces:
    """Makes a span of every call; one that carried a ``traceparent`` is part of the caller's trace."""

    def __init__(self, tracer: Any, now: Callable[[], float]) -> None:
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer, self._now = tracer, now
        self._kind = SpanKind.SERVER
        self._read = TraceContextTextMapPropagator()

    def note(self, call: AnsweredCall) -> None:
        """Tell of one call, which ended just now."""
        ended = int(self._now() * _NANO)
        within = self._read.extract({TRACE_HEADER: call.correlation.trace})
        span = self._tracer.start_span(
            f"{call.known_method} {call.path}",
            context=within,
            kind=self._kind,
            start_time=ended - int(call.seconds * _NANO),
            attributes={
                "http.request.method": call.known_method,
                "http.route": call.path,
                "http.response.status_code": call.status,
                "regulars.rows": call.rows,
                "regulars.correlation_id": call.correlation.name,
            },
        )
        span.end(end_time=ended)
