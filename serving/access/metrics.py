"""What the service counts of itself: calls by route and outcome, and how long they took.

Routes are named as they are declared, never as they were called, so that no id and no hostile address becomes a
label. The figures of all worker processes are one, by way of prometheus_client's shared files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from serving.access.routes import Route

UNKNOWN = "unknown"
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
        # Finding a label anew costs more than counting.
        self._found: dict[tuple[str, str, int], tuple[Any, Any]] = {}
        # The files are opened by the first label, and not by the first caller.
        self._calls.labels(UNKNOWN, "other", 404)
        self._seconds.labels(UNKNOWN)

    def note(self, route: Route | None, method: str, status: int, seconds: float) -> None:
        """Count one call; its method is told only where the route has it."""
        path = UNKNOWN if route is None else route.path
        known = method if route is not None and method in route.methods else "other"
        name = path, known, status
        if name not in self._found:
            labels = self._calls.labels(path, known, status), self._seconds.labels(path)
            self._found[name] = labels
        calls, took = self._found[name]
        calls.inc()
        took.observe(seconds)
