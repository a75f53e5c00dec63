"""Whoever listens hears of every call, and what a call says of itself is what was declared and never what was sent."""

from __future__ import annotations

import pytest

from serving.access.answered_call import AnsweredCall, Heard
from serving.access.correlation import Correlation
from serving.access.routes import Route

SCORE = Route("/v1/score", "score", ("POST",), ("POST",))


def answered(route: Route | None, method: str) -> AnsweredCall:
    return AnsweredCall(route, method, 200, 0.1, Correlation("c"))


def test_all_who_listen_hear_of_every_call_in_its_order() -> None:
    heard = Heard()
    calls = [answered(SCORE, "POST"), answered(None, "GET")]
    # Nobody listens yet.
    heard.note(calls[0])
    first: list[AnsweredCall] = []
    second: list[AnsweredCall] = []
    heard.listeners += [first.append, second.append]
    for call in calls:
        heard.note(call)
    assert first == second == calls


@pytest.mark.parametrize(
    ("route", "method", "path", "known"),
    [
        (SCORE, "POST", "/v1/score", "POST"),
        (SCORE, "GET", "/v1/score", "other"),
        (SCORE, "ANNA", "/v1/score", "other"),
        (None, "GET", "unknown", "other"),
    ],
)
def test_what_was_sent_and_not_declared_is_not_told(
    route: Route | None, method: str, path: str, known: str
) -> None:
    call = answered(route, method)
    assert (call.path, call.known_method) == (path, known)
