"""What the service counts of itself: each call once, under the route that was declared and no other name."""

from __future__ import annotations

from collections.abc import Iterator

import prometheus_client
import pytest

from serving.access.answered_call import AnsweredCall
from serving.access.correlation import Correlation
from serving.access.metrics import Metrics
from serving.access.routes import Route

SCORE = Route("/v1/score", "score", ("POST",))
JOB = Route("/v1/jobs/{job_id}", "score", ("GET", "DELETE"))


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    made = Metrics()
    yield made
    for one in (made._calls, made._seconds, made._refused):
        prometheus_client.REGISTRY.unregister(one)


def call(
    route: Route | None, method: str, status: int, seconds: float, refused: str = ""
) -> AnsweredCall:
    return AnsweredCall(route, method, status, seconds, Correlation("1"), refused=refused)


def counted(**labels: str) -> float | None:
    return prometheus_client.REGISTRY.get_sample_value("regulars_calls_total", labels)


def took(what: str, route: str, **labels: str) -> float | None:
    name = f"regulars_call_seconds_{what}"
    return prometheus_client.REGISTRY.get_sample_value(name, {"route": route} | labels)


def test_calls_are_counted_by_route_method_and_status(metrics: Metrics) -> None:
    for route, method, status in (
        (SCORE, "POST", 200), (SCORE, "POST", 200), (SCORE, "POST", 422), (JOB, "DELETE", 200),
    ):  # fmt: skip
        metrics.note(call(route, method, status, 0.25))
    assert counted(route="/v1/score", method="POST", status="200") == 2
    assert counted(route="/v1/score", method="POST", status="422") == 1
    assert counted(route="/v1/jobs/{job_id}", method="DELETE", status="200") == 1
    assert counted(route="/v1/jobs/{job_id}", method="GET", status="200") is None
    assert took("count", "/v1/score") == 3 and took("sum", "/v1/score") == 0.75
    assert took("sum", "/v1/jobs/{job_id}") == 0.25


def test_nothing_a_stranger_sends_becomes_a_label(metrics: Metrics) -> None:
    metrics.note(call(None, "GET", 404, 0.5))
    metrics.note(call(None, "</script>", 404, 0.5))
    metrics.note(call(SCORE, "GET", 405, 0.5))
    assert counted(route="unknown", method="other", status="404") == 2
    assert counted(route="/v1/score", method="other", status="405") == 1
    names = {one.labels["method"] for one in next(iter(metrics._calls.collect())).samples}
    assert names == {"other"}


def test_refusals_of_the_door_are_counted_by_their_kind(metrics: Metrics) -> None:
    def refused(code: str) -> float | None:
        found = prometheus_client.REGISTRY.get_sample_value
        return found("regulars_refused_total", {"code": code})

    assert refused("too_many_requests") == 0
    metrics.note(call(SCORE, "POST", 429, 0.1, "too_many_requests"))
    metrics.note(call(SCORE, "POST", 200, 0.1))
    metrics.note(call(None, "GET", 404, 0.1, "not_found"))
    assert (refused("too_many_requests"), refused("not_found")) == (1, 1)


BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@pytest.mark.parametrize(
    ("seconds", "within", "beyond"),
    [
        (0.3, "0.5", "0.25"),
        *(
            (most, str(most), str(BUCKETS[place - 1]) if place else None)
            for place, most in enumerate(BUCKETS)
        ),
    ],
)
def test_a_call_falls_into_the_buckets_it_fits(
    metrics: Metrics, seconds: float, within: str, beyond: str | None
) -> None:
    metrics.note(call(SCORE, "POST", 200, seconds))
    assert took("bucket", "/v1/score", le=within) == 1
    assert beyond is None or took("bucket", "/v1/score", le=beyond) == 0
