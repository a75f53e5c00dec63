"""One line a call, and in it nothing that says about whom it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from serving.access.answered_call import AnsweredCall
from serving.access.call_log import CallLog
from serving.access.correlation import Correlation
from serving.access.routes import Route
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service

AT = 1_800_000_000.25
SCORE = Route("/v1/score", "score", ("POST",))


def logged(told: Callable[[CallLog], None]) -> list[dict[str, Any]]:
    """The lines of what a log is told."""
    written: list[bytes] = []
    log = CallLog(lambda: AT, written.append)
    told(log)
    log.flush()
    lines = b"".join(written).splitlines()
    return [json.loads(one) for one in lines]


def test_a_call_is_one_line_of_what_is_known_of_it() -> None:
    correlation = Correlation("c1", "00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    call = AnsweredCall(
        SCORE, "POST", 429, 0.01234, correlation, "k12", 200, "too_many_requests"
    )  # fmt: skip
    assert logged(lambda log: log.note(call)) == [
        {
            "at": "2027-01-15T08:00:00.250Z",
            "level": "info",
            "logger": "regulars.calls",
            "route": "/v1/score",
            "method": "POST",
            "status": 429,
            "milliseconds": 12.3,
            "rows": 200,
            "key": "k12",
            "refused": "too_many_requests",
            "correlation_id": "c1",
            "trace_id": "a" * 32,
        }
    ]


def test_what_is_not_known_is_left_out_and_nothing_a_stranger_sent_is_told() -> None:
    call = AnsweredCall(None, "</b>", 404, 0.0, Correlation("c2"), refused="not_found")
    (line,) = logged(lambda log: log.note(call))
    assert set(line) == {
        *("at", "level", "logger", "route", "method", "status"),
        *("refused", "correlation_id"),
    }
    assert (line["route"], line["method"]) == ("unknown", "other")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_a_probe_is_told_only_when_the_answer_is_no(path: str) -> None:
    def told(log: CallLog) -> None:
        for status in (200, 503):
            log.note(AnsweredCall(Route(path, None), "GET", status, 0.001, Correlation("c")))

    assert [one["status"] for one in logged(told)] == [503]


def test_a_log_that_is_stopped_has_written_everything() -> None:
    written: list[bytes] = []
    log = CallLog(lambda: AT, written.append)
    log.start()
    for number in range(1_000):
        log.note(AnsweredCall(SCORE, "POST", 200, 0.001, Correlation(f"c{number}")))
    log.stop()
    lines = [json.loads(one) for one in b"".join(written).splitlines()]
    assert [one["correlation_id"] for one in lines] == [f"c{number}" for number in range(1_000)]


def test_who_reads_too_slowly_loses_the_oldest_of_more_than_a_hundred_thousand_lines() -> None:
    written: list[bytes] = []
    log = CallLog(lambda: AT, written.append)
    for name in ("lost", "first", *["between"] * 99_998, "last"):
        log.note(AnsweredCall(SCORE, "POST", 200, 0.001, Correlation(name)))
    log.flush()
    lines = b"".join(written).splitlines()
    ends = [json.loads(lines[place])["correlation_id"] for place in (0, -1)]
    assert (len(lines), ends) == (100_000, ["first", "last"])


def test_no_line_names_a_customer_whatever_is_asked(service: Service, snapshot: Snapshot) -> None:
    customer = snapshot.customer_ids[3]
    key = service.models_in_use.ledger.create_key("x", ["score", "pages", "events"], at=1)

    def told(log: CallLog) -> None:
        caller = Caller(service.guarded(service.web, note=log.note), {"x-api-key": key})
        caller.post("/v1/score", json={"rows": [{"customer_id": customer}] * 3})
        caller.post("/v1/score", json={"customer_id": customer}, headers={"x-api-key": customer})
        caller.post("/v1/jobs", json={"customer_ids": [customer]})
        caller.get(f"/v1/jobs/{customer}")
        caller.get(f"/customers/{customer}?q={customer}")
        caller.get(f"/churn?q={customer}")
        caller.post(
            "/churn/find",
            content=f"q={customer}",
            headers={"content-type": "application/x-www-form-urlencoded"},
        )

    lines = logged(told)
    assert customer not in json.dumps(lines)
    found = [(one["route"], one["status"], one.get("rows"), one.get("key")) for one in lines]
    (record,) = service.models_in_use.ledger.list_keys()
    assert found == [
        ("/v1/score", 200, 3, record.key_id),
        ("/v1/score", 401, None, None),
        ("/v1/jobs", 202, 1, record.key_id),
        ("/v1/jobs/", 404, None, record.key_id),
        ("unknown", 404, None, None),
        ("/churn", 200, None, record.key_id),
        ("/churn/find", 303, 1, record.key_id),
    ]
