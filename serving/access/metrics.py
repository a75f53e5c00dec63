"""What the service counts of itself: calls by route and outcome, and how long they took.

Routes are named as they are declared, never as they were called, so that no id and no hostile address becomes a
label. The figures of all worker processes are one, by way of prometheus_client's shared files.
"""

from __future__ import annotations

from typing import Any

from serving.access.answered_call import OTHER, UNKNOWN, AnsweredCall

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Make it when the process serves already: prometheus_client must know by then where the others write."""

    def __init__(self) -> None:
        import prometheus_client

        self._calls = prometheus_client.Counter(
            "regulars_calls", "Calls by route and status.", ["route", "method", "status"]
        )
        self._seconds = prometheus_client.Histogram(
            "regulars_call_seconds", "How long calls took.", ["route"], buckets=_SECONDS
        )
        self._refused = prometheus_client.Counter(
            "regulars_refused", "Calls the door refused, by the kind of refusal.", ["code"]
        )
        # Finding a label anew costs more than counting.
        self._found: dict[tuple[str, str, int], tuple[Any, Any]] = {}
        # The files are opened by the first label, and not by the first caller.
        self._calls.labels(UNKNOWN, OTHER, 404)
        self._refused.labels("too_many_requests")
        self._seconds.labels(UNKNOWN)

    def note(self, call: AnsweredCall) -> None:
        """Count one call; its method is told only where the route has it."""
        name = call.path, call.known_method, call.status
        if name not in self._found:
            self._found[name] = self._calls.labels(*name), self._seconds.labels(call.path)
        calls, took = self._found[name]
        calls.inc()
        took.observe(call.seconds)
        if call.refused:
            self._refused.labels(call.refused).inc()
