"""Who may come in, and how everybody else is told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fastapi import FastAPI

from serving.access.admission import Admission
from serving.access.answered_call import AnsweredCall
from serving.access.asgi import Message, Receive, Scope, Send
from serving.access.cookies import PLAIN, SESSION_COOKIE
from serving.access.problems import KINDS, MEDIA_TYPE, Problem
from serving.access.routes import Route
from tests.serving.calling import ROUTES, Caller, Service, in_parts

CLOSED = [route for route in ROUTES if route.scope is not None]


def is_problem(answer: Any, code: str) -> bool:
    content = answer.json()
    return bool(
        answer.headers["content-type"] == MEDIA_TYPE
        and content["code"] == code
        and content["type"] == f"urn:regulars:problem:{code}"
        and content["status"] == answer.status_code
        and content["title"] == KINDS[code].title
        and content["correlation_id"] == answer.headers["x-correlation-id"]
    )


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.path)
@pytest.mark.parametrize(
    ("credentials", "status", "code"),
    [
        ("none", 401, None),
        ("wrong", 401, "unauthorized"),
        ("revoked", 401, "unauthorized"),
        ("other scope", 403, "forbidden"),
    ],
)
def test_a_closed_route_stays_closed(
    service: Service, route: Route, credentials: str, status: int, code: str | None
) -> None:
    caller = service.caller(next(s for s in ("score", "pages", "admin") if s != route.scope))
    if credentials == "none":
        caller.headers.clear()
    elif credentials == "wrong":
        caller.headers["x-api-key"] += "x"
    elif credentials == "revoked":
        service.models_in_use.ledger.revoke_key(
            service.models_in_use.ledger.list_keys()[0].key_id, at=1
        )
    answer = caller.request(route.methods[-1], route.path)
    expected = code or ("signed_out" if route.browser else "unauthorized")
    assert answer.status_code == status
    if route.terms is None:
        assert is_problem(answer, expected)
    else:
        told = Problem(KINDS[expected], answer.headers["x-correlation-id"]).as_answer()
        assert (status, answer.json()) == route.terms.refusal(told)
        assert answer.headers["content-type"] == route.terms.media_type
    assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


@pytest.mark.parametrize("header", ["Bearer {key}", "bearer  {key}"])
def test_a_key_may_come_as_a_bearer(service: Service, header: str) -> None:
    key = service.caller("score").headers["x-api-key"]
    caller = Caller(service.application, {"authorization": header.format(key=key)})
    assert caller.get("/v1/version").status_code == 200


def test_a_key_revoked_between_two_calls_opens_nothing(service: Service, caller: Caller) -> None:
    assert caller.get("/v1/version").status_code == 200
    service.models_in_use.ledger.revoke_key(
        service.models_in_use.ledger.list_keys()[0].key_id, at=1
    )
    assert caller.get("/v1/version").status_code == 401


def test_every_call_is_counted_under_its_declared_route_and_no_other_name(
    service: Service,
) -> None:
    seen: list[tuple[str | None, str, int]] = []

    def note(call: AnsweredCall) -> None:
        assert call.seconds >= 0
        seen.append((call.route.path if call.route else None, call.method, call.status))

    key = service.models_in_use.ledger.create_key("x", ["score"], at=1)
    caller = Caller(service.guarded(service.web, note=note), {"x-api-key": key})
    caller.get("/v1/version")
    caller.get("/v1/jobs/17841")
    caller.get("/customers/17841")
    caller.request("TRACE", "/v1/version")
    assert seen == [
        ("/v1/version", "GET", 200),
        ("/v1/jobs/", "GET", 404),
        (None, "GET", 404),
        ("/v1/version", "TRACE", 405),
    ]


def test_a_signed_in_browser_opens_pages_and_no_contract(service: Service) -> None:
    browser = service.browser()
    assert browser.get("/churn").status_code == 200
    assert browser.get("/v1/version").status_code == 401


def test_a_browser_that_is_not_signed_in_is_shown_the_door(service: Service) -> None:
    answer = Caller(service.application, {"accept": "text/html"}).get("/churn")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize(
    "path",
    ["/docs", "/openapi.json", "/v1", "/v1/", "/v1/scores", "/admin", "/healthz", "/static",
     "/churn/", "/sign-in/x", "/.env", "/index.html"],
)  # fmt: skip
def test_what_is_not_named_is_not_there(service: Service, path: str) -> None:
    answer = service.caller("score", "pages", "admin").get(path)
    assert answer.status_code == 404
    assert is_problem(answer, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/score", "POST"),
        ("DELETE", "/churn", "GET"),
        ("OPTIONS", "/v1/score", "POST"),
        ("PUT", "/sign-in", "GET, POST"),
    ],
)
def test_another_method_is_told_which_are_answered(
    service: Service, method: str, path: str, allowed: str
) -> None:
    answer = service.caller("score", "pages").request(method, path)
    assert answer.status_code == 405 and answer.headers["allow"] == allowed
    assert is_problem(answer, "method_not_allowed")


@pytest.mark.parametrize(
    "media_type", ["text/plain", "text/csv", "application/x-www-form-urlencoded", ""]
)
def test_a_body_that_does_not_say_it_is_json_is_not_read(caller: Caller, media_type: str) -> None:
    answer = caller.post(
        "/v1/score", content=b'{"customer_id": "1"}', headers={"content-type": media_type}
    )
    assert answer.status_code == 415 and is_problem(answer, "unsupported_media_type")


JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_however_it_comes(
    caller: Caller, is_chunked: bool
) -> None:
    body = b"[" + b" " * 1_000_000 + b"]"
    content = in_parts(body[:500_000], body[500_000:]) if is_chunked else body
    answer = caller.post("/v1/changes", content=content, headers=JSON)
    assert answer.status_code == 413 and is_problem(answer, "body_too_large")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"nul"])
def test_a_body_that_is_not_json_is_a_bad_request(caller: Caller, body: bytes) -> None:
    answer = caller.post("/v1/score", content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == MEDIA_TYPE


def test_a_form_from_another_site_is_refused(service: Service) -> None:
    browser = service.browser()
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.test"}):
        answer = browser.post("/sign-out", data={"x": "1"}, headers=headers)
        assert answer.status_code == 403
    own = {"origin": "http://regulars.test", "sec-fetch-site": "same-origin"}
    assert browser.post("/sign-out", data={"x": "1"}, headers=own).status_code == 303


async def _raises(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("the password is swordfish")


async def _answers_nothing(scope: Scope, receive: Receive, send: Send) -> None:
    return


def _answers(status: int, body: bytes) -> Any:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": status, "headers": []}
        start["headers"] = [(b"content-type", b"application/json"), (b"server", b"BentoML")]
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return application


@pytest.mark.parametrize(
    ("application", "status", "code"),
    [
        (_raises, 500, "internal"),
        (_answers_nothing, 500, "internal"),
        (_answers(400, b'[{"error":"input was 4711"}]'), 400, "invalid_json"),
        (_answers(429, b'{"error":"Too many requests"}'), 429, "too_many_requests"),
        (_answers(503, b'{"error":"overloaded 4711"}'), 503, "not_ready"),
        (_answers(504, b'{"error":"Not able to process"}'), 504, "timeout"),
        (_answers(500, b"4711"), 500, "internal"),
    ],
)
def test_whatever_goes_wrong_inside_leaves_as_one_envelope(
    service: Service,
    caplog: pytest.LogCaptureFixture,
    application: Any,
    status: int,
    code: str,
) -> None:
    key = service.caller("score").headers
    answer = Caller(service.guarded(application), key).get("/v1/version")
    assert answer.status_code == status and is_problem(answer, code)
    said = (answer.text + caplog.text).replace(answer.headers["x-correlation-id"], "")
    assert "4711" not in said and "swordfish" not in said
    assert "server" not in answer.headers
    assert ("retry-after" in answer.headers) == (status in (429, 503))


async def _never_answers(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


def test_an_answer_that_takes_too_long_is_given_up(service: Service) -> None:
    hurried = [Route("/v1/version", "score", seconds=0.01)]
    guard = service.guarded(_never_answers, routes=hurried)
    answer = Caller(guard, service.caller("score").headers).get("/v1/version")
    assert answer.status_code == 504 and is_problem(answer, "timeout")


def test_a_fault_is_logged_by_its_kind_and_place(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Caller(service.guarded(_raises), service.caller("score").headers).get("/v1/version")
    assert "RuntimeError on /v1/version at test_guard.py" in caplog.text
    assert answer.headers["x-correlation-id"] in caplog.text


def test_every_answer_carries_its_safeguards(service: Service) -> None:
    callers = {"/v1/version": service.caller("score"), "/churn": service.browser()}
    for path, caller in callers.items():
        headers = caller.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


def test_static_files_may_be_kept(service: Service) -> None:
    answer = Caller(service.application, {}).get(service.pages.static_link("style.css"))
    assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
    missing = Caller(service.application, {}).get("/static/..%2Fpages.py")
    assert missing.status_code == 404 and missing.headers["cache-control"] == "no-store"


def test_before_the_service_is_ready_the_guard_says_so(service: Service) -> None:
    empty = FastAPI()
    guard = service.guarded(empty)
    guard._ledger = lambda: None
    answer = Caller(guard, service.caller("score").headers).get("/v1/version")
    assert answer.status_code == 503 and is_problem(answer, "not_ready")
    assert json.loads(answer.text)["detail"]


def test_of_a_crowd_that_comes_at_once_nobody_slips_between_the_check_and_the_count(
    service: Service,
) -> None:
    release = asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await release.wait()
        await _answers(200, b"{}")(scope, receive, send)

    # A clock that stands: whoever would have to wait at all is too late.
    admission = Admission(light_at_once=4, longest_wait_seconds=0, ticks=lambda: 0.0)
    guard = service.guarded(waits, (Route("/do", "score"),), admission=admission)
    key = service.caller("score").headers["x-api-key"].encode()

    async def ask() -> tuple[int, bytes | None]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)
            if message.get("status") == 429:
                refused.append(1)
                if len(refused) == 60:
                    release.set()

        scope = {"type": "http", "method": "GET", "path": "/do", "headers": [(b"x-api-key", key)]}
        await guard(scope, waits, send)  # type: ignore[arg-type]
        return int(sent[0]["status"]), dict(sent[0]["headers"]).get(b"retry-after")

    async def crowd() -> list[tuple[int, bytes | None]]:
        return [*await asyncio.gather(*(ask() for _ in range(64))), await ask()]

    refused: list[int] = []
    answers = asyncio.run(crowd())
    assert sorted(answers[:64], key=str) == [(200, None)] * 4 + [(429, b"1")] * 60
    # They are let in again as soon as there is room.
    assert answers[64] == (200, None)


def test_who_comes_while_the_process_closes_is_told_at_once_and_health_is_told_to_the_end(
    service: Service,
) -> None:
    guard = service.guarded(_answers(200, b"{}"), is_closing=lambda: True)
    caller = Caller(guard, service.caller("score").headers)
    refused = caller.get("/v1/version")
    assert refused.status_code == 503 and is_problem(refused, "closing")
    assert (refused.headers["connection"], refused.headers["retry-after"]) == ("close", "5")
    assert caller.get("/livez").status_code == 200


@pytest.mark.parametrize(
    ("cookie", "token"),
    [
        ("", None), ("other=1", None), ("regulars_session=abc", "abc"), ("other=1; regulars_session=abc", "abc"),
        ("a/b=1", None), ("a/b=1; regulars_session=abc", None), ("regulars_session=abc; a,b=1", None),
    ],
)  # fmt: skip
def test_a_cookie_that_cannot_be_read_is_no_session_and_no_fault(
    cookie: str, token: str | None
) -> None:
    assert PLAIN.read({"cookie": cookie}, SESSION_COOKIE) == token
