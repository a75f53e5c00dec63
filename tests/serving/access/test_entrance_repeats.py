"""A call that is sent again: what was answered at first is said again, and only that."""

from __future__ import annotations

from typing import Any

import pytest

from serving.access.asgi import Receive, Scope, Send
from serving.access.cookies import FORM_TOKEN
from serving.access.problems import KINDS, MEDIA_TYPE, Refusal
from serving.access.routes import Route
from tests.serving.access.test_guard import _answers
from tests.serving.calling import Caller, Service


def _once_as(status: int, how: str) -> tuple[Any, list[int]]:
    """An application that gives its first call a status in one of three ways, later ones 200; and its calls."""
    calls: list[int] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(1)
        if len(calls) > 1:
            await _answers(200, b"later")(scope, receive, send)
        elif how == "raised":
            raise Refusal(next(kind.code for kind in KINDS.values() if kind.status == status))
        else:
            media_type = MEDIA_TYPE if how == "returned" else "application/json"
            start = [(b"content-type", media_type.encode())]
            await send({"type": "http.response.start", "status": status, "headers": start})
            await send({"type": "http.response.body", "body": b"{}"})

    return application, calls


# Whether what a first call was answered is kept for its repeat. What counts for now alone never is; what is said in
# somebody else's words, or raised through the whole application, is no answer of ours to keep.
KEPT = [
    (200, "returned", True), (201, "returned", True), (202, "returned", True), (303, "returned", True),
    (400, "returned", True), (403, "returned", True), (404, "returned", True), (410, "returned", True),
    (422, "returned", True),
    (409, "returned", False), (429, "returned", False),
    (500, "returned", False), (503, "returned", False), (504, "returned", False),
    (400, "in other words", False), (429, "in other words", False), (503, "in other words", False),
    (404, "raised", False), (409, "raised", False), (422, "raised", False), (429, "raised", False),
    (500, "raised", False), (503, "raised", False), (504, "raised", False),
]  # fmt: skip


@pytest.mark.parametrize(("status", "how", "is_kept"), KEPT)
def test_an_answer_is_kept_for_its_repeat_unless_it_counts_for_now_alone(
    service: Service, status: int, how: str, is_kept: bool
) -> None:
    application, calls = _once_as(status, how)
    routes = (Route("/do", "score", ("POST",)),)
    caller = Caller(service.guarded(application, routes), service.caller("score").headers)
    sent = {"json": {}, "headers": {"idempotency-key": "1"}}
    first, again, third = (caller.post("/do", **sent) for _ in range(3))
    assert first.status_code == status and "idempotent-replayed" not in first.headers
    assert again.status_code == (status if is_kept else 200)
    assert ("idempotent-replayed" in again.headers) is is_kept and len(calls) == 2 - is_kept
    # What came of the repeat is kept in its place.
    assert third.content == again.content and third.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("who", ["a program that reads", "a person"])
def test_only_what_a_program_posts_is_kept_for_its_repeat(service: Service, who: str) -> None:
    application, calls = _once_as(200, "returned")
    is_person = who == "a person"
    route = (
        Route("/do", "pages", ("POST",), browser=True, body="form")
        if is_person
        else Route("/do", "score")
    )
    browser = service.browser()
    headers = (browser if is_person else service.caller("score")).headers
    caller = Caller(service.guarded(application, (route,)), headers)
    key = {"idempotency-key": "1", "sec-fetch-site": "same-origin"}
    sent: dict[str, Any] = {"headers": key} | (
        {"data": {"q": "1", FORM_TOKEN: browser.form_token}} if is_person else {}
    )
    method = "POST" if is_person else "GET"
    answers = [caller.request(method, "/do", **sent) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200] and len(calls) == 2
    assert "idempotent-replayed" not in answers[1].headers
