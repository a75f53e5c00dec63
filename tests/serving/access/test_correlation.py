"""A call is found in the log by the caller's own name for it, where one came that may stand there."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.access.correlation import Correlation, correlation_of
from tests.serving.calling import Caller, Service

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACE = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
PLAIN = set(string.ascii_letters + string.digits + "._-")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"x-correlation-id": "order-17.a_B"}, "order-17.a_B"),
        ({"x-request-id": "r1"}, "r1"),
        ({"x-request-id": "r1", "x-correlation-id": "c1"}, "c1"),
        ({"x-request-id": "r1", "x-correlation-id": "a b"}, "r1"),
        ({"x-correlation-id": "a" * 64}, "a" * 64),
    ],
)
def test_the_callers_own_name_is_taken_and_given_back(
    caller: Caller, sent: dict[str, str], name: str
) -> None:
    answer = caller.get("/v1/version", headers=sent)
    assert answer.headers["x-correlation-id"] == name
    assert answer.headers.get("x-request-id") == sent.get("x-request-id")
    refused = caller.get("/nowhere", headers=sent)
    assert refused.json()["correlation_id"] == refused.headers["x-correlation-id"] == name


@given(st.text(st.characters(codec="latin-1")) | st.text("ab\n\r\t \x00@", max_size=70))
def test_what_is_too_long_or_holds_other_characters_is_replaced_by_a_name_of_ours(
    sent: str,
) -> None:
    found = correlation_of({"x-correlation-id": sent})
    if 1 <= len(sent) <= 64 and set(sent) <= PLAIN:
        assert found.name == sent
    else:
        assert found.name != sent and len(found.name) == 16
        assert found.echoed == ()


@pytest.mark.parametrize(
    ("sent", "trace_id"),
    [
        (TRACE, TRACE_ID),
        ("cc" + TRACE[2:], TRACE_ID),
        ("ff" + TRACE[2:], ""),
        (TRACE.upper(), ""),
        (TRACE + "-more", ""),
        (TRACE.replace(TRACE_ID, "0" * 32), ""),
        (TRACE.replace("00f067aa0ba902b7", "0" * 16), ""),
        ("", ""),
    ],
)
def test_a_trace_is_taken_as_the_standard_writes_it_and_given_back(
    service: Service, sent: str, trace_id: str
) -> None:
    assert correlation_of({"traceparent": sent}).trace_id == trace_id
    answer = service.caller("score").get("/v1/version", headers={"traceparent": sent})
    assert answer.headers.get("traceparent") == (sent if trace_id else None)


def test_every_call_without_a_name_has_one_of_its_own() -> None:
    assert len({correlation_of({}).name for _ in range(100)}) == 100


def test_a_call_that_names_nothing_stays_what_it_was() -> None:
    own = Correlation("c1", TRACE, ((b"traceparent", TRACE.encode()),))
    assert correlation_of({"accept": "text/html"}, own) == own
